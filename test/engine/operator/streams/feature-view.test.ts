import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGraph } from '../../../../engine/graph/create-graph';
import type { Output } from '../../../../engine/operator/operator';
import { FeatureViewOperator } from '../../../../engine/operator/streams/feature-view-operator';
import { parsePlan } from '../../../../engine/plan/parse-plan';
import type { Plan } from '../../../../engine/plan/plan';
import type { StreamRecord } from '../../../support/two-streams';
import { inputsOf, planWithSink, ROWS, runPlan, sideSource } from '../../../support/two-streams';

function viewPlan(ttlMs: number | null, maxOutOfOrdernessMs = 0): Plan {
  return planWithSink(sideSource('L', { maxOutOfOrdernessMs }), { id: 'view', op: 'featureView', input: 'L', config: { keys: ['device'], ttlMs } });
}
const row = (t: number, device: string | null): StreamRecord => ({ side: 'L', t, device });

describe('a feature view', () => {
  test('lets a row through when it is the newest of its key, of equal times the later arrival', () => {
    const { rows, metrics, letters } = runPlan(viewPlan(null), inputsOf([row(10, 'a'), row(5, 'b'), row(9, 'a'), row(10, 'a'), row(11, null), row(12, 'a')]));
    expect(rows.map(({ row: { id } }) => id)).toEqual([0, 1, 3, 5]);
    expect(metrics.nodes.get('view')).toMatchObject({ rowsIn: 6, rowsReleased: 4, dropped: 1, deadLetters: 1 });
    expect(letters.map(({ code }) => code)).toEqual(['FEATURE_KEY']);
  });

  test('says until when a row holds, and counts those that no longer do as late', () => {
    const { rows, late } = runPlan(viewPlan(10), inputsOf([row(100, 'a'), row(89, 'b'), row(88, 'c')]));
    expect(rows.map(({ row: { device, validUntilMs } }) => [device, validUntilMs])).toEqual([['a', 110], ['b', 99]]);
    expect(late).toEqual([2]);
  });

  test('is the naive newest per key, however it is cut and wherever it is restored', () => {
    const records = fc.array(fc.record({ step: fc.integer({ min: -9, max: 9 }), device: fc.constantFrom('a', 'b', 'c') }), { maxLength: 50 }).map(steps => {
      let t = 100;
      return steps.map(({ step, device }) => row((t += step), device));
    });
    fc.assert(
      fc.property(records, fc.constantFrom(null, 0, 6), fc.integer({ min: 1, max: 7 }), (all, ttlMs, pushSize) => {
        const plan = viewPlan(ttlMs, 3);
        const inputs = inputsOf(all);
        const wanted = all.flatMap(({ t, device }, i) => {
          const watermarkMs = Math.max(...all.slice(0, i).map(before => before.t)) - 4;
          const accepted = (index: number): boolean => ttlMs === null || all[index]!.t + ttlMs >= Math.max(...all.slice(0, index).map(before => before.t)) - 4;
          const newest = Math.max(...all.slice(0, i).flatMap((before, index) => (before.device === device && accepted(index) ? [before.t] : [])));
          return (ttlMs === null || t + ttlMs >= watermarkMs) && t >= newest ? [i] : [];
        });
        const whole = runPlan(plan, inputs);
        expect(whole.rows.map(({ row: { id } }) => id)).toEqual(wanted);
        expect(runPlan(plan, inputs, { pushSize, restoring: true })).toEqual(whole);
        expect(runPlan(plan, inputs.slice(0, -1), { pushSize, restoring: true }).snapshot).toEqual(runPlan(plan, inputs.slice(0, -1)).snapshot);
      }),
      { numRuns: 100 }
    );
  });

  test('takes no key beyond its limit, and forgets keys whose row no longer holds', () => {
    const snapshotAfter = (records: readonly StreamRecord[]): number => {
      const graph = createGraph(viewPlan(10));
      graph.push(inputsOf(records).slice(0, -1));
      return graph.snapshot().length;
    };
    const many = Array.from({ length: 500 }, (_, i) => row(i, `device ${i}`));
    expect(snapshotAfter([...many, row(9_000, 'x')])).toBe(snapshotAfter([row(9_000, 'x')]));

    const letters: string[] = [];
    const output: Output = { emit: () => undefined, emitSide: () => undefined, dropped: () => undefined, requestInference: () => undefined, deadLetter: ({ code }) => letters.push(code) };
    const view = new FeatureViewOperator({ node: 'view', config: { keys: ['id'], ttlMs: null }, input: ROWS, schema: ROWS, keysMax: 2 });
    const ids = Int32Array.of(1, 2, 3, 1);
    const none = { kind: 'float64', values: new Float64Array(4), validity: null } as const;
    view.process({ batch: { schema: ROWS, rowCount: 4, columns: [none, none, { kind: 'int32', values: ids, validity: null }], eventTimeMs: new Float64Array(4), at: Float64Array.of(0, 1, 2, 3) }, progress: { count: 0, at: new Float64Array(0), watermarkMs: new Float64Array(0) } }, 0, output);
    expect(letters).toEqual(['FEATURE_LIMIT']);
    expect(view.counters.rowsOut).toBe(3);
  });

  test('is refused for a key that is not there', () => {
    expect(() => parsePlan({ ...viewPlan(null), nodes: viewPlan(null).nodes.map(node => (node.op === 'featureView' ? { ...node, config: { keys: ['devcie'], ttlMs: null } } : node)) })).toThrow('no column "devcie"; the stream has "t", "device", "id". Did you mean "device"?');
  });
});
