import { describe, expect, test } from 'vitest';
import type { AggregateInput } from '../../../engine/aggregate/aggregate';
import type { DataType } from '../../../engine/schema/schema';
import type { ReferenceCase } from '../../support/reference';
import { passes, plain, referenceBytes, referenceCases, referenceJson } from '../../support/reference';
import type { Result, Use } from './run-aggregate';
import { AggregateRun, batchOf, columnOf } from './run-aggregate';

type Values = readonly (number | bigint | null)[];

/** Our name of a reference operator, and how its parameters are said. A list of options gives a list of results. */
const FUNCTIONS: Readonly<Record<string, { readonly fn: string; readonly options: (params: ReferenceCase['params']) => readonly AggregateInput['options'][] }>> = {
  ...Object.fromEntries(['sum', 'mean', 'min', 'max', 'count', 'countDistinct', 'median', 'mode', 'correlation', 'rms'].map(fn => [fn, { fn, options: () => [{}] }])),
  ...Object.fromEntries(['variance', 'stddev', 'covariance'].map(fn => [fn, { fn, options: params => [params['ddof'] === undefined ? {} : { ddof: Number(params['ddof']) }] }])),
  linearRegression: { fn: 'slope', options: () => [{}] },
  quantile: { fn: 'quantile', options: params => (params['q'] as number[]).map(q => ({ q, method: String(params['method']) })) },
  quantileSketch: { fn: 'quantile', options: params => (params['q'] as number[]).map(q => ({ q, exactValuesMax: 4096 })) }
};
/** The rank error that quantile states for its sketch. */
const RANK_ERROR = '0.005';

const isKnown = (each: ReferenceCase): boolean => Object.hasOwn(FUNCTIONS, each.op!);

describe('aggregates against exact values of Python', () => {
  const cases = referenceCases('aggregates.json');
  test('every case of the group is run', () => expect(cases.filter(each => !isKnown(each)).map(each => each.name)).toEqual([]));

  test.each(cases.map(each => [each.name, each] as const))('%s', (_, each) => {
    const values = numbersOf((each.input as { x: unknown }).x);
    const parts = partsOf(each, values.length);
    compare(each, run(each, [values], parts), values.length);
    if (!values.includes(null)) expect(run(each, [values], parts, false)).toEqual(run(each, [values], parts));
  });
});

describe('aggregates against NumPy and SciPy', () => {
  const signals = referenceJson('signals.inputs.json');
  const cases = referenceCases('signals.json').filter(isKnown);
  test.each(cases.map(each => [each.name, each] as const))('%s, as columns and as lists', (_, each) => {
    const { x, y } = each.input as { x: unknown; y?: unknown };
    const columns = (y === undefined ? [x] : [x, y]).map(input => signalOf(signals, input));
    const rowCount = columns[0]!.length;
    compare(each, run(each, columns, [rowCount]), rowCount);
    if (columns.flat().every(value => value !== null) && each.op !== 'linearRegression') compare(each, runLists(each, columns), rowCount);
  });
});

/** Passes when the reference does; where it gives NaN for too few values, Littoral gives null. */
function compare(each: ReferenceCase, seen: readonly Result[], valueCount: number): void {
  const wanted = [each.expected, ...(each.acceptAlso ?? [])].map(value => expectedResults(each, plain(value)));
  const ok = wanted.some(results => results.length === seen.length && results.every((expected, index) => agrees(each, seen[index]!, expected, valueCount)));
  expect(ok, `${each.name}: ${String(seen)} instead of ${JSON.stringify(each.expected).slice(0, 400)}`).toBe(true);
}

function expectedResults(each: ReferenceCase, expected: unknown): readonly unknown[] {
  const record = expected as { value?: unknown; slope?: unknown; bandsByRankError?: Record<string, unknown[]> } | null;
  if (each.op === 'quantileSketch') return record!.bandsByRankError![RANK_ERROR]!;
  if (each.op === 'mode') return [record!.value];
  if (each.op === 'linearRegression') return [record!.slope];
  return Array.isArray(expected) ? expected : [expected];
}

function agrees(each: ReferenceCase, seen: Result, expected: unknown, valueCount: number): boolean {
  if (Array.isArray(expected)) return Number(seen) >= Number(expected[0]) && Number(seen) <= Number(expected[1]);
  if (typeof expected === 'object' && expected !== null && 'error' in expected) return seen === 'fault';
  if (seen === null || seen === 'fault') return expected === null || (Number.isNaN(expected) && valueCount <= Number(each.params['ddof'] ?? 0));
  if (typeof expected === 'bigint') return seen === expected;
  return typeof expected === 'number' && passes(Number(seen), expected, each.relTolerance, each.absTolerance);
}

function partsOf(each: ReferenceCase, rowCount: number): readonly number[] {
  const parts = each.params['parts'] as readonly number[] | number | undefined;
  if (parts === undefined) return [rowCount];
  if (typeof parts !== 'number') return parts;
  return Array.from({ length: parts }, (_, part) => Math.floor(((part + 1) * rowCount) / parts) - Math.floor((part * rowCount) / parts));
}

function numbersOf(x: unknown): Values {
  const value = x as { $f64le?: string };
  if (typeof value.$f64le === 'string') return [...new Float64Array(referenceBytes(`aggregates/${value.$f64le}`).slice().buffer)];
  return plain(x) as Values;
}

function signalOf(signals: unknown, x: unknown): (number | null)[] {
  if (typeof x !== 'string') return plain(x) as number[];
  const name = x.slice(1);
  const line = Array.isArray(signals) ? (signals as { name: string; values?: unknown; x?: unknown }[]).find(each => each.name === name) : (signals as Record<string, unknown>)[name];
  const values = Array.isArray(line) ? line : ((line as { values?: unknown; x?: unknown }).values ?? (line as { x?: unknown }).x);
  return plain(values) as number[];
}

function usesOf(each: ReferenceCase, types: readonly DataType[], nullable: boolean): readonly Use[] {
  const { fn, options } = FUNCTIONS[each.op!]!;
  const read = each.op === 'count' && each.params['of'] === 'rows' ? [] : types;
  return options(each.params).map(option => ({ fn, options: option, types: read, nullable }));
}

/** Aggregates each part into cell 2 and merges it into cell 1. A regression takes x as seconds of event time. */
function run(each: ReferenceCase, columns: readonly Values[], parts: readonly number[], nullable = true): readonly Result[] {
  const type = each.params['type'] === 'int64' ? 'int64' : 'float64';
  const read = each.op === 'linearRegression' ? columns.slice(1) : columns;
  const times = each.op === 'linearRegression' ? Float64Array.from(columns[0]!, seconds => Number(seconds) * 1000) : undefined;
  const batch = batchOf(read.map(values => columnOf(type, values)), columns[0]!.length, times);
  return usesOf(each, read.map(() => type), nullable).map(use => {
    const aggregate = new AggregateRun(use);
    let from = 0;
    for (const count of parts) {
      aggregate.add(batch, from, count, 2);
      aggregate.merge(1, 2);
      aggregate.clear(2);
      from += count;
    }
    return aggregate.read(1);
  });
}

function runLists(each: ReferenceCase, columns: readonly Values[]): readonly Result[] {
  const batch = batchOf(columns.map(values => columnOf({ list: 'float64' }, [values as readonly number[]])), 1);
  return usesOf(each, columns.map(() => ({ list: 'float64' })), true).map(use => {
    const aggregate = new AggregateRun(use);
    aggregate.add(batch, 0, 1, 1);
    return aggregate.read(1);
  });
}
