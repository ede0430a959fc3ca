import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { DeltaFile } from '../../../engine/lake/delta-entry';
import type { DeltaTable } from '../../../worker/lake/delta-log';
import { fileConditions, filesTableSql, statisticsFor } from '../../../worker/lake/prune';
import { readScans } from '../../../worker/lake/scan-plan';

const file = (path: string, partition: Record<string, string | null>, min: object, max: object): DeltaFile => ({ path, bytes: 1, rows: 1, partition, min: { ...min }, max: { ...max }, stats: null, modifiedMs: 0, dataChange: true, tags: {} });
const table: DeltaTable = {
  name: 'vib',
  version: 1,
  columns: [
    { name: 't', type: 'timestamp', nullable: false, metadata: {} },
    { name: 'rms', type: 'double', nullable: true, metadata: {} },
    { name: 'n', type: 'long', nullable: false, metadata: {} },
    { name: 'name', type: 'string', nullable: true, metadata: {} },
    { name: 'device', type: 'string', nullable: true, metadata: {} },
    { name: 'day', type: 'string', nullable: true, metadata: {} }
  ],
  partitionColumns: ['day', 'device'],
  files: [
    file('a', { day: '2026-01-01', device: 'b1' }, { t: '2026-01-01T00:00:00.000Z', n: 0, rms: 1 }, { t: '2026-01-01T11:59:59.999Z', n: 10, rms: 2 }),
    file('b', { day: '2026-01-01', device: "o'x" }, { t: '2026-01-01T12:00:00.000Z', n: 11, rms: 3 }, { t: '2026-01-01T23:59:59.999Z', n: 20, rms: 4 }),
    file('c', { day: '2026-01-02', device: null }, { n: 21 }, { n: 30 }),
    file('d', { day: '2026-01-03', device: 'b1' }, {}, {})
  ]
};

let connection: DuckDBConnection;

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run("SET disabled_optimizers='statistics_propagation'");
  await connection.run('CREATE TABLE vib (t TIMESTAMP, rms DOUBLE, n BIGINT, name VARCHAR, device VARCHAR, day VARCHAR)');
  await connection.run('CREATE TABLE other (device VARCHAR)');
});
afterAll(() => connection.closeSync());

/** Files and columns that a query needs, found the way the lake worker finds them. */
async function needs(sql: string): Promise<{ files: string; columns: readonly string[] }> {
  const explained = (await connection.runAndReadAll(`EXPLAIN (FORMAT JSON) ${sql}`)).getRows();
  const scans = readScans(String(explained[0]?.[1]), name => (name === 'vib' ? table.columns.map(column => column.name) : null));
  const chosen = new Set<string>();
  for (const scan of scans) {
    const statistics = statisticsFor(table, scan.filters);
    const conditions = fileConditions(table, scan.filters, statistics);
    await connection.run(filesTableSql('files', table, statistics));
    const where = conditions.length === 0 ? 'true' : conditions.join(' AND ');
    for (const [index] of (await connection.runAndReadAll(`SELECT file FROM files WHERE ${where}`)).getRows()) chosen.add(table.files[Number(index)]?.path ?? '?');
  }
  return { files: [...chosen].sort().join(''), columns: table.columns.map(column => column.name).filter(name => scans.some(scan => scan.columns.includes(name))) };
}

describe('what a query needs of a table', () => {
  it.each([
    ['everything without a condition', 'SELECT avg(rms) FROM vib', 'abcd', ['rms']],
    ['no column to count rows', 'SELECT count(*) FROM vib', 'abcd', []],
    ['one partition', "SELECT rms FROM vib WHERE day = '2026-01-02'", 'c', ['rms', 'day']],
    ['a list of partitions', "SELECT n FROM vib WHERE device IN ('b1', 'b9')", 'ad', ['n', 'device']],
    ['a quote in a partition value', "SELECT n FROM vib WHERE device = 'o''x'", 'b', ['n', 'device']],
    ['partitions that are null', 'SELECT n FROM vib WHERE device IS NULL', 'c', ['n', 'device']],
    ['either of two partitions', "SELECT n FROM vib WHERE day = '2026-01-01' OR day = '2026-01-03'", 'abd', ['n', 'day']],
    ['a range of partitions', "SELECT n FROM vib WHERE day BETWEEN '2026-01-02' AND '2026-01-09'", 'cd', ['n', 'day']],
    ['bounds of a time; files without statistics stay', "SELECT n FROM vib WHERE t >= TIMESTAMP '2026-01-01 12:00:00'", 'bcd', ['t', 'n']],
    ['both bounds of an integer', 'SELECT n FROM vib WHERE n >= 11 AND n < 21', 'bd', ['n']],
    ['an equality', 'SELECT t FROM vib WHERE n = 25', 'cd', ['t', 'n']],
    ['an upper bound of a float, for NaN is above all', 'SELECT n FROM vib WHERE rms < 2.5', 'acd', ['rms', 'n']],
    ['no lower bound of a float, for NaN may hide above it', 'SELECT n FROM vib WHERE rms > 2.5', 'abcd', ['rms', 'n']],
    ['nothing clever for what mixes columns', "SELECT n FROM vib WHERE day = '2026-01-01' OR n > 25", 'abcd', ['n', 'day']],
    ['nothing clever for a text column', "SELECT n FROM vib WHERE name = 'day'", 'abcd', ['n', 'name', 'day']],
    ['a partition and a bound together', "SELECT name FROM vib WHERE day = '2026-01-01' AND n > 15", 'b', ['n', 'name', 'day']],
    ['both sides of a self join', "SELECT a.n FROM vib a JOIN vib b USING (n) WHERE a.day = '2026-01-01' AND b.day = '2026-01-02'", 'abc', ['n', 'day']],
    ['the inside of a common table expression', "WITH x AS (SELECT * FROM vib WHERE day > '2026-01-02') SELECT max(rms) FROM x", 'd', ['rms', 'day']],
    ['nothing of a table that is not of the lake', 'SELECT * FROM other', '', []]
  ])('%s', async (_name, sql, files, columns) => {
    const found = await needs(sql);
    expect(found.files).toBe(files);
    for (const column of columns) expect(found.columns).toContain(column);
  });
});
