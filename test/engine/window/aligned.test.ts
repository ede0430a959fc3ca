import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGraph } from '../../../engine/graph/create-graph';
import type { AggregateUse } from '../../../engine/plan/nodes/aggregate-use';
import type { AlignedWindowSpec, WindowNode } from '../../../engine/plan/nodes/window';
import type { Plan } from '../../../engine/plan/plan';
import type { Collected } from '../../support/graph-runs';
import { collect, collected, END, message, planOf, sinkNode, sourceNode } from '../../support/graph-runs';
import type { NaiveRow, NaiveRun } from '../../support/naive-windows';
import { NaiveWindows } from '../../support/naive-windows';

interface Case {
  readonly config: Omit<WindowNode['config'], 'aggregates' | 'window'> & { readonly window: AlignedWindowSpec };
  readonly maxOutOfOrdernessMs: number;
  readonly rows: readonly NaiveRow[];
  readonly pieces: readonly number[];
  readonly restoreAfter: number;
  /** Whether all that is asked for is the summary of a column without nulls, for which there are loops of their own. */
  readonly isPlain: boolean;
}

const offset = (size: number): fc.Arbitrary<number> => fc.integer({ min: 1 - size, max: size - 1 });
const small = fc.integer({ min: 1, max: 40 });
const windows: fc.Arbitrary<AlignedWindowSpec> = fc.oneof(
  small.chain(sizeMs => offset(sizeMs).map(offsetMs => ({ kind: 'tumbling' as const, sizeMs, offsetMs }))),
  fc.tuple(small, fc.integer({ min: 1, max: 50 })).chain(([sizeMs, hopMs]) => offset(hopMs).map(offsetMs => ({ kind: 'hopping' as const, sizeMs, hopMs, offsetMs }))),
  fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 6 })).chain(([stepMs, steps]) => offset(stepMs * steps).map(offsetMs => ({ kind: 'cumulating' as const, maxSizeMs: stepMs * steps, stepMs, offsetMs })))
);
const cases: fc.Arbitrary<Case> = fc.record({
  config: fc.record({
    window: windows,
    allowedLatenessMs: fc.constantFrom(0, 0, 3, 25),
    latePolicy: fc.constant('sideOutput' as const),
    emit: fc.oneof(fc.constantFrom('onClose' as const, 'onUpdate' as const), fc.record({ everyMs: fc.integer({ min: 1, max: 30 }) }))
  }),
  maxOutOfOrdernessMs: fc.integer({ min: 0, max: 30 }),
  rows: fc.array(fc.record({ t: fc.integer({ min: -60, max: 120 }), k: fc.constantFrom('a', 'b', 'c'), x: fc.option(fc.integer({ min: -80, max: 80 }).map(value => value / 8)) }), { minLength: 1, maxLength: 40 }),
  pieces: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 8 }),
  restoreAfter: fc.nat(3),
  isPlain: fc.boolean()
}).map(each => (each.isPlain ? { ...each, rows: each.rows.map(row => ({ ...row, x: row.x ?? 0 })) } : each));

function planOfCase({ config, maxOutOfOrdernessMs, isPlain }: Case, more: readonly AggregateUse[]): Plan {
  const summary = [
    { name: 'n', fn: 'count' },
    { name: 's', fn: 'sum', column: 'x' },
    { name: 'lo', fn: 'min', column: 'x' }
  ];
  const ends = [
    { name: 'first', fn: 'first', column: 'x' },
    { name: 'last', fn: 'last', column: 'x' }
  ];
  const fields = [
    { name: 't', type: 'timestampMs' as const, nullable: false },
    { name: 'k', type: 'utf8' as const, nullable: false },
    { name: 'x', type: 'float64' as const, nullable: !isPlain }
  ];
  return planOf(
    sourceNode({ maxOutOfOrdernessMs, schema: { fields } }),
    { id: 'keyed', op: 'keyBy', input: 'in', config: { columns: ['k'] } },
    { id: 'w', op: 'window', input: 'keyed', config: { ...config, aggregates: [...summary, ...(isPlain ? [] : ends), ...more] } },
    sinkNode('w'),
    sinkNode('w#late', 'late')
  );
}

/** Runs a case cut into its pieces; after one of them the graph is thrown away and made again from its snapshot. */
function runCase(theCase: Case, more: readonly AggregateUse[] = []): Collected & { readonly inGap: number[] } {
  const plan = planOfCase(theCase, more);
  const into = { ...collected(), inGap: [] as number[] };
  let graph = createGraph(plan);
  const inputs = [...theCase.rows.map(row => message(row)), END];
  let from = 0;
  [...theCase.pieces, inputs.length].forEach((count, piece) => {
    graph.push(inputs.slice(from, from + count));
    from += count;
    const step = graph.take();
    collect(step, into);
    for (const fact of step.dropFacts) if (fact.reason === 'gap') into.inGap.push(fact.at);
    const { totals } = graph.metrics();
    expect(totals.conservationError).toBe(0);
    if (piece !== theCase.restoreAfter) return;
    const snapshot = graph.snapshot();
    graph = createGraph(plan);
    graph.restore(snapshot);
    expect(graph.snapshot()).toEqual(snapshot);
  });
  expect(graph.metrics().nodes.get('w')!.rowsInState).toBe(0);
  return into;
}

function runNaively({ config, maxOutOfOrdernessMs, rows }: Case): NaiveRun {
  const naive = new NaiveWindows(config, maxOutOfOrdernessMs);
  rows.forEach((row, at) => naive.add(at, row));
  naive.end(rows.length);
  return naive.run;
}

/** Numbers whose deviation depends, in its last bits, on the order in which they are added. */
const deviation: readonly AggregateUse[] = ['stddev', 'slope', 'kurtosis'].map(fn => ({ name: fn, fn, column: 'x' }));
const roundedCases = cases.map(each => ({ ...each, maxOutOfOrdernessMs: 1_000, rows: each.rows.map((row, index) => ({ ...row, x: (row.x ?? 0.1) * 1.1 ** (index % 7) })) }));

describe('windows that are the same for all keys', () => {
  test('give the same to the last bit, whatever the cut', () => {
    fc.assert(
      fc.property(roundedCases, theCase => {
        const whole = runCase({ ...theCase, pieces: [] }, deviation);
        expect(runCase(theCase, deviation).rows).toEqual(whole.rows);
      }),
      { numRuns: 200 }
    );
  });

  test('give what recomputing each of them gives, whatever the cut, across a snapshot', () => {
    fc.assert(
      fc.property(cases, theCase => {
        const expected = runNaively(theCase);
        const seen = runCase(theCase);
        const revised = theCase.config.allowedLatenessMs > 0 || theCase.config.emit !== 'onClose';
        const results = seen.rows.filter(({ sink }) => sink === 'out').map(({ at, row }) => ({ at, ...row, n: Number(row['n']), revision: revised ? row['revision'] : 0 }));
        const wanted = theCase.isPlain ? expected.results.map(({ first: _, last: __, ...result }) => result) : expected.results;
        expect(results).toEqual(wanted);
        expect(seen.rows.filter(({ sink }) => sink === 'late').map(({ at }) => at)).toEqual(expected.late);
        expect(seen.inGap).toEqual(expected.inGap);
      }),
      { numRuns: 300 }
    );
  });
});
