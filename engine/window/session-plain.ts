import type { SessionSpec } from '../plan/nodes/window';
import type { OpenSessions } from './session-open';

/** The rows of a block below `to`: row i is number `from + i` of the batch, has key `keys[i]` and gets cell `cells[i]`. */
export interface PlainRows {
  readonly times: Float64Array;
  readonly from: number;
  readonly to: number;
  readonly keys: Int32Array;
  readonly cells: Int32Array;
}

/** Gives rows from `done` on the newest session of their key, up to the first for which that takes more than a look; says where it ended. */
export function fillPlain({ times, from, to, keys, cells }: PlainRows, done: number, open: OpenSessions, spec: SessionSpec): number {
  const { plain } = open;
  const { bounds } = open.cells;
  const { gapMs } = spec;
  const maxDurationMs = spec.maxDurationMs ?? Infinity;
  let i = done;
  for (; i < to; i++) {
    const cell = plain[keys[i]! + 1]!;
    const time = times[from + i]!;
    const startMs = bounds[2 * cell]!;
    const endMs = bounds[2 * cell + 1]!;
    if (!(time >= startMs && time <= endMs)) break;
    const newEndMs = time + gapMs;
    if (newEndMs > endMs) {
      if (newEndMs - startMs > maxDurationMs) break;
      bounds[2 * cell + 1] = newEndMs;
    }
    cells[i] = cell;
  }
  return i;
}
