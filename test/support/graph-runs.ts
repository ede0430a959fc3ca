import { valueAt } from '../../engine/batch/value';
import type { Graph, GraphInput, StepResult } from '../../engine/graph/graph-api';
import type { InferenceAnswer, InferenceRequest } from '../../engine/operator/operator';
import type { SourceSettings } from '../../engine/plan/nodes/source';
import type { Plan, PlanNode } from '../../engine/plan/plan';

/** One row that left a graph, as plain values. */
export interface OutRow {
  readonly sink: string;
  readonly at: number;
  readonly eventTimeMs: number;
  readonly row: Readonly<Record<string, unknown>>;
}

export interface Collected {
  readonly rows: OutRow[];
  readonly letters: { readonly at: number; readonly node: string; readonly code: string; readonly text: string; readonly topic: string; readonly arrivalTimeMs: number }[];
}

export function collected(): Collected {
  return { rows: [], letters: [] };
}

/** Adds what one step gave. */
export function collect(step: StepResult, into: Collected): void {
  for (const { sink, batch } of step.emissions) {
    for (let row = 0; row < batch.rowCount; row++) {
      const values = Object.fromEntries(batch.schema.fields.map((field, index) => [field.name, valueAt(batch.columns[index]!, row)]));
      into.rows.push({ sink: sink.config.name, at: batch.at[row]!, eventTimeMs: batch.eventTimeMs[row]!, row: values });
    }
  }
  for (const { at, node, code, bytes, topic, arrivalTimeMs } of step.deadLetters) {
    into.letters.push({ at, node, code, text: new TextDecoder().decode(bytes), topic, arrivalTimeMs });
  }
}

/** Pushes `inputs` in pieces and answers inferences with `infer`. */
export function pushAll(graph: Graph, inputs: readonly GraphInput[], pieces: readonly number[] = [inputs.length], infer: (request: InferenceRequest) => InferenceAnswer = noModel): Collected {
  const into = collected();
  let from = 0;
  for (const count of [...pieces, inputs.length]) {
    if (from >= inputs.length) break;
    graph.push(inputs.slice(from, from + count));
    from += count;
    for (let requests = graph.pending(); requests.length > 0; requests = graph.pending()) for (const request of requests) graph.answer(infer(request));
    collect(graph.take(), into);
  }
  return into;
}

function noModel(request: InferenceRequest): InferenceAnswer {
  return { id: request.id, error: { code: 'NO_MODEL', message: 'this test has no model' } };
}

export function message(record: unknown, options: { readonly arrivalTimeMs?: number; readonly topic?: string } = {}): GraphInput {
  const text = typeof record === 'string' ? record : JSON.stringify(record);
  return { kind: 'message', arrivalTimeMs: options.arrivalTimeMs ?? 0, topic: options.topic ?? 'plant/a/vibration', payload: new TextEncoder().encode(text) };
}

/** A source of `{ t, k, x, n }` from `plant/+/vibration`. */
export function sourceNode(config: Partial<SourceSettings> = {}): PlanNode {
  return {
    id: 'in',
    op: 'source',
    config: {
      connector: 'mqtt',
      topic: 'plant/+/vibration',
      connection: 'plant',
      decoder: { format: 'json' },
      schema: {
        fields: [
          { name: 't', type: 'timestampMs', nullable: false },
          { name: 'k', type: 'utf8', nullable: true },
          { name: 'x', type: 'float64', nullable: true },
          { name: 'n', type: 'int64', nullable: true }
        ]
      },
      eventTime: 't',
      maxOutOfOrdernessMs: 0,
      maxFutureSkewMs: null,
      idleTimeoutMs: null,
      watermarkPer: 'source',
      ...config
    }
  };
}

export function sinkNode(input: string, name = 'out'): PlanNode {
  return { id: `sink-${name}`, op: 'sink', input, config: { connector: 'mqtt', name, topic: `out/${name}`, connection: 'plant', qos: 0, retain: false } };
}

export function planOf(...nodes: PlanNode[]): Plan {
  return { littoralPlan: 1, name: 'test', nodes };
}

export const END: GraphInput = { kind: 'end' };
