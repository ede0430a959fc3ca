import { createGraph } from '../../engine/graph/create-graph';
import { LatencyHistogram } from '../../engine/graph/latency-histogram';
import { replay } from '../../engine/graph/replay';
import type { Replayed, ReplayOptions } from '../../engine/graph/replay';
import { checkModels } from '../../engine/model/check-models';
import type { Plan } from '../../engine/plan/plan';
import { loadModels } from './inference';

/** A Plan with the bytes of the models it names. */
export interface Runnable {
  readonly plan: Plan;
  readonly models: Readonly<Record<string, Uint8Array>>;
}
export interface ReplayedHere extends Replayed {
  /** From handing a group of messages to the graph until its results were there; an upper bound for each row of them. */
  readonly latency: LatencyHistogram;
}

/** Replays a recording on a fresh graph with fresh model sessions. Same runnable and recording, same rows, byte for byte. */
export async function replayHere(
  runnable: Runnable,
  recording: AsyncIterable<Uint8Array>,
  options: Omit<ReplayOptions, 'infer'> = {}
): Promise<ReplayedHere> {
  const graph = createGraph(runnable.plan);
  const inference = await loadModels(checkModels(runnable.plan, graph.types, runnable.models));
  const latency = new LatencyHistogram();
  let stepStartMs = performance.now();
  try {
    const replayed = await replay(graph, recording, {
      ...options,
      infer: inference.infer,
      async onStep(step) {
        const rows = step.result.emissions.reduce((sum, emission) => sum + emission.batch.rowCount, 0);
        if (rows > 0) latency.add(performance.now() - stepStartMs, rows);
        await options.onStep?.(step);
        stepStartMs = performance.now();
      }
    });
    return { ...replayed, latency };
  } finally {
    await inference.dispose();
  }
}
