import fc from 'fast-check';
import { expect } from 'vitest';
import { createGraph } from '../../engine/graph/create-graph';
import type { GraphInput, ReportCounters } from '../../engine/graph/graph-api';
import type { WindowNode } from '../../engine/plan/nodes/window';
import type { Plan } from '../../engine/plan/plan';
import type { Collected } from './graph-runs';
import { collect, collected, END, message, planOf, pushAll, sinkNode, sourceNode } from './graph-runs';

/** A record of the random streams for windows. */
export interface LawRecord {
  readonly t: number;
  readonly k: string | null;
  readonly x: number | null;
}

/** Watermark after each record, and at the end. */
export interface LawTime {
  readonly maxOutOfOrdernessMs: number;
}

const record = fc.record({
  step: fc.integer({ min: -60, max: 90 }),
  k: fc.constantFrom('a', 'b', 'c', null),
  x: fc.option(fc.integer({ min: -80, max: 80 }).map(eighths => eighths / 8), { freq: 6 })
});

/** Streams whose times jump back and forth, with values of which sums are exact. */
export const lawStreams: fc.Arbitrary<LawRecord[]> = fc.array(record, { maxLength: 120 }).map(steps => {
  let t = 0;
  return steps.map(({ step, ...rest }) => ({ ...rest, t: (t += step) }));
});
export const lawCuts = fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 40 });
export const lawDisorder = fc.constantFrom(0, 1, 30, 200);

const AGGREGATES: WindowNode['config']['aggregates'] = [
  { name: 'rows', fn: 'count' },
  { name: 'present', fn: 'count', column: 'x' },
  { name: 'sum', fn: 'sum', column: 'x' },
  { name: 'lo', fn: 'min', column: 'x' },
  { name: 'hi', fn: 'max', column: 'x' },
  { name: 'first', fn: 'first', column: 'x' },
  { name: 'last', fn: 'last', column: 'x' }
];

export interface LawShape extends LawTime {
  readonly keyed: boolean;
  /** With an aggregate that keeps its values, which are handled otherwise. */
  readonly withMedian: boolean;
}

export const lawShapes: fc.Arbitrary<LawShape> = fc.record({ maxOutOfOrdernessMs: lawDisorder, keyed: fc.boolean(), withMedian: fc.boolean() });

/** A Plan with one window over `LawRecord`s. */
export function lawPlan(shape: LawShape, config: Omit<WindowNode['config'], 'aggregates'>): Plan {
  const aggregates = shape.withMedian ? [...AGGREGATES, { name: 'middle', fn: 'median', column: 'x' }] : AGGREGATES;
  return planOf(
    sourceNode({ maxOutOfOrdernessMs: shape.maxOutOfOrdernessMs }),
    ...(shape.keyed ? [{ id: 'keyed', op: 'keyBy', input: 'in', config: { columns: ['k'] } } as const] : []),
    { id: 'windowed', op: 'window', input: shape.keyed ? 'keyed' : 'in', config: { ...config, aggregates } },
    sinkNode('windowed')
  );
}

/** The aggregates of a window, from its values in order of arrival. */
export function lawAggregates(all: readonly (number | null)[], withMedian: boolean): Record<string, unknown> {
  const values = all.filter(value => value !== null);
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return {
    rows: BigInt(all.length),
    present: BigInt(values.length),
    sum: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0),
    lo: sorted[0] ?? null,
    hi: sorted.at(-1) ?? null,
    first: values[0] ?? null,
    last: values.at(-1) ?? null,
    ...(withMedian ? { middle: values.length === 0 ? null : (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2 } : {})
  };
}

export interface LawRun {
  readonly seen: Collected;
  readonly totals: ReportCounters;
  /** Rows in the state of the window at the end. */
  readonly rowsInState: number;
}

/** Runs `records` in one push. */
export function lawRun(plan: Plan, records: readonly LawRecord[]): LawRun {
  const graph = createGraph(plan);
  const seen = pushAll(graph, lawInputs(records));
  const { totals, nodes } = graph.metrics();
  expect(totals.conservationError).toBe(0);
  return { seen, totals, rowsInState: nodes.get('windowed')!.rowsInState };
}

/** How inputs are cut into pushes changes nothing; snapshot, restore and continue is the same as never having stopped. */
export function expectSameForAnyCut(plan: Plan, records: readonly LawRecord[], pieces: readonly number[]): void {
  const inputs = lawInputs(records);
  const whole = createGraph(plan);
  const wanted = pushAll(whole, inputs);
  expect(pushAll(createGraph(plan), inputs, pieces)).toEqual(wanted);
  const seen = collected();
  let graph = createGraph(plan);
  let from = 0;
  for (const count of [...pieces, inputs.length]) {
    if (from >= inputs.length) break;
    graph.push(inputs.slice(from, from + count));
    from += count;
    collect(graph.take(), seen);
    expect(graph.metrics().totals.conservationError).toBe(0);
    const snapshot = graph.snapshot();
    graph = createGraph(plan);
    graph.restore(snapshot);
    expect(graph.snapshot()).toEqual(snapshot);
  }
  expect(seen).toEqual(wanted);
  expect(graph.metrics()).toEqual(whole.metrics());
  expect(graph.snapshot()).toEqual(whole.snapshot());
}

function lawInputs(records: readonly LawRecord[]): GraphInput[] {
  return [...records.map(each => message(each)), END];
}
