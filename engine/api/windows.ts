import type { WindowSpec } from '../plan/nodes/window';
import { given } from './given';

/** How rows are put into windows by their event time. */
export interface Window {
  readonly spec: WindowSpec;
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
  /** What happens to rows later than that: counted and dropped, or kept as dead letters `LATE`. Default `drop`. */
  readonly latePolicy?: 'drop' | 'deadLetter';
}

/** Windows of equal length side by side, `[start, start + sizeMs)`: every row is in exactly one. `tumbling({ sizeMs: 1_000 })`. */
export function tumbling(options: TumblingOptions): Window {
  const { sizeMs, offsetMs = 0 } = given(options, 'tumbling', '{ sizeMs }, e.g. tumbling({ sizeMs: 1_000 })');
  return { spec: { kind: 'tumbling', sizeMs, offsetMs } };
}
