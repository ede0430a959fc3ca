import type { Expression } from '../expression/ast';
import type { PredictNode } from './nodes/predict';
import type { ShapingNode } from './nodes/shaping';
import type { SignalNode } from './nodes/signal';
import type { SinkNode } from './nodes/sink';
import type { SourceNode } from './nodes/source';
import type { StatefulNode } from './nodes/stateful';
import type { StreamsNode } from './nodes/streams';
import type { WindowNode } from './nodes/window';

export type { SinkConfig, SinkNode } from './nodes/sink';
export type { SourceConfig, SourceNode } from './nodes/source';

/**
 * A Plan is a pipeline as data: JSON with no code in it. `parsePlan` is the only way from untrusted JSON to a Plan.
 * Nodes are in topological order: a node's inputs stand before it.
 */
export interface Plan {
  readonly littoralPlan: 1;
  readonly name: string;
  readonly nodes: readonly PlanNode[];
  readonly delivery?: Delivery;
  readonly slo?: Slo;
}

export type Delivery = 'atMostOnce' | 'atLeastOnce' | 'exactlyOnceEffects';

export interface Slo {
  /** 99th percentile of effect minus receipt. */
  readonly p99LatencyMs?: number;
  /** Largest share of late records, 0…1. */
  readonly lateShareMax?: number;
  /** Largest share of dead letters, 0…1. */
  readonly deadLetterShareMax?: number;
}

export type PlanNode =
  | SourceNode
  | FilterNode
  | SelectNode
  | KeyByNode
  | WindowNode
  | PredictNode
  | SinkNode
  | ShapingNode
  | StatefulNode
  | StreamsNode
  | SignalNode;

export interface NodeBase {
  /** Unique in the Plan; stable over releases, because state and metrics hang on it. */
  readonly id: string;
}
/** A node with one input: the id of an earlier node, or `id#name` for one of its side outputs. */
export interface UnaryNode extends NodeBase {
  readonly input: string;
}
/** A node with several inputs, in the order of its ports. */
export interface ManyInputsNode extends NodeBase {
  readonly inputs: readonly string[];
}

export interface FilterNode extends UnaryNode {
  readonly op: 'filter';
  readonly config: { readonly predicate: Expression };
}
export interface SelectNode extends UnaryNode {
  readonly op: 'select';
  /** Output columns in order. Key columns and event time travel along when the stream is keyed. */
  readonly config: { readonly columns: readonly { readonly name: string; readonly expression: Expression }[] };
}
export interface KeyByNode extends UnaryNode {
  readonly op: 'keyBy';
  readonly config: { readonly columns: readonly string[] };
}
