import type { InferenceAnswer, InferenceRequest } from '../operator/operator';
import type { Graph, GraphInput, StepResult } from './graph-api';

/** What a host does for a graph: runs the model and answers, an operating failure of the model included. */
export type Infer = (request: InferenceRequest) => Promise<InferenceAnswer>;

/**
 * One step: pushes `inputs`, has every inference answered (answers may ask for further inferences), takes the results.
 * Rejects only when `infer` itself does; the graph then still waits and must not be used further.
 */
export async function drive(graph: Graph, inputs: readonly GraphInput[], infer: Infer): Promise<StepResult> {
  graph.push(inputs);
  await answerPending(graph, infer);
  return graph.take();
}

/** Answers inferences until none is pending, so that `take` and `snapshot` may be called. */
export async function answerPending(graph: Graph, infer: Infer): Promise<void> {
  for (let requests = graph.pending(); requests.length > 0; requests = graph.pending()) {
    for (const request of requests) graph.answer(await infer(request));
  }
}
