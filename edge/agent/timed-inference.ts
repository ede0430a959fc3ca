import type { Infer } from '../../engine/graph/drive';
import type { Plan } from '../../engine/plan/plan';
import type { Env } from '../env/env';
import { Histogram, INFERENCE_BOUNDS_S } from '../metrics/histogram';

export interface TimedInference {
  readonly infer: Infer;
  /** Requests to models and failures; those of a model in the shadow are only timed. */
  readonly stats: { count: number; failed: number; /** Seconds of requests. */ readonly durations: Histogram };
  dispose(): Promise<void>;
}

/** The models of a deployment, timed. The runtime is loaded only for a plan that asks for predictions: it takes 100 MB. */
export async function openInference(plan: Plan, models: Readonly<Record<string, Uint8Array>>, env: Env): Promise<TimedInference> {
  const stats = { count: 0, failed: 0, durations: new Histogram(INFERENCE_BOUNDS_S) };
  if (!plan.nodes.some(node => node.op === 'predict')) {
    return { stats, infer: request => Promise.resolve({ id: request.id, error: { code: 'INFERENCE_FAILED', message: 'the plan has no model' } }), dispose: () => Promise.resolve() };
  }
  const { loadModels } = await import('../host/inference');
  const inference = await loadModels(models);
  return {
    stats,
    async infer(request) {
      const started = env.monotonicMs();
      const answer = await inference.infer(request);
      if (request.shadow !== true) stats.count++;
      if ('error' in answer && request.shadow !== true) stats.failed++;
      stats.durations.observe((env.monotonicMs() - started) / 1_000);
      return answer;
    },
    dispose: () => inference.dispose()
  };
}
