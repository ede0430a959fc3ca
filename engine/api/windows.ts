import type { AlignedWindowSpec, WindowSpec } from '../plan/nodes/window';
import { given } from './given';

/** How rows are put into windows by their event time. */
export interface Window<S extends WindowSpec = WindowSpec> {
  readonly spec: S;
}
export interface TumblingOptions {
  /** Length of each window in ms, above 0. */
  readonly sizeMs: number;
  /** Shift of the windows against the epoch in ms, smaller than `sizeMs`. Default 0: a window of 1 000 ms begins at every full second. */
  readonly offsetMs?: number;
}
export interface WindowOptions {
  /** How many ms after its end a window still takes late rows; each gives a further revision of the result. Default 0: none. */
  readonly allowedLatenessMs?: number;
  /**
   * What happens to rows later than that: counted and dropped, kept as dead letters `LATE`, or taken to a branch of their own,
   * which `.aggregate({ … }, { late: rows => rows.to(lake('late')) })` then asks for. All are counted as late. Default `drop`.
   */
  readonly latePolicy?: 'drop' | 'deadLetter' | 'sideOutput';
  /**
   * When results leave: `onClose`, once, when the window is over; `onUpdate`, after every row, with the whole content so far;
   * `{ everyMs: 1_000 }`, every second of event time if the window has changed, and when it is over. Default `onClose`.
   * The column `revision` counts the results of one window.
   */
  readonly emit?: 'onClose' | 'onUpdate' | { readonly everyMs: number };
}

/** Windows of equal length side by side, `[start, start + sizeMs)`: every row is in exactly one. `tumbling({ sizeMs: 1_000 })`. */
export function tumbling(options: TumblingOptions): Window<AlignedWindowSpec> {
  const { sizeMs, offsetMs = 0 } = given(options, 'tumbling', '{ sizeMs }, e.g. tumbling({ sizeMs: 1_000 })');
  return { spec: { kind: 'tumbling', sizeMs, offsetMs } };
}

export interface HoppingOptions {
  /** Length of each window in ms, above 0. */
  readonly sizeMs: number;
  /** A window begins every `hopMs` ms, above 0. Smaller than `sizeMs`: windows overlap and a row is in several; larger: rows between windows are counted in the gap. */
  readonly hopMs: number;
  /** Shift of the windows against the epoch in ms, smaller than `hopMs`. Default 0. */
  readonly offsetMs?: number;
}
export interface CumulatingOptions {
  /** Length of the longest window in ms: after it counting begins anew. */
  readonly maxSizeMs: number;
  /** A result leaves every `stepMs` ms; divides `maxSizeMs`. */
  readonly stepMs: number;
  /** Shift of the windows against the epoch in ms, smaller than `maxSizeMs`. Default 0. */
  readonly offsetMs?: number;
}

/** Windows that overlap, `[start, start + sizeMs)` with a start every `hopMs`: the last minute, every 10 s, is `hopping({ sizeMs: 60_000, hopMs: 10_000 })`. At most 2 048 windows per row. */
export function hopping(options: HoppingOptions): Window<AlignedWindowSpec> {
  const { sizeMs, hopMs, offsetMs = 0 } = given(options, 'hopping', '{ sizeMs, hopMs }, e.g. hopping({ sizeMs: 60_000, hopMs: 10_000 })');
  return { spec: { kind: 'hopping', sizeMs, hopMs, offsetMs } };
}

/** Windows that grow by a step, then begin anew: the day so far, every hour, is `cumulating({ maxSizeMs: 86_400_000, stepMs: 3_600_000 })`. At most 2 048 steps. */
export function cumulating(options: CumulatingOptions): Window<AlignedWindowSpec> {
  const { maxSizeMs, stepMs, offsetMs = 0 } = given(options, 'cumulating', '{ maxSizeMs, stepMs }, e.g. cumulating({ maxSizeMs: 86_400_000, stepMs: 3_600_000 })');
  return { spec: { kind: 'cumulating', maxSizeMs, stepMs, offsetMs } };
}
