import type { Plan, Slo } from '../plan/plan';
import type { ReportCounters } from '../graph/graph-api';

/**
 * What a place that can run pipelines offers to the fluent API: the browser kernel and the Node command line each
 * implement it. The engine only knows this port.
 */
export interface PipelineHost {
  run(plan: Plan, options: RunOptions): Promise<Run>;
  record(topic: string, options: RecordOptions): Promise<RecordingRef>;
  replay(plan: Plan, recording: RecordingRef): Promise<ReplayResult>;
  validate(plan: Plan, recording: RecordingRef, options: ValidateOptions): Promise<ValidationReport>;
  export(plan: Plan, options: ExportOptions): Promise<ExportedBundle>;
}

export interface RunOptions {
  /** Stop by itself after this long; absent: runs until stopped. */
  readonly seconds?: number;
  /** Column to draw; absent: the first float column of the last windowed result, else its first numeric one. */
  readonly chart?: string;
}
/** A live run; the cell that made it shows it. */
export interface Run {
  readonly id: string;
  stop(): Promise<Report>;
  /** Resolves when the run has ended. */
  readonly done: Promise<Report>;
}
export interface RecordOptions {
  readonly seconds: number;
  /** Name of the recording; absent: made from the topic and a counter. */
  readonly name?: string;
  readonly connection?: string;
}
export interface RecordingRef {
  readonly name: string;
  readonly messages: number;
  readonly bytes: number;
  readonly durationMs: number;
}
/** One row out, as in `contract.md` § Rows out. */
export interface RowOut {
  readonly sink: string;
  readonly eventTimeMs: number;
  readonly at: number;
  readonly row: Readonly<Record<string, unknown>>;
}
export interface ReplayResult {
  readonly report: Report;
  /** The first `rowsMax` (1 000) rows; `report.rowsOut` counts all. */
  readonly rows: readonly RowOut[];
}
export interface Report extends ReportCounters {
  /** SHA-256 of the rows-out text. */
  readonly outputSha256: string;
  readonly engineVersion: string;
}
export interface ValidateOptions {
  /** Expected rows; absent: the rows of a first replay, so that determinism alone is checked. */
  readonly expect?: readonly RowOut[];
  readonly slo?: Slo;
}
export interface ValidationReport {
  readonly ok: boolean;
  readonly report: Report;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly seen: string; readonly expected: string }[];
  /** The first rows that differ, at most 20. */
  readonly differences: readonly { readonly index: number; readonly expected: RowOut | null; readonly seen: RowOut | null }[];
}
export interface ExportOptions {
  readonly evidence: RecordingRef;
  readonly release?: number;
  readonly targets?: readonly string[];
  /** ISO date; absent: one year from the export. */
  readonly expires?: string;
}
export interface ExportedBundle {
  readonly fileName: string;
  readonly bytes: number;
  readonly sha256: string;
}
