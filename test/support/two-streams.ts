import { createGraph } from '../../engine/graph/create-graph';
import type { Graph, GraphInput } from '../../engine/graph/graph-api';
import type { SourceSettings } from '../../engine/plan/nodes/source';
import type { Plan, PlanNode, SourceConfig, SourceNode } from '../../engine/plan/plan';
import { parsePlan } from '../../engine/plan/parse-plan';
import type { Schema } from '../../engine/schema/schema';
import type { Collected } from './graph-runs';
import { collect, collected, END } from './graph-runs';

/** Rows `{ t, device, id }`, told apart by `id`. */
export const ROWS: Schema = {
  fields: [
    { name: 't', type: 'timestampMs', nullable: false },
    { name: 'device', type: 'utf8', nullable: true },
    { name: 'id', type: 'int32', nullable: false }
  ]
};

/** One record of a case over several streams. */
export interface StreamRecord {
  readonly side: string;
  readonly t: number;
  readonly device?: string | null;
}

/** A source of the messages of topic `side`. */
export function sideSource(side: string, config: Partial<SourceSettings> = {}): SourceNode {
  return {
    id: side,
    op: 'source',
    config: { connector: 'mqtt', topic: side, connection: 'golden', decoder: { format: 'json' }, schema: ROWS, eventTime: 't', maxOutOfOrdernessMs: 0, maxFutureSkewMs: null, idleTimeoutMs: null, watermarkPer: 'source', ...config } as SourceConfig
  };
}

/** A Plan of `nodes`, with a sink for the rows of the last one. */
export function planWithSink(...nodes: readonly PlanNode[]): Plan {
  const last = nodes.at(-1)!;
  return parsePlan({ littoralPlan: 1, name: 'streams', nodes: [...nodes, { id: 'out', op: 'sink', input: last.id, config: { connector: 'lake', name: 'out', table: 'out', partitionBy: [] } }] });
}

/** The records as messages, each with its index as `id` and as arrival time, and the end. */
export function inputsOf(records: readonly StreamRecord[]): GraphInput[] {
  const messages = records.map(
    ({ side, ...record }, id): GraphInput => ({ kind: 'message', arrivalTimeMs: id, topic: side, payload: new TextEncoder().encode(JSON.stringify({ device: null, ...record, id })) })
  );
  return [...messages, END];
}

export interface StreamRun extends Collected {
  /** `at` of the late records. */
  readonly late: readonly number[];
  readonly metrics: ReturnType<Graph['metrics']>;
  /** After the last input. */
  readonly snapshot: Uint8Array;
}

/**
 * What `plan` makes of `inputs`, cut into pushes of `pushSize`; with `restoring` every push goes to a fresh graph with
 * the snapshot of the one before, which must be the snapshot it gives itself. Nothing may be unaccounted for.
 */
export function runPlan(plan: Plan, inputs: readonly GraphInput[], options: { readonly pushSize?: number; readonly restoring?: boolean } = {}): StreamRun {
  const { pushSize = inputs.length, restoring = false } = options;
  let graph = createGraph(plan);
  const into = collected();
  const late: number[] = [];
  for (let from = 0; from < inputs.length; from += pushSize) {
    graph.push(inputs.slice(from, from + pushSize));
    const step = graph.take();
    collect(step, into);
    late.push(...step.dropFacts.filter(fact => fact.reason === 'late').map(fact => fact.at));
    const { conservationError } = graph.metrics().totals;
    if (conservationError !== 0) throw new Error(`${conservationError} rows are unaccounted for after input ${from}`);
    if (restoring) graph = restored(graph, plan);
  }
  return { ...into, late, metrics: graph.metrics(), snapshot: graph.snapshot() };
}

function restored(graph: Graph, plan: Plan): Graph {
  const snapshot = graph.snapshot();
  const next = createGraph(plan);
  next.restore(snapshot);
  const again = next.snapshot();
  if (again.length !== snapshot.length || again.some((byte, index) => byte !== snapshot[index])) throw new Error('a restored graph gives another snapshot');
  return next;
}
