import type { RowBlock } from '../aggregate/block';
import { DISCARD_CELL } from '../aggregate/block';
import type { Batch } from '../batch/batch';
import { gatherColumn, pickNumbers } from '../batch/gather';

/**
 * Makes one block of several, which are the same rows in the cells of other windows. Row by row, so that each cell takes its
 * rows in order of arrival wherever blocks are cut; window by window, hopping windows would take those of another pane first.
 */
export class RowsByArrival {
  private rows = new Int32Array(64);
  private cells = new Int32Array(64);

  constructor(private readonly columns: readonly number[]) {}

  join(blocks: readonly RowBlock[]): RowBlock {
    const { batch, from, count } = blocks[0]!;
    this.reserve(count * blocks.length);
    const { rows, cells } = this;
    let used = 0;
    for (let i = 0; i < count; i++) {
      for (let window = 0; window < blocks.length; window++) {
        const cell = blocks[window]!.cells[i]!;
        if (cell === DISCARD_CELL) continue;
        rows[used] = from + i;
        cells[used++] = cell;
      }
    }
    return { batch: this.gather(batch, rows.subarray(0, used)), from: 0, count: used, cells };
  }

  /** Only the columns that are read; the others stay as they are. */
  private gather(batch: Batch, rows: Int32Array): Batch {
    const columns = [...batch.columns];
    for (const index of this.columns) columns[index] = gatherColumn(batch.columns[index]!, rows);
    return { schema: batch.schema, rowCount: rows.length, columns, eventTimeMs: pickNumbers(batch.eventTimeMs, rows), at: pickNumbers(batch.at, rows) };
  }

  private reserve(count: number): void {
    if (count <= this.rows.length) return;
    this.rows = new Int32Array(count * 2);
    this.cells = new Int32Array(count * 2);
  }
}
