import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGraph } from '../../../engine/graph/create-graph';
import type { GraphInput } from '../../../engine/graph/graph-api';
import { parsePlan } from '../../../engine/plan/parse-plan';
import type { Plan } from '../../../engine/plan/plan';
import { collect, collected, END, message, planOf, pushAll, sinkNode, sourceNode } from '../../support/graph-runs';

const AGGREGATES = [
  { name: 'kinds', fn: 'countDistinct', column: 'x', options: { exactValuesMax: 3 } },
  { name: 'texts', fn: 'countDistinct', column: 'k' },
  { name: 'median', fn: 'median', column: 'x' },
  { name: 'high', fn: 'quantile', column: 'n', options: { q: 0.9, method: 'higher' } },
  { name: 'often', fn: 'mode', column: 'n' },
  { name: 'text', fn: 'mode', column: 'k' },
  { name: 'span', fn: 'range', column: 'n' },
  { name: 'spread', fn: 'variance', column: 'x' },
  { name: 'rate', fn: 'rateOfChange', column: 'x' },
  { name: 'trend', fn: 'slope', column: 'x' },
  { name: 'both', fn: 'covariance', column: 'x', otherColumn: 'n' },
  { name: 'r', fn: 'correlation', column: 'x', otherColumn: 'n' },
  { name: 'all', fn: 'collect', column: 'x', options: { limit: 8 } },
  { name: 'newest', fn: 'collect', column: 'n', options: { limit: 2, beyond: 'keepLast' } }
] as const;

function planWith(aggregates: readonly object[]): Plan {
  const window = { id: 'windowed', op: 'window', input: 'keyed', config: { window: { kind: 'tumbling', sizeMs: 100, offsetMs: 0 }, aggregates, allowedLatenessMs: 50, latePolicy: 'drop', emit: 'onClose' } };
  const outline = planOf(sourceNode({ maxOutOfOrdernessMs: 20 }), { id: 'keyed', op: 'keyBy', input: 'in', config: { columns: ['k'] } }, sinkNode('windowed'));
  return parsePlan({ ...outline, nodes: [...outline.nodes.slice(0, 2), window, outline.nodes[2]] });
}

const records = fc.array(
  fc.record({ step: fc.integer({ min: -30, max: 40 }), k: fc.constantFrom('a', 'b', null), x: fc.option(fc.integer({ min: -8, max: 8 }).map(quarters => quarters / 4)), n: fc.option(fc.integer({ min: 0, max: 4 })) }),
  { maxLength: 100 }
);

function inputsOf(rows: readonly { readonly step: number; readonly k: string | null; readonly x: number | null; readonly n: number | null }[]): GraphInput[] {
  let t = 1_700_000_000_000;
  return [...rows.map(({ step, ...row }) => message({ ...row, t: (t += step) })), END];
}

describe('aggregates in windows with revisions', () => {
  test('give the same rows and snapshots however inputs are cut, and after every restore', () => {
    const plan = planWith(AGGREGATES);
    fc.assert(
      fc.property(records, fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 30 }), (rows, pieces) => {
        const inputs = inputsOf(rows);
        const whole = createGraph(plan);
        const wanted = pushAll(whole, inputs);
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
        }
        expect(seen).toEqual(wanted);
        expect(graph.snapshot()).toEqual(whole.snapshot());
      }),
      { numRuns: 100 }
    );
  });

  test('a window with more values than its list may have goes to the dead letters, and its rows are accounted for', () => {
    const graph = createGraph(planWith([{ name: 'all', fn: 'collect', column: 'x', options: { limit: 2 } }]));
    const rows = [0, 1, 2, 100, 101].map(t => message({ t, k: 'a', x: t, n: null }));
    const { rows: out, letters } = pushAll(graph, [...rows, END]);
    expect(out.map(each => each.row['all'])).toEqual([[100, 101]]);
    expect(letters.map(each => each.code)).toEqual(['COLLECT_LIMIT']);
    expect(graph.metrics().totals).toMatchObject({ conservationError: 0 });
  });

  test('of epoch times a trend loses nothing', () => {
    const graph = createGraph(planWith([{ name: 'trend', fn: 'slope', column: 'x' }, { name: 'rate', fn: 'rateOfChange', column: 'x' }]));
    const rows = Array.from({ length: 100 }, (_, ms) => message({ t: 1_767_225_600_000 + ms, k: 'a', x: 1e6 + ms / 1024, n: null }));
    const { rows: out } = pushAll(graph, [...rows, END]);
    expect(out.map(({ row }) => [row['trend'], row['rate']])).toEqual([[1000 / 1024, 1000 / 1024]]);
  });
});
