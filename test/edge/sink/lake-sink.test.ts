import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Batch } from '../../../engine/batch/batch';
import type { Schema } from '../../../engine/schema/schema';
import { DurableWriter } from '../../../edge/agent/durable-writer';
import { encodeBatch } from '../../../edge/sink/batch-codec';
import { LakeSink } from '../../../edge/sink/lake/lake-sink';
import { LakeTable } from '../../../edge/sink/lake/lake-table';
import type { SinkBinding } from '../../../edge/sink/sink-port';
import { Store } from '../../../edge/store/store';
import { systemEnv } from '../../../edge/env/system-env';
import { lakeRows } from '../lake-rows';
import { until } from '../until';
import { envAt } from '../env-at';

const schema: Schema = { fields: [{ name: 'x', type: 'float64', nullable: false }] };
const binding = (release: number): SinkBinding => ({
  pipeline: 'p',
  release,
  schema,
  shard: 0,
  sink: { id: 'lake', op: 'sink', input: 'in', config: { connector: 'lake', name: 'lake', table: 't', partitionBy: [] } }
});
const batch = (...values: number[]): Batch => ({
  schema,
  rowCount: values.length,
  eventTimeMs: Float64Array.from(values),
  at: Float64Array.from(values.keys()),
  columns: [{ kind: 'float64', values: Float64Array.from(values), validity: null }]
});

let folder = '';
let store: Store;
let carried = 0;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-lake-sink-'));
  store = await Store.open(join(folder, 'a.db'));
  carried = 0;
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function put(release: number, id: number, ...values: number[]): void {
  store.putSink(`p/${release}/lake`, JSON.stringify(binding(release)));
  store.putOutbox({ sink: `p/${release}/lake`, id, count: values.length, createdMs: 0, body: encodeBatch(batch(...values)) });
}

async function sinkOf(release: number, options: { rollRows?: number; rollMs?: number; compactEveryMs?: number | null; table?: LakeTable; nowMs?: () => number } = {}): Promise<LakeSink> {
  const { rollRows = 1_000, rollMs = 60_000, compactEveryMs = null, table = await LakeTable.open(join(folder, 'lake'), 't', systemEnv()), nowMs = () => 0 } = options;
  const env = envAt(nowMs);
  const writer = new DurableWriter({ env, store, onFatal: error => expect.fail(String(error)), onBlocked: () => undefined });
  return new LakeSink({ env, key: `p/${release}/lake`, binding: binding(release), store, writer, table, rollRows, rollMs, compactEveryMs, log: () => undefined, onCarriedOut: count => (carried += count) });
}

const written = async (): Promise<unknown[]> => (await lakeRows(join(folder, 'lake', 't'))).map(row => row['x']);
const soon = (): number => performance.now() + 30_000;

describe('LakeSink', () => {
  it('writes one file for many chunks, up to the number of rows that fills a file', async () => {
    for (let id = 0; id < 10; id++) put(1, id * 2, id, id + 0.5);
    const sink = await sinkOf(1, { rollRows: 8 });
    await sink.flush(soon());
    expect(await written()).toEqual(Array.from({ length: 20 }, (_none, index) => index / 2));
    expect(carried).toBe(20);
    expect(readdirSync(join(folder, 'lake', 't', '_metadata')).sort()).toEqual(['0000000000.json', '0000000001.json', '0000000002.json']);
    expect(store.outboxBacklog()).toEqual([]);
    await sink.stop();
  });

  it('waits until the oldest row is due, and no longer', async () => {
    let nowMs = 0;
    put(1, 0, 1);
    const sink = await sinkOf(1, { rollMs: 40, nowMs: () => nowMs });
    sink.wake(0);
    expect(store.outboxBacklog()).toHaveLength(1);
    nowMs = 50;
    await until(() => store.outboxBacklog().length === 0);
    expect(await written()).toEqual([1]);
    await sink.stop();
  });

  it('writes an epoch that a killed process had fixed with exactly its rows', async () => {
    put(1, 0, 1);
    put(1, 1, 2);
    store.assignEpoch('p/1/lake', 1, 0);
    store.setCursor('lake:t', 0);
    put(1, 2, 3);
    const sink = await sinkOf(1);
    await sink.flush(soon());
    expect(await written()).toEqual([1, 2, 3]);
    expect(readdirSync(join(folder, 'lake', 't', '_metadata'))).toHaveLength(2);
    await sink.stop();
  });

  it('lets an epoch of an earlier release go first, because the log takes epochs only in order', async () => {
    put(1, 0, 1);
    store.assignEpoch('p/1/lake', 0, 0);
    store.setCursor('lake:t', 0);
    put(2, 0, 2);
    const table = await LakeTable.open(join(folder, 'lake'), 't', systemEnv());
    const [older, newer] = [await sinkOf(1, { table }), await sinkOf(2, { table })];
    await newer.flush(soon());
    expect(newer.problem).toContain('an earlier epoch');
    await older.flush(soon());
    await newer.flush(soon());
    expect(newer.problem).toBeNull();
    expect(await written()).toEqual([1, 2]);
    await Promise.all([older.stop(), newer.stop()]);
  });

  it('goes on with higher epochs when the store is new but the table is not', async () => {
    put(1, 0, 1);
    const first = await sinkOf(1);
    await first.flush(soon());
    await first.stop();
    store.close();
    store = await Store.open(join(folder, 'b.db'));
    put(1, 0, 2);
    const second = await sinkOf(1);
    await second.flush(soon());
    expect(await written()).toEqual([1, 2]);
    await second.stop();
  });

  it('joins small files when that is due, with all rows in their order', async () => {
    const table = await LakeTable.open(join(folder, 'lake'), 't', systemEnv());
    const sink = await sinkOf(1, { rollRows: 1, table, compactEveryMs: 0 });
    for (let id = 0; id < 7; id++) put(1, id, id);
    await sink.flush(soon());
    expect(table.files).toBe(3);
    expect((await written()).sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    await sink.stop();
  });

  it('joins nothing while an epoch of the table is fixed but not written', async () => {
    const table = await LakeTable.open(join(folder, 'lake'), 't', systemEnv());
    for (let id = 0; id < 5; id++) put(1, id, id);
    const quiet = await sinkOf(1, { rollRows: 1, table });
    await quiet.flush(soon());
    await quiet.stop();
    put(2, 0, 9);
    store.assignEpoch('p/2/lake', 0, 5);
    store.setCursor('lake:t', 5);
    const waiting = await sinkOf(1, { rollRows: 1, table, compactEveryMs: 0 });
    put(1, 5, 5);
    await waiting.flush(soon());
    expect([waiting.problem, table.files]).toEqual([expect.stringContaining('an earlier epoch'), 5]);
    await waiting.stop();
    const older = await sinkOf(2, { rollRows: 1, table, compactEveryMs: 0 });
    await older.flush(soon());
    expect([older.problem, table.files]).toEqual([null, 1]);
    await older.stop();
  });
});
