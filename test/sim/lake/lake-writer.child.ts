import { join } from 'node:path';
import { DurableWriter } from '../../../edge/agent/durable-writer';
import { systemEnv } from '../../../edge/env/system-env';
import { pause } from '../../../edge/env/env';
import type { Log } from '../../../edge/log/log';
import { encodeBatch } from '../../../edge/sink/batch-codec';
import { FolderStorage } from '../../../edge/sink/lake/folder-storage';
import { openStorage } from '../../../edge/sink/lake/open-storage';
import { LakeSink } from '../../../edge/sink/lake/lake-sink';
import { LakeTable } from '../../../edge/sink/lake/lake-table';
import type { SinkBinding } from '../../../edge/sink/sink-port';
import { deltaFields } from '../../../engine/lake/delta-schema';
import { creationActions, logText, versionFile } from '../../../engine/lake/delta-text';
import { Store } from '../../../edge/store/store';
import { deadlyStorage } from './kill-points';
import { rowsFrom, SCHEMA } from './rows';

/*
 * A writer with a real store and real sinks: rows of an endless input go into the outbox of two sinks in one transaction,
 * one table is appended to, the other is merged by key. `lake-writer <folder> <point> <count> [lake]`; the point `finish` writes
 * what waits and ends, `none` goes on until it is killed.
 */
const [folder = '', point = 'none', count = '1', location = join(folder, 'lake')] = process.argv.slice(2);
const env = systemEnv();
const ROWS_PER_STEP = 8;
const WAITING_MAX = 400;
/** Nobody is left to kill it. */
const LIFE_MS_MAX = 180_000;
const store = await Store.open(join(folder, 'agent.db'));
const writer = new DurableWriter({ env, store, onFatal: error => { throw error; }, onBlocked: () => undefined });
const lake = openStorage(location, env);
if (lake instanceof FolderStorage) await lake.tidy('');
const storage = deadlyStorage(lake, point, Number(count), () => process.kill(process.pid, 'SIGKILL'));

/** Checkpoints come often, so that many lives end at one. */
async function createTable(table: string, mergeBy: readonly string[]): Promise<void> {
  const partitionBy = ['device'];
  const actions = creationActions({ id: table, fields: deltaFields(SCHEMA, partitionBy), partitionBy, mergeBy, nowMs: env.nowMs() });
  const text = logText(actions).replace('"configuration":{', '"configuration":{"delta.checkpointInterval":"7",');
  await lake.create(`${table}/_delta_log/${versionFile(0)}`, Buffer.from(text));
}

const complain: Log = (text, facts) => {
  if (facts?.event.endsWith('failed') === true) process.stderr.write(`${text}\n`);
};

async function sinkOf(table: string, mergeBy: readonly string[]): Promise<{ readonly key: string; readonly sink: LakeSink }> {
  const key = `p/1/${table}`;
  const binding: SinkBinding = {
    pipeline: 'p', release: 1, schema: SCHEMA, shard: 0,
    sink: { id: table, op: 'sink', input: 'in', config: { connector: 'lake', name: table, table, partitionBy: ['device'], ...(mergeBy.length === 0 ? {} : { mergeBy }) } }
  };
  store.putSink(key, JSON.stringify(binding));
  await createTable(table, mergeBy);
  const lakeTable = await LakeTable.on(storage, table, env);
  return { key, sink: new LakeSink({ env, key, binding, store, writer, table: lakeTable, rollRows: 16, rollMs: 5, compactEveryMs: 60, log: complain, onCarriedOut: () => undefined }) };
}

const sinks = [await sinkOf('plain', []), await sinkOf('curated', ['device', 'key'])];
const waiting = (): number => store.outboxBacklog().reduce((rows, sink) => rows + sink.rows, 0);
for (const { sink } of sinks) sink.wake(0);
env.setTimer(LIFE_MS_MAX, () => process.exit(3));
process.stdout.write('ready\n');
if (point === 'finish') {
  const deadlineMs = env.monotonicMs() + 120_000;
  while (waiting() > 0 && env.monotonicMs() < deadlineMs) for (const { sink } of sinks) await sink.flush(deadlineMs);
  for (const { sink } of sinks) await sink.stop();
  process.stdout.write(`rows ${(store.cursor('input') ?? -1) + 1} waiting ${waiting()}\n`);
  store.close();
  process.exit(0);
} else {
  for (;;) {
    const first = (store.cursor('input') ?? -1) + 1;
    if (waiting() < WAITING_MAX) {
      const body = encodeBatch(rowsFrom(first, ROWS_PER_STEP));
      await writer.commit(() => {
        for (const { key } of sinks) store.putOutbox({ sink: key, id: first, count: ROWS_PER_STEP, createdMs: env.nowMs(), body });
        store.setCursor('input', first + ROWS_PER_STEP - 1);
      });
      for (const { sink } of sinks) sink.wake(ROWS_PER_STEP);
    }
    await pause(env, 2);
  }
}
