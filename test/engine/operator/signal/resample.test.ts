import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GraphInput } from '../../../../engine/graph/graph-api';
import { createGraph } from '../../../../engine/graph/create-graph';
import type { Plan, PlanNode } from '../../../../engine/plan/plan';
import { resampleLinear } from '../../../../engine/signal/resample-linear';
import { END, message, planOf, pushAll, sinkNode, sourceNode } from '../../../support/graph-runs';
import { passes, plain, referenceCases } from '../../../support/reference';
import { messages, runEveryWay, runWhole, statefulPlan } from '../stateful/stateful-runs';

interface Sample {
  readonly t: number;
  readonly x: number | null;
}
const LINEAR = { columns: ['x'], everyMs: 10, method: 'linear', maxGapMs: 100, timeAs: 'g' };
const plan = (config: object, maxOutOfOrdernessMs = 0): Plan => statefulPlan({ op: 'resample', config: { ...LINEAR, ...config }, source: { maxOutOfOrdernessMs } });
const inputs = (samples: readonly Sample[], k = 'a'): GraphInput[] => messages(samples.map(sample => ({ ...sample, k })));
const points = (seen: ReturnType<typeof runWhole>): unknown[] => seen.rows.map(({ row }) => [row['g'], row['x']]);

describe('resample', () => {
  const samples = [{ t: 3, x: 3 }, { t: 10, x: 10 }, { t: 34, x: 58 }, { t: 40, x: null }, { t: 55, x: 0 }];

  test('gives the line between rows at every time of the grid', () => {
    expect(points(runEveryWay(plan({}), inputs(samples)))).toEqual([[10, 10], [20, 30], [30, 50], [40, null], [50, null]]);
  });

  test('holds the last value, and goes on after the last row as far as a row reaches', () => {
    expect(points(runEveryWay(plan({ method: 'hold', maxGapMs: 20 }), inputs(samples)))).toEqual([[10, 10], [20, 10], [30, 10], [40, null], [50, null], [60, 0], [70, 0]]);
  });

  test('gives only values of the very time', () => {
    expect(points(runEveryWay(plan({ method: 'null', maxGapMs: 10 }), inputs(samples)))).toEqual([[10, 10], [20, null], [40, null], [50, null], [60, null]]);
  });

  test('leaves gaps that no row reaches over, and begins anew after them', () => {
    const apart = [{ t: 0, x: 0 }, { t: 30, x: 3 }, { t: 61, x: 4 }, { t: 70, x: 5 }];
    expect(points(runEveryWay(plan({ maxGapMs: 30 }), inputs(apart)))).toEqual([[0, 0], [10, 1], [20, 2], [30, 3], [70, 5]]);
  });

  test('takes rows in order of event time; of equal times the last to arrive', () => {
    const mixed = [{ t: 0, x: 0 }, { t: 20, x: 9 }, { t: 10, x: 5 }, { t: 20, x: 4 }, { t: 30, x: 8 }];
    expect(points(runEveryWay(plan({}, 20), inputs(mixed)))).toEqual([[0, 0], [10, 5], [20, 4], [30, 8]]);
  });

  test('takes the grid before the epoch as after it', () => {
    expect(points(runEveryWay(plan({}), inputs([{ t: -15, x: -15 }, { t: 5, x: 5 }])))).toEqual([[-10, -10], [0, 0]]);
  });

  test('keeps the watermark behind, so that a window after it loses nothing', () => {
    const node = (id: string, op: string, input: string, config: object): PlanNode => ({ id, op, input, config }) as PlanNode;
    const windowed = planOf(
      sourceNode(),
      node('keyed', 'keyBy', 'in', { columns: ['k'] }),
      node('even', 'resample', 'keyed', LINEAR),
      node('windowed', 'window', 'even', { window: { kind: 'tumbling', sizeMs: 50, offsetMs: 0 }, aggregates: [{ name: 'n', fn: 'count' }], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose' }),
      sinkNode('windowed')
    );
    const rows = [message({ t: 0, k: 'a', x: 0 }), message({ t: 0, k: 'b', x: 0 }), message({ t: 90, k: 'a', x: 9 }), message({ t: 99, k: 'b', x: 9 }), END];
    const graph = createGraph(windowed);
    const seen = pushAll(graph, rows, [1, 1, 1, 1, 1]);
    expect(seen.rows.map(({ row }) => [row['windowStartMs'], row['k'], row['n']])).toEqual([[0, 'a', 5n], [0, 'b', 5n], [50, 'a', 5n], [50, 'b', 5n]]);
    expect(graph.metrics().totals).toMatchObject({ late: 0, conservationError: 0 });
  });

  test('equals numpy.interp on any rows of any keys, whatever the pushes and restores', () => {
    const sample = fc.record({ stepMs: fc.integer({ min: -15, max: 40 }), x: fc.integer({ min: -50, max: 50 }), k: fc.constantFrom('a', 'b') });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 12 }), steps => {
        let t = 1000;
        const rows = steps.map(({ stepMs, x, k }) => ({ t: (t += stepMs), x, k }));
        const seen = runEveryWay(plan({ maxGapMs: 10_000 }, 1000), messages(rows));
        for (const k of ['a', 'b']) {
          const sorted = rows.filter(row => row.k === k).sort((one, other) => one.t - other.t);
          const times = Float64Array.from(sorted, row => row.t);
          const grid = Float64Array.from({ length: 200 }, (_, i) => i * 10).filter(g => g >= times[0]! && g <= times.at(-1)!);
          const wanted = resampleLinear(times, Float64Array.from(sorted, row => row.x), grid);
          expect(seen.rows.filter(({ row }) => row['k'] === k).map(({ row }) => [row['g'], row['x']])).toEqual(Array.from(grid, (g, i) => [g, wanted[i]]));
        }
      }),
      { numRuns: 15, verbose: 1 }
    );
  });

  test('gives the reference values of numpy.interp', () => {
    const reference = referenceCases('signals.json').find(each => each.name === 'interp-ms-epoch')!;
    const { t, x } = plain(reference.input) as { t: number[]; x: number[] };
    const { gridStart, gridEnd, stepMs } = reference.params as { gridStart: number; gridEnd: number; stepMs: number };
    const seen = runWhole(plan({ everyMs: stepMs, maxGapMs: 10_000 }), inputs(t.map((time, i) => ({ t: time, x: x[i]! }))));
    const wanted = plain(reference.expected) as number[];
    for (const { row } of seen.rows) {
      const index = ((row['g'] as number) - gridStart) / stepMs;
      expect(passes(row['x'] as number, wanted[index]!, reference.relTolerance, reference.absTolerance)).toBe(true);
    }
    expect(seen.rows.length).toBeGreaterThan((gridEnd - gridStart) / stepMs - 5);
  });

  test('refuses a reach of too many times, and lines between texts', () => {
    expect(() => plan({ maxGapMs: 20_000 })).toThrow(/maxGapMs 20000 is more than 1000 times everyMs 10/);
    expect(() => plan({ columns: ['k'] })).toThrow(/column "k" is utf8, expected a number/);
    expect(() => plan({ timeAs: 'x' })).toThrow(/"x" already/);
  });
});
