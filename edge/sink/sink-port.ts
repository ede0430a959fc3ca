import type { SinkNode } from '../../engine/plan/plan';
import type { Schema } from '../../engine/schema/schema';

/** Everything that carrying out a sink's rows needs, kept beside the rows so that they outlive the plan that made them. */
export interface SinkBinding {
  readonly pipeline: string;
  readonly release: number;
  readonly sink: SinkNode;
  readonly schema: Schema;
  /** Key columns of the rows; absent: they have none. */
  readonly keys?: readonly string[];
  /** Position among the lake sinks of one table. */
  readonly shard: number;
}

/** The way out of one sink: takes rows from the outbox and deletes them when they are carried out for good. */
export interface SinkDrain {
  /** `rows` new rows are in the outbox; 0 at the start, when there may be old ones. */
  wake(rows: number): void;
  /** Carries out what is there without waiting for more; resolves when nothing is left or `deadlineMs` has passed. */
  flush(deadlineMs: number): Promise<void>;
  stop(): Promise<void>;
  /** Words of what holds it up, or null. */
  readonly problem: string | null;
}

/** Key of a sink's rows in the outbox and first part of the ids of its effects. */
export function sinkKey(pipeline: string, release: number, sinkName: string): string {
  return `${pipeline}/${release}/${sinkName}`;
}
