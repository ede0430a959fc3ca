import type { AggregateState } from '../aggregate/aggregate';
import type { CellBank } from '../aggregate/cell-bank';
import type { RowCount } from '../aggregate/row-count';

/** How many rows each cell had when it was emitted, so that what has not changed since is not emitted again. */
export class EmittedRows implements AggregateState {
  private readonly offset: number;

  constructor(
    private readonly bank: CellBank,
    private readonly rows: RowCount
  ) {
    this.offset = bank.reserve(0);
  }

  hasChanged(cell: number): boolean {
    return this.bank.values[cell * this.bank.width + this.offset]! !== this.rows.count(cell);
  }

  mark(cell: number): void {
    this.bank.values[cell * this.bank.width + this.offset] = this.rows.count(cell);
  }

  add(): void {
    return;
  }

  /** A merged window has not been emitted. */
  merge(into: number): void {
    this.bank.values[into * this.bank.width + this.offset] = 0;
  }
}
