import type { Batch } from '../batch/batch';
import type { DeadLetter, DropFact, InferenceAnswer, InferenceRequest, OperatorCounters, StreamType } from '../operator/operator';
import type { SinkNode } from '../plan/plan';
import type { GapFigures } from '../time/gap-detector';
import type { WatermarkHolder } from '../time/source-time';

/** What a host lends to a graph. */
export interface GraphOptions {
  /** A clock for the account of which node computes how long; it changes no result. Default: none, and no account. */
  readonly clockMs?: () => number;
}

/** What a host feeds to a graph: everything that happened, in the order in which it happened. */
export type GraphInput =
  | {
      readonly kind: 'message';
      readonly arrivalTimeMs: number;
      readonly topic: string;
      readonly payload: Uint8Array;
      /** Source node; without it every source whose topic filter matches takes the message. */
      readonly source?: string;
      /** What came along with the message, such as a trace context; no operator reads it. */
      readonly properties?: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'tick'; readonly arrivalTimeMs: number }
  | { readonly kind: 'end' };

/** Rows that one sink is to carry out, in order of `at`. */
export interface SinkEmission {
  readonly sink: SinkNode;
  readonly batch: Batch;
}

/** What one step gave. Emissions are ordered by (`at` of their first row, position of the sink in the Plan). */
export interface StepResult {
  readonly emissions: readonly SinkEmission[];
  readonly deadLetters: readonly DeadLetter[];
  /** At most `dropFactsMax` per step; the counters are complete. */
  readonly dropFacts: readonly DropFact[];
}

/**
 * A Plan made runnable. Synchronous and pure: the same inputs give the same results whatever the cut into pushes.
 *
 *   push(inputs) → pending() → answer(…) for each → take() → snapshot() …
 *
 * `take` and `snapshot` assert that no inference is pending, so a step boundary never holds half a row.
 */
export interface Graph {
  readonly types: ReadonlyMap<string, StreamType>;
  /** Number of inputs pushed since the beginning; the next input gets this index as its `at`. */
  readonly inputCount: number;
  push(inputs: readonly GraphInput[]): void;
  /** Already decoded rows of one source; each row counts as one message, whatever its `at`. For columnar sources and benchmarks. */
  pushRows(source: string, batch: Batch): void;
  pending(): readonly InferenceRequest[];
  answer(answer: InferenceAnswer): void;
  take(): StepResult;
  snapshot(): Uint8Array;
  restore(snapshot: Uint8Array): void;
  metrics(): GraphMetrics;
  /** By source: who holds its watermark where it is. */
  watermarkHolders(): ReadonlyMap<string, WatermarkHolder | null>;
  /** Per source how its payloads depart from the schema since the beginning, e.g. `unknown:humidity` → 12; see `DriftCounts`. */
  drift(): ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export interface GraphMetrics {
  readonly messagesIn: number;
  /** Counters per node id. */
  readonly nodes: ReadonlyMap<string, NodeMetrics>;
  readonly totals: ReportCounters;
}
export interface NodeMetrics extends OperatorCounters {
  /** How long it has computed by itself, ms; only with the clock of `GraphOptions`. */
  readonly busyMs?: number;
  readonly watermarkMs: number;
  /** How far it is behind the newest arrival, ms; null before the first watermark and after the last. */
  readonly lagMs: number | null;
  /** What the operator counts beside its counters: violations by rule. */
  readonly tallies?: Readonly<Record<string, number>>;
  /** Numbers of records that never came; of sources with a sequence. */
  readonly gaps?: GapFigures;
}

/** The counters of `contract.md` § Report, without the hash and the version. */
export interface ReportCounters {
  readonly rowsIn: number;
  readonly rowsOut: Readonly<Record<string, number>>;
  readonly late: number;
  readonly inGap: number;
  readonly filtered: number;
  readonly deadLetters: Readonly<Record<string, number>>;
  /** Rows that `deduplicate` dropped. */
  readonly duplicates: number;
  /** Rows that other operators dropped on purpose. */
  readonly dropped: number;
  /** 0, or Littoral has a bug. */
  readonly conservationError: number;
  readonly watermarkMs: number;
  /** By predict node how its model in the shadow compares: compared, agreed, failed, maxDifference, meanDifference; absent: there is none. */
  readonly shadows?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}
