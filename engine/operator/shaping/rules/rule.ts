import type { Batch } from '../../../batch/batch';
import type { Chunk, SnapshotReader, SnapshotWriter } from '../../operator';

export const KEPT = 0;
export const BROKEN = 1;
/** The rule cannot be judged, because it would have to remember too much. */
export const BEYOND_LIMIT = 2;

/** One rule at work. */
export interface Rule {
  /** Whether it needs the numbers of the rows' keys. */
  readonly keyed: boolean;
  /** Writes BROKEN or BEYOND_LIMIT for rows of `chunk` into `verdicts`, which is KEPT all over. Gives the number of violations that no row shows. */
  check(chunk: Chunk, keys: Int32Array, verdicts: Uint8Array): number;
  /** What is wrong with a row that breaks it, and what is expected. */
  words(batch: Batch, row: number): string;
  /** Keeps state only if it has some. */
  snapshot(writer: SnapshotWriter): void;
  restore(reader: SnapshotReader): void;
}

/** A rule about single rows, which remembers nothing. */
export abstract class RowRule implements Rule {
  readonly keyed = false;

  abstract words(batch: Batch, row: number): string;
  protected abstract mark(batch: Batch, verdicts: Uint8Array): void;

  check({ batch }: Chunk, _keys: Int32Array, verdicts: Uint8Array): number {
    this.mark(batch, verdicts);
    return 0;
  }

  snapshot(): void {
    return;
  }

  restore(): void {
    return;
  }
}

/** `values` with room for `size` keys; new ones are `blank`. */
export function withRoom(values: Float64Array, size: number, blank: number): Float64Array {
  if (values.length >= size) return values;
  const grown = new Float64Array(Math.max(64, size * 2)).fill(blank);
  grown.set(values);
  return grown;
}
