import { describe, expect, test } from 'vitest';
import type { Aggregate, AggregateInput, AggregateState } from '../../../engine/aggregate/aggregate';
import { StateSet } from '../../../engine/aggregate/aggregate';
import { aggregateSpecs } from '../../../engine/aggregate/registry';
import type { Batch, Column } from '../../../engine/batch/batch';
import { valueAt } from '../../../engine/batch/value';
import { columnBuilder } from '../../../engine/codec/column-builder';
import type { ReferenceCase } from '../../support/reference';
import { passes, plain, referenceBytes, referenceCases, referenceJson } from '../../support/reference';

/** Reference operators that are the square of one of ours are compared by their root. */
const FN_OF: Readonly<Record<string, string>> = { variance: 'stddev' };
const known = (each: ReferenceCase): boolean => Object.hasOwn(aggregateSpecs, FN_OF[each.op!] ?? each.op!);

describe('aggregates against exact values of Python', () => {
  const cases = referenceCases('aggregates.json').filter(known);
  test.each(cases.map(each => [each.name, each] as const))('%s', (_, each) => {
    const values = numbersOf((each.input as { x: unknown }).x);
    const parts = (each.params['parts'] as number[] | undefined) ?? [values.length];
    compare(each, run(each, values, parts), values.length);
    if (!values.includes(null)) expect(run(each, values, parts, false)).toEqual(run(each, values, parts));
  });
});

describe('aggregates against NumPy', () => {
  const signals = referenceJson('signals.inputs.json') as unknown;
  const cases = referenceCases('signals.json').filter(known);
  test.each(cases.map(each => [each.name, each] as const))('%s, as a column and as one list', (_, each) => {
    const values = signalOf(signals, (each.input as { x: unknown }).x);
    compare(each, run(each, values, [values.length]), values.length);
    if (values.every(value => value !== null)) compare(each, runList(each, values as number[]), values.length);
  });
});

type Seen = number | bigint | null | 'fault';

/** Passes when the reference does; where it gives NaN for too few values, Littoral gives null. */
function compare(each: ReferenceCase, seen: Seen, valueCount: number): void {
  const squared = each.op === 'variance';
  const wanted = [each.expected, ...(each.acceptAlso ?? [])].map(value => plain(value));
  const ok = wanted.some(expected => {
    if (typeof expected === 'object' && expected !== null && 'error' in expected) return seen === 'fault';
    if (seen === null || seen === 'fault') return expected === null || (Number.isNaN(expected) && valueCount <= Number(each.params['ddof']));
    if (typeof expected === 'bigint') return seen === expected;
    const value = squared ? Number(seen) ** 2 : Number(seen);
    const slack = squared ? 4 * Number.EPSILON : 0;
    return typeof expected === 'number' && passes(value, expected, each.relTolerance + slack, each.absTolerance);
  });
  expect(ok, `${each.name}: ${String(seen)} instead of ${JSON.stringify(each.expected)}`).toBe(true);
}

function numbersOf(x: unknown): (number | bigint | null)[] {
  const value = x as { $file?: string };
  if (typeof value.$file === 'string') return [...doubles(referenceBytes(`aggregates/${value.$file}`))];
  return plain(x) as (number | bigint | null)[];
}

function doubles(bytes: Uint8Array): Float64Array {
  return new Float64Array(bytes.slice().buffer);
}

function signalOf(signals: unknown, x: unknown): (number | null)[] {
  if (typeof x !== 'string') return plain(x) as number[];
  const name = x.slice(1);
  const line = Array.isArray(signals) ? (signals as { name: string; values?: unknown; x?: unknown }[]).find(each => each.name === name) : (signals as Record<string, unknown>)[name];
  const values = Array.isArray(line) ? line : ((line as { values?: unknown; x?: unknown }).values ?? (line as { x?: unknown }).x);
  return plain(values) as number[];
}

interface Prepared {
  readonly states: StateSet;
  readonly aggregate: Aggregate;
  readonly all: readonly AggregateState[];
  readonly input: AggregateInput;
  readonly fn: string;
}

function prepare(each: ReferenceCase, type: 'int64' | 'float64' | { list: 'float64' }, nullable: boolean): Prepared {
  const fn = FN_OF[each.op!] ?? each.op!;
  const options: AggregateInput['options'] = each.params['ddof'] === undefined ? {} : { ddof: each.params['ddof'] as number };
  const ofRows = each.op === 'count' && each.params['of'] === 'rows';
  const input: AggregateInput = { name: 'result', field: ofRows ? null : { name: 'x', type, nullable }, columnIndex: ofRows ? -1 : 0, options, path: 'test' };
  const states = new StateSet();
  const aggregate = aggregateSpecs[fn]!.create(input, states);
  for (const store of states.stores) store.resize(4);
  return { states, aggregate, all: states.all, input, fn };
}

/** Aggregates each part into cell 2 and merges it into cell 1. */
function run(each: ReferenceCase, values: readonly (number | bigint | null)[], parts: readonly number[], nullable = true): Seen {
  const type = each.params['type'] === 'int64' ? 'int64' : 'float64';
  const prepared = prepare(each, type, nullable);
  const batch = batchOf(values, type);
  let from = 0;
  for (const count of parts) {
    add(prepared, batch, { from, count, cell: 2 });
    for (const state of prepared.all) state.merge(1, 2);
    for (const store of prepared.states.stores) store.clear(2);
    from += count;
  }
  return read(prepared, 1);
}

function runList(each: ReferenceCase, values: readonly number[]): Seen {
  const prepared = prepare(each, { list: 'float64' }, true);
  const column: Column = { kind: 'list', offsets: Int32Array.of(0, values.length), values: Float64Array.from(values), validity: null };
  add(prepared, { schema: { fields: [] }, rowCount: 1, columns: [column], eventTimeMs: new Float64Array(1), at: new Float64Array(1) }, { from: 0, count: 1, cell: 1 });
  return read(prepared, 1);
}

function add({ states }: Prepared, batch: Batch, rows: { from: number; count: number; cell: number }): void {
  const block = { batch, from: rows.from, count: rows.count, cells: new Int32Array(rows.count).fill(rows.cell) };
  for (const column of states.blockColumns) column.prepare(block);
  for (const state of states.adders) state.add(block);
}

function read({ aggregate, input, fn }: Prepared, cell: number): Seen {
  if (aggregate.fault?.(cell)) return 'fault';
  const builder = columnBuilder(aggregateSpecs[fn]!.resolve(input).type);
  aggregate.read(Int32Array.of(cell), 1, builder);
  return valueAt(builder.build(), 0) as Seen;
}

function batchOf(values: readonly (number | bigint | null)[], type: 'int64' | 'float64'): Batch {
  const validity = Uint8Array.from(values, value => (value === null ? 0 : 1));
  const column: Column =
    type === 'int64'
      ? { kind: 'int64', values: BigInt64Array.from(values, value => BigInt(value ?? 0)), validity }
      : { kind: 'float64', values: Float64Array.from(values, value => Number(value ?? 0)), validity: validity.includes(0) ? validity : null };
  return { schema: { fields: [] }, rowCount: values.length, columns: [column], eventTimeMs: new Float64Array(values.length), at: new Float64Array(values.length) };
}
