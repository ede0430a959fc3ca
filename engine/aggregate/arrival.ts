import type { Batch } from '../batch/batch';
import type { BlockColumn, RowBlock } from './block';

/**
 * When each row arrived: the input that released it (`batch.at`), and its place among the rows of that input. The pair
 * names a row whatever the batches are cut like, so that two cells can be merged in order of arrival:
 *
 *   at     7  7  7  8  9  9
 *   place  0  1  2  0  0  1
 */
export class ArrivalBlock implements BlockColumn {
  cells: Int32Array = new Int32Array(0);
  count = 0;
  /** By row of the batch. */
  at: Float64Array = new Float64Array(0);
  place: Int32Array = new Int32Array(0);
  private batch: Batch | null = null;
  private lastAt = -1;
  private lastPlace = -1;

  prepare(block: RowBlock): void {
    this.cells = block.cells;
    this.count = block.count;
    if (block.batch === this.batch) return;
    this.batch = block.batch;
    this.at = block.batch.at;
    this.number(block.batch.rowCount);
  }

  /** Rows of one input that come in several batches are numbered on. */
  private number(rowCount: number): void {
    if (this.place.length < rowCount) this.place = new Int32Array(rowCount * 2);
    for (let row = 0; row < rowCount; row++) {
      const at = this.at[row]!;
      this.lastPlace = at === this.lastAt ? this.lastPlace + 1 : 0;
      this.lastAt = at;
      this.place[row] = this.lastPlace;
    }
  }
}

/** Whether the row (atA, placeA) arrived before the row (atB, placeB). */
export function arrivedBefore(atA: number, placeA: number, atB: number, placeB: number): boolean {
  return atA < atB || (atA === atB && placeA < placeB);
}
