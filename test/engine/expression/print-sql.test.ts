import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareExpression } from '../../../engine/expression/evaluate';
import { parseExpression } from '../../../engine/expression/parse';
import { printSql } from '../../../engine/expression/print-sql';
import type { Schema } from '../../../engine/schema/schema';
import type { Cell, Row } from './batches';
import { batchOf, cellsOf } from './batches';

const schema: Schema = {
  fields: [
    { name: 'x', type: 'float64', nullable: true },
    { name: 'y', type: 'float64', nullable: true },
    { name: 'i', type: 'int32', nullable: true },
    { name: 'n', type: 'int64', nullable: true },
    { name: 'm', type: 'int64', nullable: false },
    { name: 'ok', type: 'bool', nullable: true },
    { name: 't', type: 'timestampMs', nullable: false },
    { name: 's', type: 'utf8', nullable: true },
    { name: 'odd "name', type: 'utf8', nullable: false }
  ]
};

const doubles = [0, 1, -2.5, 0.49999999999999994, 1e300, NaN, Infinity, null];
const longs = [0n, 5n, -3n, 9007199254740993n, 2n ** 63n - 1n, -(2n ** 63n), null];
const rows: readonly Row[] = doubles.flatMap((x, a) =>
  doubles.map((y, b): Row => ({ x, y, i: a === 3 ? null : a - 2, n: longs[(a + b) % longs.length] ?? null, m: longs[b % 6] ?? 0n, ok: [true, false, null][(a + 2 * b) % 3] ?? null, t: 1_700_000_000_000 + a, s: ['b1', "it's", 'a\u{1F600}b', null][(a * 3 + b) % 4] ?? null, 'odd "name': b % 2 === 0 ? 'b1' : '\uFFFF' }))
);

const sources = [
  'r => r.x + r.y',
  'r => r.x / r.y',
  'r => r.x % r.y',
  'r => -r.x * 2 - 0.5',
  'r => r.x < r.y',
  'r => r.x >= r.y',
  'r => r.x === r.y',
  'r => r.x !== r.y',
  'r => !(r.x > 0.5)',
  'r => r.n + r.m',
  'r => r.n * r.m',
  'r => -r.n',
  'r => abs(r.n)',
  'r => r.n % r.m',
  'r => r.n / r.m',
  'r => r.n > 9007199254740992n',
  'r => r.i + 1',
  'r => min(r.x, r.y)',
  'r => Math.max(r.x, r.y, 1)',
  'r => min(r.n, r.m)',
  'r => clamp(r.x, -1, 1)',
  'r => round(r.x)',
  'r => floor(r.x) + ceil(r.y)',
  'r => sqrt(r.x)',
  'r => ln(r.x)',
  'r => log10(abs(r.y))',
  'r => sin(r.x)',
  'r => r.x ** r.y',
  'r => sign(r.x)',
  'r => sign(r.n)',
  'r => r.ok && r.x > 0 || isNull(r.y)',
  'r => r.ok ? r.x : r.y',
  'r => r.ok ? r.n : 3',
  'r => r.x ?? r.y ?? 1.5',
  'r => isNaN(r.x)',
  'r => isNull(r.t) || isNull(r.s)',
  'r => (r.t - 1700000000000) / 1000',
  'r => r.t > 1700000000003',
  'r => r.s + "/" + r["odd \\"name"]',
  'r => r.s === "it\'s" || r.s < r["odd \\"name"]',
  'r => r.s.includes("\u{1F600}") || startsWith(r.s, "b")',
  'r => replace(r.s, "b", "longer")',
  'r => replace(replace(r.s, "b1", "b"), "b", "it\'s")',
  'r => length(r.s)',
  'r => upper(r.s)'
];

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await connection.run('CREATE TABLE t (x DOUBLE, y DOUBLE, i INTEGER, n BIGINT, m BIGINT, ok BOOLEAN, t TIMESTAMP, s VARCHAR, "odd ""name" VARCHAR)');
  for (const row of rows) await connection.run(`INSERT INTO t VALUES (${schema.fields.map(({ name, type }) => literal(row[name] ?? null, type === 'timestampMs')).join(', ')})`);
}, 60_000);
afterAll(() => connection.closeSync());

function literal(cell: Cell, isTime: boolean): string {
  if (cell === null) return 'NULL';
  if (isTime) return `epoch_ms(CAST(${cell} AS BIGINT))`;
  if (typeof cell === 'string') return `'${cell.replace(/'/gu, "''")}'`;
  return typeof cell === 'number' ? `CAST('${cell}' AS DOUBLE)` : String(cell);
}

describe('printSql for DuckDB', () => {
  it.each(sources)('says %s so that DuckDB computes what the engine computes', async source => {
    const expression = parseExpression(source, { schema });
    const result = await connection.runAndReadAll(`SELECT ${printSql(expression, schema, 'duckdb')} AS value FROM t`);
    const expected = cellsOf(prepareExpression(expression, schema).evaluate(batchOf(schema, rows)), rows.length);
    result.getRows().forEach(([seen], index) => {
      const want = expected[index] ?? null;
      if (typeof want === 'number' && typeof seen === 'number' && Number.isFinite(want)) expect(Math.abs(seen - want), `row ${index}`).toBeLessThanOrEqual(1e-12 * Math.abs(want));
      else expect(seen, `row ${index}`).toEqual(want);
    });
  });
});

describe('printSql for Flink', () => {
  it.each([
    ['r => r.x > 0.8 && r.s === "it\'s"', "((`x` > 8e-1) AND (`s` = 'it''s'))"],
    ['r => r.i / 2', '(CAST(`i` AS DOUBLE) / 2e+0)'],
    ['r => r.n % r.m', '(CASE WHEN `m` = 0 THEN NULL ELSE MOD(`n`, `m`) END)'],
    ['r => r.x ?? 0', 'COALESCE(`x`, 0e+0)'],
    ['r => r.t > 5', '(CAST(`t` AS DOUBLE) > 5e+0)'],
    ['r => r.t + 5', 'CAST((CAST(`t` AS DOUBLE) + 5e+0) AS BIGINT)'],
    ['r => isNaN(r.x)', "(CAST(`x` AS STRING) = 'NaN')"],
    ['r => min(r.x, 1)', "(CASE WHEN `x` IS NULL OR 1e+0 IS NULL THEN NULL WHEN (CAST(`x` AS STRING) = 'NaN') OR (CAST(1e+0 AS STRING) = 'NaN') THEN CAST('NaN' AS DOUBLE) ELSE LEAST(`x`, 1e+0) END)"],
    ['r => r.ok ? upper(r.s) : "no"', "(CASE WHEN `ok` THEN UPPER(`s`) ELSE 'no' END)"]
  ])('says %s', (source, sql) => {
    expect(printSql(parseExpression(source, { schema }), schema, 'flink')).toBe(sql);
  });

  it('refuses what Flink cannot say with the same meaning', () => {
    expect(() => printSql(parseExpression('r => r.x % 2', { schema }), schema, 'flink', 'filter')).toThrow(/filter: "%" of float64 cannot be said in Flink SQL/u);
  });
});

describe('printSql', () => {
  it('refuses expressions whose SQL would grow without end', () => {
    const source = `r => ${'min(r.x, '.repeat(30)}r.y${')'.repeat(30)}`;
    expect(() => printSql(parseExpression(source, { schema }), schema, 'duckdb')).toThrow(/longer than 262144/u);
  });
});
