import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Batch } from '../../../engine/batch/batch';
import type { Value } from '../../../engine/batch/value';
import type { DataType } from '../../../engine/schema/schema';
import type { OracleRow } from './oracle';
import { oracle } from './oracle';
import type { Result, Use } from './run-aggregate';
import { AggregateRun, batchOf, columnOf } from './run-aggregate';

const INT64 = [0n, 1n, -7n, 2n ** 62n, -(2n ** 62n), 2n ** 63n - 1n, -(2n ** 63n)];
const FLOATS = [0, -0, 1.5, -2.25, 3, 1e9, NaN, Infinity, -Infinity];
const VALUES: Readonly<Record<string, fc.Arbitrary<Value>>> = {
  float64: fc.oneof({ arbitrary: fc.integer({ min: -64, max: 64 }).map(eighths => eighths / 8), weight: 12 }, fc.constantFrom(...FLOATS)),
  int32: fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  int64: fc.oneof(fc.bigInt({ min: -5n, max: 5n }), fc.constantFrom(...INT64)),
  utf8: fc.constantFrom('', 'a', 'b', '\u{1f600}', '\uffff'),
  timestampMs: fc.integer({ min: 1.7e12, max: 1.7e12 + 50 }),
  bool: fc.boolean(),
  list: fc.array(fc.integer({ min: -20, max: 20 }).map(quarters => quarters / 4), { maxLength: 4 })
};
const dataType = (name: string): DataType => (name === 'list' ? { list: 'float64' } : (name as DataType));

const NUMERIC = ['float64', 'int32', 'int64', 'list'];
const USES: readonly (Use & { readonly name: string; readonly inputs: readonly string[] })[] = [
  ...['sum', 'mean', 'median', 'variance', 'stddev', 'rateOfChange', 'slope', 'collect'].flatMap(fn => NUMERIC.map(type => use(fn, [type]))),
  ...NUMERIC.map(type => use('quantile', [type], { q: 0.25 })),
  ...['min', 'max', 'range'].flatMap(fn => [...NUMERIC, 'timestampMs'].map(type => use(fn, [type]))),
  ...['count', 'countDistinct', 'first', 'last', 'mode'].flatMap(fn => Object.keys(VALUES).map(type => use(fn, [type]))),
  ...['covariance', 'correlation'].flatMap(fn => [use(fn, ['float64', 'int32']), use(fn, ['int64', 'float64'])])
];

function use(fn: string, inputs: readonly string[], options: Use['options'] = {}): Use & { readonly name: string; readonly inputs: readonly string[] } {
  return { name: `${fn} of ${inputs.join(' and ')}`, fn, options, inputs, types: inputs.map(dataType) };
}

interface Rows {
  readonly rows: readonly OracleRow[];
  readonly batch: Batch;
  readonly second: Int32Array;
  readonly cuts: readonly number[];
}

/** Rows of which several arrive with one input, each dealt to cell 1 or 2. */
function rowsOf({ inputs, types }: Use & { readonly inputs: readonly string[] }): fc.Arbitrary<Rows> {
  const value = (index: number): fc.Arbitrary<Value> => (inputs[index] === undefined ? fc.constant(0) : fc.option(VALUES[inputs[index]]!, { freq: 8 }));
  const row = fc.record({ x: value(0), y: value(1), stepMs: fc.integer({ min: -40, max: 60 }), newInput: fc.boolean(), inSecond: fc.boolean(), cut: fc.integer({ min: 0, max: 4 }) });
  return fc.array(row, { maxLength: 60 }).map(steps => {
    let eventTimeMs = 1_700_000_000_000;
    let at = 0;
    const rows = steps.map(step => ({ ...step, eventTimeMs: (eventTimeMs += step.stepMs), at: (at += step.newInput ? 1 : 0) }));
    const columns = types.map((type, index) => columnOf(type, rows.map(each => (index === 0 ? each.x : each.y))));
    return {
      rows,
      batch: batchOf(columns, rows.length, Float64Array.from(rows, each => each.eventTimeMs), Float64Array.from(rows, each => each.at)),
      second: Int32Array.from(rows, each => (each.inSecond ? 2 : 1)),
      cuts: rows.flatMap((each, index) => (each.cut === 0 && index > 0 ? [index] : []))
    };
  });
}

const present = (rows: readonly OracleRow[], two: boolean): readonly OracleRow[] => rows.filter(row => row.x !== null && (!two || row.y !== null));

describe('laws of aggregates, on random rows', () => {
  test.each(USES.map(each => [each.name, each] as const))('%s: what a naive recomputation gives', (_, each) => {
    fc.assert(
      fc.property(rowsOf(each), ({ rows, batch }) => {
        const run = new AggregateRun(each);
        run.add(batch, 0, batch.rowCount, 1);
        const wanted = oracle(each.fn, each.inputs[0]!, present(rows, each.inputs.length === 2));
        expectClose(run.read(1), each.fn === 'collect' && (wanted as readonly number[] | null)?.length === 0 ? null : wanted, rows);
      }),
      { numRuns: 150, verbose: false }
    );
  });

  test.each(USES.map(each => [each.name, each] as const))('%s: cells merge in any order', (_, each) => {
    fc.assert(
      fc.property(rowsOf(each), ({ rows, batch, second }) => {
        const [one, forth, back] = [new AggregateRun(each), new AggregateRun(each), new AggregateRun(each)];
        one.add(batch, 0, batch.rowCount, 3);
        for (const run of [forth, back]) run.add(batch, 0, batch.rowCount, second);
        forth.merge(1, 2);
        back.merge(2, 1);
        expectClose(forth.read(1), one.read(3), rows);
        expectClose(back.read(2), one.read(3), rows);
        expectClose(back.read(1), forth.read(1) === null ? null : back.read(1), rows);
      }),
      { numRuns: 150 }
    );
  });

  test.each(USES.map(each => [each.name, each] as const))('%s: cutting batches and saving in between change nothing', (_, each) => {
    fc.assert(
      fc.property(rowsOf(each), ({ batch, cuts }) => {
        const [whole, cut] = [new AggregateRun(each), new AggregateRun(each)];
        whole.add(batch, 0, batch.rowCount, 1);
        let [from, cell] = [0, 1];
        for (const to of [...cuts, batch.rowCount]) {
          cut.add(batch, from, to - from, cell);
          cut.saveAndLoad(cell, cell === 1 ? 2 : 1);
          cut.clear(cell);
          from = to;
          cell = cell === 1 ? 2 : 1;
        }
        expect(cut.read(cell)).toEqual(whole.read(1));
      }),
      { numRuns: 100 }
    );
  });
});

/** Within 1e-9 of the size of the values, because cancellation is measured against them. */
function expectClose(seen: Result, wanted: Result, rows: readonly OracleRow[]): void {
  if (typeof wanted !== 'number' || typeof seen !== 'number' || !Number.isFinite(wanted)) {
    expect(seen).toEqual(wanted);
    return;
  }
  const scale = Math.max(1, ...rows.flatMap(row => [Number(row.x), Number(row.y)]).filter(Number.isFinite).map(Math.abs));
  expect(Math.abs(seen - wanted), `${seen} instead of ${wanted}`).toBeLessThanOrEqual(1e-9 * Math.max(scale, scale * scale * 1e-3, Math.abs(wanted)));
}
