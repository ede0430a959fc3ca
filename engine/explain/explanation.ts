import type { RowOut } from '../api/host';
import type { WatermarkHolder } from '../time/source-time';
import type { PathStep, ProbedRows, RecordWindow } from './record-path';

/** What became of one record. */
export interface Explanation {
  /** 0-based line of the recording. */
  readonly line: number;
  readonly kind: 'message' | 'tick';
  readonly arrivalTimeMs: number;
  readonly topic: string | null;
  /** Per source that takes the record: the rows that it decodes to. */
  readonly sources: readonly ProbedRows[];
  /** Watermark of the sources before the record and after it. */
  readonly watermarkBeforeMs: number;
  readonly watermarkAfterMs: number;
  /** By source: who held its watermark when the record came. */
  readonly heldBy: readonly ({ readonly source: string } & WatermarkHolder)[];
  /** What each operator up to the first window did with the record. */
  readonly path: readonly PathStep[];
  /** Windows that the record falls into: those of its time, and those of its key that were seen to close over it. */
  readonly windows: readonly RecordWindow[];
  readonly drops: readonly { readonly node: string; readonly reason: string; readonly eventTimeMs: number; readonly watermarkMs: number; readonly windowEndMs: number | null }[];
  readonly deadLetters: readonly { readonly node: string; readonly code: string; readonly message: string }[];
  /** Rows out that the record had a part in, at most `RESULTS_MAX`; `at` is the line whose arrival released the row. */
  readonly results: readonly RowOut[];
}
