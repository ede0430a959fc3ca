import { describe, expect, it } from 'vitest';
import { prepareCondition } from '../../../engine/expression/condition';
import { prepareExpression } from '../../../engine/expression/evaluate';
import { parseExpression } from '../../../engine/expression/parse';
import { BLOCK_ROWS } from '../../../engine/expression/vector';
import type { Schema } from '../../../engine/schema/schema';
import { Random } from '../../oracle/random';
import type { Row } from './batches';
import { batchOf, cellsOf } from './batches';
import { evaluateNaively } from './oracle';

const schema: Schema = {
  fields: [
    { name: 'a', type: 'float64', nullable: false },
    { name: 'b', type: 'float64', nullable: true },
    { name: 'c', type: 'float64', nullable: false },
    { name: 'f', type: 'float32', nullable: false },
    { name: 'i', type: 'int32', nullable: true },
    { name: 'n', type: 'int64', nullable: false },
    { name: 's', type: 'utf8', nullable: true },
    { name: 'ok', type: 'bool', nullable: true }
  ]
};

const ROWS = 2 * BLOCK_ROWS + 7;
const SPECIAL = [0, -0, 1, -1, 0.1, 1e308, -1e308, 5e-324, NaN, Infinity, -Infinity];
const random = new Random(1_767_225_600);
const number = (): number => (random.chance(0.2) ? random.pick(SPECIAL) : (random.next() - 0.5) * 100);
const rows: readonly Row[] = Array.from({ length: ROWS }, (_, row) => ({
  a: number(),
  b: row > BLOCK_ROWS && random.chance(0.2) ? null : number(),
  c: number(),
  f: Math.fround(number()),
  i: random.chance(0.1) ? null : BigInt(random.int(-100, 100)),
  n: BigInt(random.int(-1e9, 1e9)),
  s: random.chance(0.1) ? null : `device-${random.int(0, 2000)}`,
  ok: random.chance(0.1) ? null : random.chance(0.5)
}));
const batch = batchOf(schema, rows);

/** Every shape that is computed in one loop, with columns, constants, nulls and nested operands. */
const sources = [
  'r => r.a * r.b + r.c',
  'r => r.b + r.b + (r.i + r.b)',
  'r => r.b + (r.i + r.b) + r.i',
  'r => r.c + r.a * r.b',
  'r => r.a * 1.8 + 32',
  'r => r.a * r.b - r.c',
  'r => r.c - r.a * r.b',
  'r => 5.5 - r.a * r.b',
  'r => (r.a + r.b) * r.c',
  'r => r.c * (r.a - r.b)',
  'r => (r.a - 0.25) * 9.81',
  'r => r.a + r.b + r.c',
  'r => r.a + (r.b + r.c)',
  'r => r.a * r.b * r.c',
  'r => r.a * r.a + r.b * r.b',
  'r => r.a * r.b - r.c * 2.5',
  'r => (r.a * r.b + r.c * r.a) * r.c',
  'r => (r.a * r.b + r.c) + r.b * r.c',
  'r => Math.sqrt(r.a * r.a + r.b * r.b)',
  'r => Math.sqrt(r.a * r.a + r.b * r.b + r.c * r.c) / r.b',
  'r => Math.sqrt(r.a * r.c + 1.5)',
  'r => (r.a * 1.8 + 32 - r.b) * r.c / 9.81',
  ...['+', '-', '*', '/'].flatMap(outer => ['+', '-', '*', '/'].flatMap(inner => [`r => (r.a ${inner} r.b) ${outer} r.c`, `r => r.c ${outer} (r.a ${inner} r.b)`])),
  ...['+', '-', '*', '/'].flatMap(outer => ['+-', '--', '++', '-+', '**', '/*', '-/'].map(inner => `r => (r.a ${inner[0]!} r.b) ${outer} (r.c ${inner[1]!} r.b)`)),
  'r => Math.abs(r.a - r.b) / (Math.abs(r.a) + Math.abs(r.b) + 0.001)',
  'r => Math.sqrt((r.a + r.b) * (r.a - r.b) / (r.c + 1.5) + r.f * r.f)',
  'r => 1.5 - r.a',
  'r => 2.5 / r.b',
  'r => r.a / 0',
  'r => r.a - 0.5',
  'r => -(r.a * r.b) + r.f * r.i',
  'r => min(r.a, 3.5) + max(2.5, r.b)',
  'r => clamp(r.a, -1.5, 1.5) % 0.7',
  'r => Math.abs(r.a) ** 0.5 + Math.hypot(r.b, 3.5)',
  'r => 2.5 % r.a',
  'r => 0.5 < r.a && r.b <= 2.5 || r.c !== 1.5',
  'r => 1.5 >= r.b',
  'r => r.a === r.c',
  'r => isNaN(r.a * r.b) || !r.ok',
  'r => r.ok ? r.a * r.b + 1.5 : r.c',
  'r => (r.b ?? r.a * 2.5) + r.c',
  'r => isNull(r.b) && r.a > 0',
  'r => r.n * 2 + r.i',
  'r => r.i % 7 === 0',
  'r => r.s + "-" + lower("X")',
  'r => r.s === "device-7" || startsWith(r.s, "device-1")',
  'r => length(r.s) * 0.5 + r.f',
  'r => r.i / 3 + floor(r.a) - ceil(r.f)'
];

describe('expressions over batches of several blocks', () => {
  it.each(sources)('%s gives every row what it gives alone, to the last bit', source => {
    const expression = parseExpression(source, { schema });
    const prepared = prepareExpression(expression, schema);
    const seen = cellsOf(prepared.evaluate(batch), ROWS);
    const again = cellsOf(prepared.evaluate(batch), ROWS);
    expect(again).toEqual(seen);
    rows.forEach((row, index) => {
      const wanted = evaluateNaively(expression, row, schema);
      const value = typeof wanted === 'bigint' ? BigInt(seen[index] as bigint) : seen[index];
      expect(Object.is(value, wanted), `row ${index}: ${String(value)} instead of ${String(wanted)} of ${String(row['a'])}, ${String(row['b'])}, ${String(row['c'])}`).toBe(true);
    });
  });

  it.each(['r => r.a > 0 && r.b < 1.5', 'r => r.ok', 'r => !r.ok', 'r => r.i > 1000', 'r => true', 'r => 1 > 2', 'r => r.s > "device-5"'])('%s is true of the same rows as a condition', source => {
    const expression = parseExpression(source, { schema });
    const truth = cellsOf(prepareExpression(expression, schema).evaluate(batch), ROWS);
    const kept = new Int32Array(ROWS);
    const count = prepareCondition(expression, schema, 'filter').trueRows(batch, kept);
    expect([...kept.subarray(0, count)]).toEqual(truth.flatMap((value, row) => (value === true ? [row] : [])));
  });

  it('takes a batch without rows', () => {
    const empty = batchOf(schema, []);
    for (const source of sources) expect(cellsOf(prepareExpression(parseExpression(source, { schema }), schema).evaluate(empty), 0)).toEqual([]);
  });
});
