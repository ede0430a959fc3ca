import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LakeTable } from '../../edge/sink/lake/lake-table';
import { lakeManifest } from '../../edge/station/lake-manifest';
import { Dictionary } from '../../engine/batch/batch';
import type { Batch } from '../../engine/batch/batch';
import type { Schema } from '../../engine/schema/schema';
import { systemEnv } from '../../edge/env/system-env';
import { launchBrowser } from './support/browser';
import { openWorkerPage, startWorkerPage } from './support/worker-page';

const ROWS_PER_EPOCH = 1_000;
const schema: Schema = {
  fields: [
    { name: 'device', type: 'utf8', nullable: false },
    { name: 'windowStartMs', type: 'timestampMs', nullable: false },
    { name: 'rms', type: 'float64', nullable: true },
    { name: 'n', type: 'int64', nullable: false },
    { name: 'signal', type: { list: 'float64' }, nullable: false }
  ]
};

/** Rows of one hour: four devices by turns, every tenth rms missing. */
function hour(startMs: number): Batch {
  const dictionary = new Dictionary();
  const each = <T>(value: (row: number) => T): T[] => Array.from({ length: ROWS_PER_EPOCH }, (_, row) => value(row));
  const times = Float64Array.from(each(row => startMs + row * 1_000));
  return {
    schema,
    rowCount: ROWS_PER_EPOCH,
    at: new Float64Array(ROWS_PER_EPOCH),
    eventTimeMs: times,
    columns: [
      { kind: 'utf8', validity: null, codes: Int32Array.from(each(row => dictionary.encode(`b${row % 4}`))), dictionary },
      { kind: 'timestampMs', validity: null, values: times },
      { kind: 'float64', validity: Uint8Array.from(each(row => (row % 10 === 0 ? 0 : 1))), values: Float64Array.from(each(row => row / 10)) },
      { kind: 'int64', validity: null, values: BigInt64Array.from(each(BigInt)) },
      { kind: 'list', validity: null, offsets: Int32Array.from({ length: ROWS_PER_EPOCH + 1 }, (_, row) => row * 2), values: Float64Array.from({ length: ROWS_PER_EPOCH * 2 }, (_, at) => at) }
    ]
  };
}

let browser: Browser;
let page: Page;
let site: Awaited<ReturnType<typeof startWorkerPage>>;
let lakeDir: string;
let lake: string;

async function writeHours(table: LakeTable, first: number, count: number): Promise<void> {
  for (let epoch = first; epoch < first + count; epoch += 1) {
    const startMs = Date.UTC(2026, 10, 20 + Math.floor(epoch / 2)) + (epoch % 2) * 3_600_000;
    await table.write({ epoch, pipeline: 'watch', release: 1, shard: 0, partitionBy: ['day', 'device'], schema, firstRow: epoch * ROWS_PER_EPOCH, rows: hour(startMs) }, Date.now());
  }
  writeFileSync(join(lakeDir, 'manifest.json'), JSON.stringify(await lakeManifest(lakeDir)));
}

interface Answer {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly truncated: boolean;
  readonly cost: { readonly filesRead: number; readonly filesTotal: number; readonly bytesFetched: number; readonly milliseconds: number };
  readonly error?: string;
}

async function query(sql: string, rowsMax = 100): Promise<Answer> {
  const answer = await page.evaluate(
    ([url, text, max]) =>
      window.littoral.lake.service.query(url, text, { rowsMax: max }).then(
        result => ({ ipc: Array.from(result.ipc), truncated: result.truncated, cost: result.cost, error: undefined }),
        (error: { code: string; message: string }) => ({ ipc: null, truncated: false, cost: { filesRead: 0, filesTotal: 0, bytesFetched: 0, milliseconds: 0 }, error: `${error.code}: ${error.message}` })
      ),
    [lake, sql, rowsMax] as const
  );
  const rows = answer.ipc === null ? [] : tableFromIPC(Uint8Array.from(answer.ipc)).toArray().map(row => JSON.parse(JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))) as Record<string, unknown>);
  return { rows, truncated: answer.truncated, cost: answer.cost, ...(answer.error === undefined ? {} : { error: answer.error }) };
}

beforeAll(async () => {
  lakeDir = mkdtempSync(join(tmpdir(), 'littoral-lake-'));
  const table = await LakeTable.open(lakeDir, 'vibration', systemEnv());
  await writeHours(table, 0, 6);
  [browser, site] = await Promise.all([launchBrowser(), startWorkerPage({ '/lake/': lakeDir })]);
  lake = `${site.origin}/lake`;
  page = await browser.newPage();
  await openWorkerPage(page, site.url);
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
  rmSync(lakeDir, { recursive: true, force: true });
});

describe('the lake worker on a lake that the agent wrote', () => {
  it('lists tables with schema, partitions, files and row groups', async () => {
    const seen = await page.evaluate(async url => {
      const [table] = await window.littoral.lake.service.tables(url);
      const groups = table === undefined ? [] : await window.littoral.lake.service.rowGroups(url, table.name, table.files[0]?.path ?? '');
      return { table, groups };
    }, lake);
    expect(seen.table).toMatchObject({ name: 'vibration', rows: 6_000, partitionColumns: ['day', 'device'] });
    expect(seen.table?.files).toHaveLength(24);
    expect(seen.table?.schema.map(field => `${field.name} ${field.type}`)).toEqual(['windowStartMs timestamp', 'rms double', 'n long', 'signal {"type":"array","elementType":"double","containsNull":false}', 'device string', 'day string']);
    expect(seen.groups[0]?.columns.find(column => column.name === 'rms')).toMatchObject({ codec: 'SNAPPY', nulls: 50, min: '0.4', max: '99.6' });
  });

  it('reads only the partitions that a condition leaves', async () => {
    const answer = await query("SELECT count(*)::INT AS rows, sum(n)::INT AS n FROM vibration WHERE device IN ('b1', 'b2') AND day >= '2026-11-21'");
    expect(answer.rows).toEqual([{ rows: 2_000, n: 999_000 }]);
    expect(answer.cost).toMatchObject({ filesRead: 8, filesTotal: 24 });
    expect(answer.cost.bytesFetched).toBeGreaterThan(0);
  });

  it('leaves out files whose statistics cannot match', async () => {
    const answer = await query("SELECT min(windowStartMs) AS first, count(*)::INT AS rows FROM vibration WHERE windowStartMs >= TIMESTAMP '2026-11-22 01:00:00'");
    expect(answer.rows).toEqual([{ first: Date.UTC(2026, 10, 22, 1), rows: 1_000 }]);
    expect(answer.cost.filesRead).toBe(4);
  });

  it('gives nulls, lists and timestamps as they were written, in UTC', async () => {
    const answer = await query('SELECT * FROM vibration ORDER BY windowStartMs, device LIMIT 2');
    expect(answer.rows).toEqual([
      { windowStartMs: Date.UTC(2026, 10, 20), rms: null, n: 0, signal: [0, 1], device: 'b0', day: '2026-11-20' },
      { windowStartMs: Date.UTC(2026, 10, 20) + 1_000, rms: 0.1, n: 1, signal: [2, 3], device: 'b1', day: '2026-11-20' }
    ]);
  });

  it('fetches nothing for a query that needs no more than the one before', async () => {
    await query('SELECT device, avg(rms) FROM vibration GROUP BY 1');
    const answer = await query("SELECT device, count(*)::INT AS rows, round(avg(rms), 3) AS rms FROM vibration WHERE day = '2026-11-20' GROUP BY 1 ORDER BY 1");
    expect(answer.rows).toEqual([
      { device: 'b0', rows: 500, rms: 50 },
      { device: 'b1', rows: 500, rms: 49.9 },
      { device: 'b2', rows: 500, rms: 50 },
      { device: 'b3', rows: 500, rms: 50.1 }
    ]);
    expect(answer.cost).toMatchObject({ filesRead: 0, bytesFetched: 0 });
  });

  it('stops at rowsMax and says that there was more', async () => {
    const answer = await query('SELECT n FROM vibration', 10);
    expect(answer.rows).toHaveLength(10);
    expect(answer.truncated).toBe(true);
  });

  it('joins a table with itself and counts each row once', async () => {
    const answer = await query("SELECT count(*)::INT AS pairs FROM vibration a JOIN vibration b USING (device, windowStartMs) WHERE a.day = '2026-11-20'");
    expect(answer.rows).toEqual([{ pairs: 2_000 }]);
  });

  it('fetches only the columns that it needs of a large file', async () => {
    const rowCount = 60_000;
    const wide: Schema = { fields: Array.from({ length: 8 }, (_, index) => ({ name: `c${index}`, type: 'float64' as const, nullable: false })) };
    const values = Float64Array.from({ length: rowCount }, (_, row) => Math.sin(row) * 1e6);
    const rows: Batch = { schema: wide, rowCount, at: new Float64Array(rowCount), eventTimeMs: new Float64Array(rowCount), columns: wide.fields.map(() => ({ kind: 'float64', validity: null, values })) };
    await (await LakeTable.open(lakeDir, 'wide', systemEnv())).write({ epoch: 0, pipeline: 'watch', release: 1, shard: 0, partitionBy: [], schema: wide, firstRow: 0, rows }, Date.now());
    writeFileSync(join(lakeDir, 'manifest.json'), JSON.stringify(await lakeManifest(lakeDir)));
    const answer = await query('SELECT count(*)::INT AS rows, max(c3) AS highest FROM wide');
    expect(answer.rows).toEqual([{ rows: rowCount, highest: values.reduce((a, b) => Math.max(a, b)) }]);
    const bytes = (await page.evaluate(async url => (await window.littoral.lake.service.tables(url)).find(table => table.name === 'wide')?.bytes, lake)) ?? 0;
    expect(bytes).toBeGreaterThan(2_000_000);
    expect(answer.cost.bytesFetched).toBeGreaterThan(bytes / 10);
    expect(answer.cost.bytesFetched).toBeLessThan(bytes / 4);
  });

  it('sees what was appended since the last query', async () => {
    await writeHours(await LakeTable.open(lakeDir, 'vibration', systemEnv()), 6, 1);
    const answer = await query('SELECT count(*)::INT AS rows, max(day) AS day FROM vibration');
    expect(answer.rows).toEqual([{ rows: 7_000, day: '2026-11-23' }]);
  });

  it.each([
    ['a column that does not exist', 'SELECT nope FROM vibration', /^SQL: query: Binder Error: Referenced column "nope" not found/],
    ['Parquet by hand', "SELECT * FROM read_parquet('x')", /^SQL: query: it needs DuckDB's extension "parquet", which is not at hand offline\./],
    ['two statements', 'SELECT 1; SELECT 2', /^SQL: query: there is more than one statement/],
    ['nonsense', 'SELEKT', /^SQL: query: Parser Error/]
  ])('answers %s in a sentence and goes on', async (_name, sql, expected) => {
    expect((await query(sql)).error).toMatch(expected);
    expect((await query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it.each([
    ['garbage', (bytes: Uint8Array) => bytes.map((_, at) => (at * 7 + 3) & 255)],
    ['cut off', (bytes: Uint8Array) => bytes.slice(0, bytes.length >> 1)],
    ['damaged in its pages', (bytes: Uint8Array) => bytes.map((byte, at) => (at > 8 && at < bytes.length - 2_000 ? byte ^ 0x55 : byte))],
    ['damaged in its footer', (bytes: Uint8Array) => bytes.map((byte, at) => (at > bytes.length - 400 && at < bytes.length - 12 && at % 5 === 0 ? byte ^ 0xff : byte))]
  ])('names a data file that is %s and goes on', async (name, damage) => {
    const table = `broken-${name.replaceAll(' ', '-')}`;
    const broken = await LakeTable.open(lakeDir, table, systemEnv());
    await broken.write({ epoch: 0, pipeline: 'watch', release: 1, shard: 0, partitionBy: [], schema, firstRow: 0, rows: hour(Date.UTC(2026, 0, 1)) }, Date.now());
    writeFileSync(join(lakeDir, 'manifest.json'), JSON.stringify(await lakeManifest(lakeDir)));
    const path = (await lakeManifest(lakeDir)).files.find(file => file.path.startsWith(`${table}/`) && file.path.endsWith('.parquet'))?.path ?? '';
    writeFileSync(join(lakeDir, path), damage(readFileSync(join(lakeDir, path))));
    const answer = await query(`SELECT * FROM "${table}"`);
    expect(answer.error).toMatch(/^PARQUET: lake file "broken-/);
    const groups = await page.evaluate(
      ([url, of, file]) => window.littoral.lake.service.rowGroups(url, of, file).then(() => 'read', (error: { code: string }) => error.code),
      [lake, table, path.slice(table.length + 1)] as const
    );
    expect(['read', 'PARQUET']).toContain(groups);
    expect((await query('SELECT count(*)::INT AS rows FROM wide')).rows).toEqual([{ rows: 60_000 }]);
  });

  it('cancels a long query and those that wait, and runs the next', async () => {
    const outcome = await page.evaluate(async url => {
      const { service } = window.littoral.lake;
      const slow = service.query(url, 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3', { rowsMax: 1 }).then(
        () => 'done',
        (error: { code: string }) => error.code
      );
      const waiting = service.query(url, 'SELECT 1', { rowsMax: 1 }).then(
        () => 'done',
        (error: { code: string }) => error.code
      );
      await new Promise(done => setTimeout(done, 300));
      await service.cancel();
      return [await slow, await waiting];
    }, lake);
    expect(outcome).toEqual(['CANCELLED', 'CANCELLED']);
    expect((await query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }]);
  });

  it('says where a lake is missing', async () => {
    const error = await page.evaluate(url => window.littoral.lake.service.tables(`${url}/nowhere`).catch((caught: { code: string; message: string }) => ({ ...caught, message: caught.message, code: caught.code })), lake);
    expect(error).toMatchObject({ code: 'LAKE_HTTP', message: expect.stringContaining('answered with status 404; expected 200') as string });
  });
});
