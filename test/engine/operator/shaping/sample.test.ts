import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGraph } from '../../../../engine/graph/create-graph';
import type { Graph, GraphInput } from '../../../../engine/graph/graph-api';
import { parsePlan } from '../../../../engine/plan/parse-plan';
import type { PlanNode } from '../../../../engine/plan/plan';
import { END, message, planOf, pushAll, sinkNode, sourceNode } from '../../../support/graph-runs';

const keyBy: PlanNode = { id: 'key', op: 'keyBy', input: 'in', config: { columns: ['k', 'n'] } };
const sampled = (config: object): Graph => createGraph(parsePlan(planOf(sourceNode(), keyBy, { id: 's', op: 'sample', input: 'key', config } as PlanNode, sinkNode('s'))));
const times = (graph: Graph, inputs: readonly GraphInput[], pieces?: readonly number[]): number[] => pushAll(graph, inputs, pieces).rows.map(({ eventTimeMs }) => eventTimeMs);

describe('sample', () => {
  it('keeps the first and then every nth row of each key, and counts the others as dropped', () => {
    const graph = sampled({ every: 3 });
    const inputs = [..."aabaababbaab"].map((k, t) => message({ t, k, x: 0, n: 0 }));
    expect(times(graph, inputs)).toEqual([0, 2, 4, 8, 10]);
    expect(graph.metrics().totals).toMatchObject({ dropped: 7, conservationError: 0 });
  });

  it('keeps about the share of the rows, the same ones for the same seed', () => {
    const inputs = Array.from({ length: 20_000 }, (_, t) => message({ t, k: `device-${t % 7}`, x: 0, n: t % 3 }));
    const kept = times(sampled({ share: 0.1, seed: 1 }), inputs);
    expect(kept.length).toBeGreaterThan(1_900);
    expect(kept.length).toBeLessThan(2_100);
    expect(times(sampled({ share: 0.1, seed: 1 }), inputs, [1, 999, 3])).toEqual(kept);
    expect(times(sampled({ share: 0.1, seed: 2 }), inputs)).not.toEqual(kept);
    expect(times(sampled({ share: 0, seed: 1 }), inputs)).toEqual([]);
    expect(times(sampled({ share: 1, seed: 1 }), inputs)).toHaveLength(20_000);
  });

  it('takes the rows of a smaller share from those of a larger one', () => {
    const inputs = Array.from({ length: 500 }, (_, t) => message({ t, k: 'a', x: 0, n: null }));
    const many = new Set(times(sampled({ share: 0.5, seed: 9 }), inputs));
    expect(times(sampled({ share: 0.2, seed: 9 }), inputs).every(t => many.has(t))).toBe(true);
  });

  it('judges rows of one key and time alike, whatever came before', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(1e6), (k, t) => {
        const twice = [message({ t: 0, k: 'other', x: 0, n: 1 }), message({ t, k, x: 1, n: 2 }), message({ t, k, x: 2, n: 2 })];
        const seen = times(sampled({ share: 0.5, seed: 3 }), twice).filter(time => time === t).length;
        const alone = times(sampled({ share: 0.5, seed: 3 }), [message({ t, k, x: 9, n: 2 })]).length;
        expect(t === 0 ? seen >= 2 * alone : seen === 2 * alone).toBe(true);
      })
    );
  });

  it('counts on where it was restored', () => {
    const inputs: GraphInput[] = [...[..."abcabcabcaabbcca"].map((k, t) => message({ t, k, x: 0, n: null })), END];
    const whole = times(sampled({ every: 2 }), inputs);
    for (let cut = 1; cut < inputs.length; cut++) {
      const before = sampled({ every: 2 });
      const first = times(before, inputs.slice(0, cut));
      const after = sampled({ every: 2 });
      after.restore(before.snapshot());
      expect([...first, ...times(after, inputs.slice(cut))]).toEqual(whole);
    }
  });

  it.each<[object, RegExp]>([
    [{ every: 0 }, /every: got 0/u],
    [{ share: 1.5, seed: 0 }, /share: got 1.5/u],
    [{ share: 0.5 }, /seed: it is missing/u],
    [{ every: 2, share: 0.5, seed: 0 }, /unknown field "share"/u]
  ])('refuses %j', (config, expected) => {
    expect(() => sampled(config)).toThrow(expected);
  });
});
