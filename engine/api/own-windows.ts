import type { CountingSpec, SessionSpec, SlidingSpec } from '../plan/nodes/window';
import { given } from './given';
import type { Window, WindowOptions } from './windows';

export interface SessionOptions {
  /** A session is over when its key has been silent for longer than this many ms, above 0. */
  readonly gapMs: number;
  /** No session becomes longer than this many ms, `gapMs` or more: the row that would make it longer begins a new one. Default `null`: no bound. */
  readonly maxDurationMs?: number | null;
}
export interface CountingOptions {
  /** Rows of each window, above 0. */
  readonly rows: number;
  /** A window begins every `hopRows` rows, above 0. Smaller than `rows`: windows overlap; larger: the rows between windows are counted in the gap. Default `rows`. */
  readonly hopRows?: number;
  /** Whether windows that are not full leave at the end of a recording or file. Default `false`. */
  readonly emitPartial?: boolean;
}
export interface SlidingTimeOptions {
  /** A result looks back this many ms, its own included: `(t - sizeMs, t]`, above 0. */
  readonly sizeMs: number;
}
export interface SlidingRowsOptions {
  /** A result is over this many rows of its key, its own included, above 0. */
  readonly rows: number;
}

/** What `.window(sliding(…), …)` takes. */
export interface SlidingWindowOptions extends Pick<WindowOptions, 'latePolicy'> {
  /**
   * When results leave: `onClose`, when the watermark reaches the row, so that none can come before it any more; `onArrival`,
   * at once, over what is known, with `preview` true, and again at its time, with `preview` false. Default `onClose`.
   */
  readonly emit?: 'onClose' | 'onArrival';
}

/**
 * Windows of activity, each key's own: rows at most `gapMs` apart are in one session, which ends `gapMs` after its last row:
 * `session({ gapMs: 60_000 })`. A late row can make two sessions one; with `allowedLatenessMs` their results are then named
 * in the column `replaces`: start, end, start, end, … of results that this one takes the place of.
 */
export function session(options: SessionOptions): Window<SessionSpec> {
  const { gapMs, maxDurationMs = null } = given(options, 'session', '{ gapMs }, e.g. session({ gapMs: 60_000 })');
  return { spec: { kind: 'session', gapMs, maxDurationMs } };
}

/**
 * Windows of a number of rows, per key in the order in which they arrive: `counting({ rows: 100 })`. A result leaves when the
 * last row of its window arrives; no row is late. `windowStartMs` is the smallest time of its rows, `windowEndMs` 1 ms after the largest.
 */
export function counting(options: CountingOptions): Window<CountingSpec> {
  const { rows, hopRows = rows, emitPartial = false } = given(options, 'counting', '{ rows }, e.g. counting({ rows: 100 })');
  return { spec: { kind: 'counting', rows, hopRows, emitPartial } };
}

/**
 * One result per row, over the rows of its key up to it: those of the last `sizeMs` ms, `sliding({ sizeMs: 60_000 })`, or the
 * last `rows` rows by event time, `sliding({ rows: 100 })`. `windowEndMs` is 1 ms after the row's own time.
 */
export function sliding(options: SlidingTimeOptions | SlidingRowsOptions): Window<SlidingSpec> {
  const bounds = given(options, 'sliding', '{ sizeMs } or { rows }, e.g. sliding({ sizeMs: 60_000 })');
  return { spec: 'rows' in bounds ? { kind: 'sliding', rows: bounds.rows } : { kind: 'sliding', sizeMs: bounds.sizeMs } };
}
