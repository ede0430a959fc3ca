import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Dictionary, type Batch } from '../../../engine/batch/batch';
import { rowText } from '../../../engine/rows/cell-text';
import type { Schema } from '../../../engine/schema/schema';
import { decodeBatch, encodeBatch } from '../../../edge/sink/batch-codec';
import { LakeTable, type Epoch } from '../../../edge/sink/lake/lake-table';
import { systemEnv } from '../../../edge/env/system-env';

const schema: Schema = {
  fields: [
    { name: 'device', type: 'utf8', nullable: false },
    { name: 'windowEndMs', type: 'timestampMs', nullable: false },
    { name: 'n', type: 'int64', nullable: false },
    { name: 'count', type: 'int32', nullable: true },
    { name: 'mean', type: 'float64', nullable: true, unit: 'm/s²' },
    { name: 'score', type: 'float32', nullable: false },
    { name: 'ok', type: 'bool', nullable: true },
    { name: 'raw', type: 'binary', nullable: true },
    { name: 'signal', type: { list: 'float64' }, nullable: true },
    { name: 'note', type: 'utf8', nullable: true }
  ]
};
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);

function sample(rowCount: number, firstRow = 0): Batch {
  const rows = Array.from({ length: rowCount }, (_none, index) => firstRow + index);
  const dictionary = new Dictionary();
  const validity = Uint8Array.from(rows, row => (row % 5 === 0 ? 0 : 1));
  const offsets = Int32Array.from([0, ...rows.map((_row, index) => (index + 1) * 3)]);
  return {
    schema,
    rowCount,
    eventTimeMs: Float64Array.from(rows, row => START_MS + row * (DAY_MS / 4)),
    at: Float64Array.from(rows),
    columns: [
      { kind: 'utf8', codes: Int32Array.from(rows, row => dictionary.encode(['b1', 'b 2/ü', 'b=3'][row % 3] ?? '')), dictionary, validity: null },
      { kind: 'timestampMs', values: Float64Array.from(rows, row => START_MS + row * (DAY_MS / 4) + 1), validity: null },
      { kind: 'int64', values: BigInt64Array.from(rows, row => 2n ** 60n + BigInt(row)), validity: null },
      { kind: 'int32', values: Int32Array.from(rows), validity },
      { kind: 'float64', values: Float64Array.from(rows, row => row / 7), validity },
      { kind: 'float32', values: Float32Array.from(rows, row => row / 3), validity: null },
      { kind: 'bool', values: Uint8Array.from(rows, row => row % 2), validity },
      { kind: 'binary', values: rows.map(row => Uint8Array.of(row, 255)), validity },
      { kind: 'list', offsets, values: Float64Array.from(rows.flatMap(row => [row, row + 0.5, -row])), validity },
      { kind: 'utf8', codes: Int32Array.from(rows, row => dictionary.encode(`note ${row}`)), dictionary, validity }
    ]
  };
}

const epochOf = (epoch: number, rows: Batch, firstRow = 0): Epoch => ({ epoch, pipeline: 'bearing-watch', release: 1, shard: 0, partitionBy: ['day', 'device'], schema, firstRow, rows });

let lake = '';
beforeEach(() => {
  lake = mkdtempSync(join(tmpdir(), 'littoral-lake-'));
});
afterEach(() => rmSync(lake, { recursive: true, force: true }));

const filesBelow = (folder: string): string[] => (readdirSync(folder, { recursive: true }) as string[]).filter(path => statSync(join(folder, path)).isFile()).sort();
const logLines = (): Record<string, { path: string; partitionValues: Record<string, string>; stats: string; size: number; version: number; schemaString: string }>[] =>
  filesBelow(join(lake, 'vibration', '_delta_log')).flatMap(name => readFileSync(join(lake, 'vibration', '_delta_log', name), 'utf8').trim().split('\n').map(line => JSON.parse(line) as never));

async function duck(sql: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rows = await (await connection.runAndReadAll(sql)).getRowObjectsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

describe('the outbox form of a batch', () => {
  it('gives back every value, null and list', () => {
    const batch = sample(12);
    const back = decodeBatch(encodeBatch(batch), schema);
    expect(Array.from({ length: 12 }, (_none, row) => rowText(back, row))).toEqual(Array.from({ length: 12 }, (_none, row) => rowText(batch, row)));
    expect([...back.eventTimeMs]).toEqual([...batch.eventTimeMs]);
  });
});

describe('a lake table', () => {
  it('is read back by DuckDB with its partitions and types', async () => {
    const table = await LakeTable.open(lake, 'vibration', systemEnv());
    await table.write(epochOf(0, sample(24)), 1_000);
    const [row] = await duck(`
      SELECT count(*)::INT AS rows, count(DISTINCT device)::INT AS devices, count(DISTINCT day)::INT AS days, sum(count)::INT AS total, count(mean)::INT AS means,
             min(epoch_ms(windowEndMs)) AS first, typeof(any_value(windowEndMs)) AS time, typeof(any_value(score)) AS score, typeof(any_value(signal)) AS signal, max(n)::VARCHAR AS n, max(note) AS note
      FROM read_parquet('${lake}/vibration/*/*/*/*.parquet', hive_partitioning = true)`);
    const counted = [...Array(24).keys()].filter(index => index % 5 !== 0);
    expect(row).toMatchObject({ rows: 24, devices: 3, days: 6, total: counted.reduce((a, b) => a + b), means: counted.length, time: 'TIMESTAMP WITH TIME ZONE', score: 'FLOAT', signal: 'DOUBLE[]', n: String(2n ** 60n + 23n), note: 'note 9' });
    expect(Number((row as { first: string }).first)).toBe(START_MS + 1);
    const devices = await duck(`SELECT DISTINCT device FROM read_parquet('${lake}/vibration/*/*/*/*.parquet', hive_partitioning = true) ORDER BY 1`);
    expect(devices).toEqual([{ device: 'b 2/ü' }, { device: 'b1' }, { device: 'b=3' }]);
  });

  it('is read back by hyparquet through its log, every add pointing at a file of that size', async () => {
    const table = await LakeTable.open(lake, 'vibration', systemEnv());
    await table.write(epochOf(0, sample(24)), 1_000);
    let rows = 0;
    for (const { add } of logLines()) {
      if (add === undefined) continue;
      const path = join(lake, 'vibration', decodeURIComponent(add.path));
      expect(statSync(path).size).toBe(add.size);
      const file = await asyncBufferFromFile(path);
      const objects = await parquetReadObjects({ file });
      const stats = JSON.parse(add.stats) as { numRecords: number; minValues: { windowEndMs: string } };
      expect(stats.numRecords).toBe(objects.length);
      expect(objects.map(each => (each['windowEndMs'] as Date).toISOString()).sort()[0]).toBe(stats.minValues.windowEndMs);
      expect(Object.keys(objects[0] ?? {})).not.toContain('device');
      rows += objects.length;
      const metadata = await parquetMetadataAsync(file);
      expect(metadata.schema.find(element => element.name === 'windowEndMs')).toMatchObject({ type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' }, repetition_type: 'REQUIRED' });
    }
    expect(rows).toBe(24);
  });

  it('has a log of protocol 1/2 with one transaction per epoch and a chain of sidecars', async () => {
    const table = await LakeTable.open(lake, 'vibration', systemEnv());
    await table.write(epochOf(0, sample(3)), 1_000);
    await table.write(epochOf(1, sample(3, 3), 3), 2_000);
    expect(filesBelow(join(lake, 'vibration', '_delta_log'))).toEqual(['00000000000000000000.json', '00000000000000000001.json', '00000000000000000002.json']);
    const lines = logLines();
    expect(lines[0]).toEqual({ protocol: { minReaderVersion: 1, minWriterVersion: 2 } });
    const fields = (JSON.parse(lines[1]?.['metaData']?.schemaString ?? '{}') as { fields: { name: string; type: unknown }[] }).fields;
    expect(fields.map(field => field.name)).toEqual(['windowEndMs', 'n', 'count', 'mean', 'score', 'ok', 'raw', 'signal', 'note', 'device', 'day']);
    expect(fields.find(field => field.name === 'signal')?.type).toEqual({ type: 'array', elementType: 'double', containsNull: false });
    expect(lines.flatMap(line => (line['txn'] === undefined ? [] : [line['txn'].version]))).toEqual([0, 1]);
    const sidecars = filesBelow(join(lake, 'vibration', '_metadata')).map(name => JSON.parse(readFileSync(join(lake, 'vibration', '_metadata', name), 'utf8')) as { previousSha256: string | null; firstRow: number; rows: number });
    expect(sidecars.map(each => [each.firstRow, each.rows])).toEqual([[0, 3], [3, 3]]);
    expect(sidecars[0]?.previousSha256).toBeNull();
    expect(sidecars[1]?.previousSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('changes nothing when an epoch is written again after a kill, also by another process', async () => {
    await (await LakeTable.open(lake, 'vibration', systemEnv())).write(epochOf(0, sample(24)), 1_000);
    const before = filesBelow(lake).map(path => [path, readFileSync(join(lake, path)).toString('base64')]);
    const again = await LakeTable.open(lake, 'vibration', systemEnv());
    expect(again.lastEpoch).toBe(0);
    await again.write(epochOf(0, sample(24)), 9_000);
    expect(filesBelow(lake).map(path => [path, readFileSync(join(lake, path)).toString('base64')])).toEqual(before);
  });

  it('finishes an epoch whose files were written but not committed', async () => {
    const table = await LakeTable.open(lake, 'vibration', systemEnv());
    await table.write(epochOf(0, sample(4)), 1_000);
    const files = filesBelow(lake);
    rmSync(join(lake, 'vibration', '_delta_log', '00000000000000000001.json'));
    rmSync(join(lake, 'vibration', '_metadata'), { recursive: true });
    await (await LakeTable.open(lake, 'vibration', systemEnv())).write(epochOf(0, sample(4)), 1_000);
    expect(filesBelow(lake)).toEqual(files);
  });

  it('takes a new column in, and refuses a changed type or partitioning in one sentence', async () => {
    const table = await LakeTable.open(lake, 'vibration', systemEnv());
    await table.write(epochOf(0, sample(2)), 1_000);
    const wider: Schema = { fields: [...schema.fields, { name: 'extra', type: 'float64', nullable: false }] };
    table.check(wider, ['day', 'device']);
    const changed: Schema = { fields: schema.fields.map(field => (field.name === 'score' ? { ...field, type: 'utf8' as const } : field)) };
    expect(() => table.check(changed, ['day', 'device'])).toThrowError(expect.objectContaining({ code: 'TABLE_CONFLICT', message: expect.stringContaining('"score" is "float"') as unknown }));
    expect(() => table.check(schema, ['day'])).toThrowError(/partitioned by day, device, but the sink asks for day/);
  });
});
