import { describe, expect, it } from 'vitest';
import { createGraph } from '../../../engine/graph/create-graph';
import type { GraphInput } from '../../../engine/graph/graph-api';
import type { GapFigures } from '../../../engine/time/gap-detector';
import { END, planOf, sinkNode, sourceNode } from '../../support/graph-runs';

const record = (topic: string, n: number, t: number): GraphInput => ({ kind: 'message', arrivalTimeMs: t, topic, payload: new TextEncoder().encode(JSON.stringify({ t, k: topic.split('/')[1], n })) });

function gapsOf(per: readonly string[] | undefined, inputs: readonly GraphInput[], cut: number): GapFigures | undefined {
  const plan = planOf(sourceNode({ sequence: { column: 'n', ...(per === undefined ? {} : { per }) }, maxOutOfOrdernessMs: 100 }), sinkNode('in'));
  let graph = createGraph(plan);
  graph.push(inputs.slice(0, cut));
  graph.take();
  const snapshot = graph.snapshot();
  graph = createGraph(plan);
  graph.restore(snapshot);
  graph.push([...inputs.slice(cut), END]);
  graph.take();
  return graph.metrics().nodes.get('in')?.gaps;
}

describe('a source with a sequence', () => {
  const inputs = [record('plant/a/vibration', 1, 10), record('plant/b/vibration', 10, 20), record('plant/a/vibration', 3, 30), record('plant/b/vibration', 11, 40), record('plant/b/vibration', 15, 50)];

  it('counts the numbers that are missing per topic, whatever the cut into steps', () => {
    for (let cut = 0; cut <= inputs.length; cut++) {
      expect(gapsOf(undefined, inputs, cut)).toEqual({ missing: 4, restarts: 0, unwatched: 0, facts: [{ device: 'plant/a/vibration', first: 2, last: 2, sinceMs: 30 }, { device: 'plant/b/vibration', first: 12, last: 14, sinceMs: 50 }] });
    }
  });

  it('counts them per columns when these tell devices apart', () => {
    expect(gapsOf(['k'], inputs, 2)?.facts).toEqual([{ device: 'a', first: 2, last: 2, sinceMs: 30 }, { device: 'b', first: 12, last: 14, sinceMs: 50 }]);
  });
});
