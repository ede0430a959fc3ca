import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../engine/batch/batch';
import { Dictionary } from '../../../engine/batch/batch';
import type { Expression } from '../../../engine/expression/ast';
import { checkExpression } from '../../../engine/expression/check';
import { prepareExpression } from '../../../engine/expression/evaluate';
import { expressionFromJson } from '../../../engine/expression/json';
import { parseExpression } from '../../../engine/expression/parse';
import type { Schema } from '../../../engine/schema/schema';
import type { Cell, Row } from './batches';
import { batchOf, cellsOf } from './batches';
import { evaluateNaively } from './oracle';

const schema: Schema = {
  fields: [
    { name: 'x', type: 'float64', nullable: false },
    { name: 'y', type: 'float64', nullable: true },
    { name: 'f', type: 'float32', nullable: false },
    { name: 'i', type: 'int32', nullable: true },
    { name: 'n', type: 'int64', nullable: true },
    { name: 'm', type: 'int64', nullable: false },
    { name: 'ok', type: 'bool', nullable: false },
    { name: 'maybe', type: 'bool', nullable: true },
    { name: 't', type: 'timestampMs', nullable: false },
    { name: 's', type: 'utf8', nullable: true },
    { name: 'u', type: 'utf8', nullable: false },
    { name: 'signal', type: { list: 'float32' }, nullable: false }
  ]
};
const scalarSchema: Schema = { fields: schema.fields.filter(field => field.name !== 'signal') };

const row: Row = { x: 2.5, y: null, f: 0.5, i: 7, n: 9007199254740993n, m: -3n, ok: true, maybe: null, t: 1_700_000_000_000, s: 'Pump 1', u: 'b1' };

function valueOf(source: string, of: Row = row): Cell {
  const prepared = prepareExpression(parseExpression(source, { schema: scalarSchema }), scalarSchema);
  return cellsOf(prepared.evaluate(batchOf(scalarSchema, [of])), 1)[0] ?? null;
}

describe('prepareExpression', () => {
  it.each<[string, Cell]>([
    ['r => r.x + 1', 3.5],
    ['r => r.x * r.f - 1', 0.25],
    ['r => r.i / 2', 3.5],
    ['r => r.m / 2', -1.5],
    ['r => r.i + 1', 8n],
    ['r => r.n + 1', 9007199254740994n],
    ['r => r.n * 1000', 9007199254740993000n],
    ['r => r.n * 10000', null],
    ['r => r.m % 2', -1n],
    ['r => r.m % 0', null],
    ['r => r.x % 0', NaN],
    ['r => r.x / 0', Infinity],
    ['r => -r.m', 3n],
    ['r => r.m ** 2', 9],
    ['r => r.x + r.y', null],
    ['r => r.y > 0', null],
    ['r => r.y ?? -1', -1],
    ['r => r.n == 9007199254740993n', true],
    ['r => r.n == 9007199254740992n', false],
    ['r => r.f === 0.5', true],
    ['r => r.maybe && false', false],
    ['r => r.maybe && true', null],
    ['r => r.maybe || true', true],
    ['r => r.maybe || false', null],
    ['r => !r.maybe', null],
    ['r => r.maybe ? 1 : 2', 2],
    ['r => r.ok === true', true],
    ['r => isNull(r.y)', true],
    ['r => isNull(r.maybe) && !isNull(r.ok)', true],
    ['r => isNull(r.x)', false],
    ['r => isNaN(r.x / 0 - r.x / 0)', true],
    ['r => r.t + 1000', 1_700_000_001_000],
    ['r => r.t - (r.t - 500)', 500],
    ['r => r.t > 1600000000000', true],
    ['r => r.u === "b1"', true],
    ['r => "b1" < r.u', false],
    ['r => r.u + "/" + r.s', 'b1/Pump 1'],
    ['r => r.s.toUpperCase()', 'PUMP 1'],
    ['r => length("a\u{1F600}b")', 3],
    ['r => startsWith(r.s, "Pump") && contains(r.s, "1")', true],
    ['r => replace(r.s, "Pump", "$& ")', '$&  1'],
    ['r => replace("aaa", "aa", "b")', 'ba'],
    ['r => replace(r.u, ".", "x")', 'b1'],
    ['r => r.s > r.u', false],
    ['r => r.ok ? r.s : r.u', 'Pump 1'],
    ['r => r.s ?? "none"', 'Pump 1'],
    ['r => "\u{1F600}" > "\uFFFF"', true],
    ['r => min(r.x, 1, r.i)', 1],
    ['r => Math.max(r.m, r.i)', 7n],
    ['r => clamp(r.x, 0, 1)', 1],
    ['r => min(r.x, r.y)', null],
    ['r => round(-2.5)', -2],
    ['r => abs(r.m) + sign(r.m)', 2n],
    ['r => floor(r.i)', 7],
    ['r => hypot(3, 4)', 5],
    ['r => Math.log(1)', 0],
    ['r => 1 / 4', 0.25],
    ['r => "a" + "b" === "ab"', true],
    ['r => true ? "yes" : "no"', 'yes'],
    ['r => lower("AB")', 'ab'],
    ['r => coalesce(r.y, r.x, 0)', 2.5],
    ['r => r.ok ? null : r.x', null]
  ])('computes %s', (source, expected) => {
    expect(valueOf(source)).toEqual(expected);
  });

  it.each([
    ['r => r.x', 'float64', false],
    ['r => r.f', 'float32', false],
    ['r => r.signal', { list: 'float32' }, false],
    ['r => r.f + 1', 'float64', false],
    ['r => r.i + r.i', 'int64', true],
    ['r => r.m + 1', 'int64', true],
    ['r => 1 + 2', 'int64', false],
    ['r => r.m / 2', 'float64', false],
    ['r => r.m % 2', 'int64', false],
    ['r => r.t + 5', 'timestampMs', false],
    ['r => r.t - r.t', 'float64', false],
    ['r => r.y > 1', 'bool', true],
    ['r => isNull(r.y)', 'bool', false],
    ['r => r.y ?? 0', 'float64', false],
    ['r => r.ok ? 1 : 2.5', 'float64', false],
    ['r => r.ok ? r.i : r.m', 'int64', true],
    ['r => length(r.u)', 'int32', false]
  ])('types %s as %j, nullable %s', (source, type, nullable) => {
    expect(checkExpression(parseExpression(source, { schema }), schema, 'select')).toEqual({ type, nullable });
  });

  it.each([
    ['r => r.x && r.ok', /"&&" got float64 \(column "x"\) and bool \(column "ok"\); expected bool/u],
    ['r => !r.x', /"!" got float64/u],
    ['r => r.u + 1', /"\+" got utf8 \(column "u"\) and int32; expected two numbers or two texts/u],
    ['r => r.u * 2', /expected two numbers/u],
    ['r => r.u > 1', /">" got utf8/u],
    ['r => r.ok < true', /can be compared with ===/u],
    ['r => r.y === null', /isNull\(r\.column\)/u],
    ['r => r.signal > 1', /got list<float32> \(column "signal"\)/u],
    ['r => sqrt(r.u)', /"sqrt" got utf8/u],
    ['r => sqrt(1, 2)', /"sqrt" got 2 arguments; expected 1/u],
    ['r => lower(r.x)', /"lower" got float64/u],
    ['r => r.x ? 1 : 2', /expected a bool as the condition/u],
    ['r => r.ok ? 1 : "a"', /two results of one type/u],
    ['r => r.x ?? "a"', /values of one type/u],
    ['r => null', /has no type/u],
    ['r => -r.t', /"unary -" got timestampMs/u],
    ['r => isNull(r.nothing)', /no column/u]
  ])('refuses the types of %s', (source, message) => {
    expect(() => checkExpression(parseExpression(source, { schema }), schema, 'filter')).toThrow(message);
  });

  it('passes a lone column on without copying it', () => {
    const batch = batchOf(scalarSchema, [row, row]);
    expect(prepareExpression(parseExpression('r => r.n', { schema: scalarSchema }), scalarSchema).evaluate(batch)).toBe(batch.columns[4]);
  });

  it('gives results that later batches do not change', () => {
    const prepared = prepareExpression(parseExpression('r => r.x > 2 && r.n > 0', { schema: scalarSchema }), scalarSchema);
    const first = prepared.evaluate(batchOf(scalarSchema, [row, { ...row, x: 1 }]));
    prepared.evaluate(batchOf(scalarSchema, [{ ...row, x: 0 }, row]));
    expect(cellsOf(first, 2)).toEqual([true, false]);
  });

  it('follows a dictionary that grows and one that is replaced', () => {
    const prepared = prepareExpression(parseExpression('r => (r.u === "b2" ? upper(r.u) : r.u + "!")', { schema: scalarSchema }), scalarSchema);
    const dictionary = new Dictionary();
    const cells = (devices: readonly string[], of: Dictionary): Cell[] => cellsOf(prepared.evaluate(batchOf(scalarSchema, devices.map(u => ({ ...row, u })), of)), devices.length);
    expect(cells(['b1', 'b2'], dictionary)).toEqual(['b1!', 'B2']);
    expect(cells(['b2', 'b3', 'b1'], dictionary)).toEqual(['B2', 'b3!', 'b1!']);
    expect(cells(['b3', 'b2'], new Dictionary())).toEqual(['b3!', 'B2']);
  });

  it('gives a full column for a constant and an empty one for no rows', () => {
    const prepared = prepareExpression(parseExpression('r => 1 + 0.5', { schema: scalarSchema }), scalarSchema);
    expect(cellsOf(prepared.evaluate(batchOf(scalarSchema, [row, row, row])), 3)).toEqual([1.5, 1.5, 1.5]);
    expect(prepared.evaluate(batchOf(scalarSchema, []))).toEqual({ kind: 'float64', values: new Float64Array(0), validity: null });
  });
});

type Kind = 'number' | 'bool' | 'text';

function expressions(depth: number): Readonly<Record<Kind, fc.Arbitrary<Expression>>> {
  const column = (...names: string[]): fc.Arbitrary<Expression> => fc.constantFrom(...names).map(name => ({ kind: 'column', name }));
  const number = fc.oneof(
    column('x', 'y', 'f', 'n', 'm', 'i'),
    fc.constantFrom(0, 1, -1, 3, 1000).map((value): Expression => ({ kind: 'literal', value, type: 'int32' })),
    fc.constantFrom('9223372036854775807', '-9223372036854775808', '4611686018427387905').map((value): Expression => ({ kind: 'literal', value, type: 'int64' })),
    fc.constantFrom(0.5, -2.25, 1e300).map((value): Expression => ({ kind: 'literal', value, type: 'float64' }))
  );
  const bool = fc.oneof(column('ok', 'maybe'), fc.boolean().map((value): Expression => ({ kind: 'literal', value, type: 'bool' })));
  const text = fc.oneof(column('s', 'u'), fc.constantFrom('b1', '', 'Ä\u{1F600}').map((value): Expression => ({ kind: 'literal', value, type: 'utf8' })));
  if (depth === 0) return { number, bool, text };
  const deeper = expressions(depth - 1);
  const pair = (kind: Kind, ...ops: Extract<Expression, { kind: 'binary' }>['op'][]): fc.Arbitrary<Expression> =>
    fc.tuple(fc.constantFrom(...ops), deeper[kind], deeper[kind]).map(([op, left, right]) => ({ kind: 'binary', op, left, right }));
  const called = (kind: Kind, count: number, ...fns: string[]): fc.Arbitrary<Expression> =>
    fc.tuple(fc.constantFrom(...fns), fc.array(deeper[kind], { minLength: count, maxLength: count })).map(([fn, args]) => ({ kind: 'call', fn, args }));
  const chosen = (kind: Kind): fc.Arbitrary<Expression> => fc.tuple(deeper.bool, deeper[kind], deeper[kind]).map(([test, then, otherwise]) => ({ kind: 'conditional', test, then, otherwise }));
  return {
    number: fc.oneof(number, pair('number', '+', '-', '*', '/', '%', '**', '??'), called('number', 1, 'abs', 'sign', 'sqrt', 'floor', 'round'), called('number', 2, 'min', 'max', 'hypot', 'coalesce'), called('number', 3, 'clamp', 'max'), called('text', 1, 'length'), chosen('number'), deeper.number.map((operand): Expression => ({ kind: 'unary', op: '-', operand }))),
    bool: fc.oneof(bool, pair('number', '<', '<=', '>', '>=', '==', '!='), pair('text', '<', '<=', '==', '!='), pair('bool', '&&', '||', '==', '!=', '??'), called('text', 2, 'startsWith', 'contains'), called('number', 1, 'isNull', 'isNaN'), called('text', 1, 'isNull'), chosen('bool'), deeper.bool.map((operand): Expression => ({ kind: 'unary', op: '!', operand }))),
    text: fc.oneof(text, pair('text', '+', '??'), called('text', 1, 'lower', 'upper'), called('text', 2, 'coalesce'), replaced(deeper.text), chosen('text'))
  };
}

/** Only constants are looked for and put in. */
function replaced(text: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  const constant = (...values: string[]): fc.Arbitrary<Expression> => fc.constantFrom(...values).map(value => ({ kind: 'literal', value, type: 'utf8' }));
  return fc.tuple(text, constant('b', '1', '\u{1F600}', 'b1'), constant('', 'x', '$&', 'longer')).map(args => ({ kind: 'call', fn: 'replace', args }));
}

const rows: fc.Arbitrary<Row> = fc.record({
  x: fc.oneof(fc.constantFrom(0, -0, 1, NaN, Infinity), fc.double()),
  y: fc.option(fc.double(), { nil: null }),
  f: fc.float(),
  i: fc.option(fc.integer(), { nil: null }),
  n: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { nil: null }),
  m: fc.constantFrom(-3n, 0n, 5n, 2n ** 62n),
  ok: fc.boolean(),
  maybe: fc.option(fc.boolean(), { nil: null }),
  t: fc.constantFrom(0, 1_700_000_000_000),
  s: fc.option(fc.constantFrom('b1', 'B1', '', '\uFFFF', '\u{1F600}'), { nil: null }),
  u: fc.constantFrom('b1', 'b', 'Ä\u{1F600}x')
});

/** The result as the column type stores it: int32 columns and integers chosen beside floats come back as doubles. */
function asStored(value: Cell, type: unknown): Cell {
  if (typeof value === 'bigint' && type !== 'int64') return Number(value);
  return typeof value === 'number' && type === 'int64' ? BigInt(value) : value;
}

function naive(expression: Expression, of: Row): Cell {
  const integers = { ...of, i: typeof of['i'] === 'number' ? BigInt(of['i']) : null };
  return evaluateNaively(expression, integers, scalarSchema);
}

describe('random expressions', () => {
  const any = expressions(3);
  it.each<Kind>(['number', 'bool', 'text'])('of %s agree with a naive evaluator, whatever the cut into batches', kind => {
    fc.assert(
      fc.property(any[kind], fc.array(rows, { minLength: 1, maxLength: 6 }), fc.nat(6), (expression, sample, cut) => {
        const prepared = prepareExpression(expressionFromJson(JSON.parse(JSON.stringify(expression)), 'e'), scalarSchema);
        const dictionary = new Dictionary();
        const evaluate = (batch: Batch): Cell[] => cellsOf(prepared.evaluate(batch), batch.rowCount);
        const got = [...evaluate(batchOf(scalarSchema, sample.slice(0, cut), dictionary)), ...evaluate(batchOf(scalarSchema, sample.slice(cut), dictionary))];
        expect(got).toEqual(sample.map(of => asStored(naive(expression, of), prepared.type)));
        if (!prepared.nullable) expect(got).not.toContain(null);
      }),
      { numRuns: 1500, verbose: 1 }
    );
  });
});
