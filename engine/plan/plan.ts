import type { Expression } from '../expression/ast';
import type { Schema } from '../schema/schema';
import type { DecoderConfig } from './decoder-config';
import type { PredictNode } from './nodes/predict';
import type { ShapingNode } from './nodes/shaping';
import type { SignalNode } from './nodes/signal';
import type { StatefulNode } from './nodes/stateful';
import type { StreamsNode } from './nodes/streams';
import type { WindowNode } from './nodes/window';

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

export interface SourceNode extends NodeBase {
  readonly op: 'source';
  readonly config: SourceConfig;
}
export interface SourceConfig {
  readonly connector: 'mqtt';
  /** MQTT topic filter (`+`, `#`). */
  readonly topic: string;
  /** Name of a connection that the host knows; never an address or a secret. */
  readonly connection: string;
  readonly decoder: DecoderConfig;
  readonly schema: Schema;
  /** Column of type timestampMs or int64 that holds the record's own time. */
  readonly eventTime: string;
  /** Columns filled from the topic: `{ "device": 1 }` takes level 1 (0-based) of the topic. */
  readonly topicColumns?: Readonly<Record<string, number>>;
  /** timestampMs column filled with the time at which the message arrived, for payloads without a time of their own. */
  readonly arrivalTimeColumn?: string;
  readonly maxOutOfOrdernessMs: number;
  /** `null` switches the clock guard off. */
  readonly maxFutureSkewMs: number | null;
  /** `null`: an input is never idle. */
  readonly idleTimeoutMs: number | null;
  /** One watermark for the whole source, or one per concrete topic, combined. */
  readonly watermarkPer: 'source' | 'topic';
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

export interface SinkNode extends UnaryNode {
  readonly op: 'sink';
  readonly config: SinkConfig;
}
export type SinkConfig =
  | {
      readonly connector: 'mqtt';
      /** Name in rows-out files and metrics; unique in the Plan. */
      readonly name: string;
      /** Topic with `{column}` placeholders. */
      readonly topic: string;
      readonly connection: string;
      readonly qos: 0 | 1 | 2;
      readonly retain: boolean;
      /** Format of the messages; absent: JSON as in rows-out files. */
      readonly encoder?: DecoderConfig;
    }
  | {
      readonly connector: 'lake';
      readonly name: string;
      readonly table: string;
      /** `day` is derived from the event time (UTC); other names are columns. */
      readonly partitionBy: readonly string[];
    }
  | {
      /** An online store that keeps the last row of each key of the stream. */
      readonly connector: 'featureStore';
      readonly name: string;
      /** What the features are called in the store. */
      readonly view: string;
    };
