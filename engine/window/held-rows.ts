import { addCounts, totalCount } from '../aggregate/row-count';
import type { AggregateState } from '../aggregate/aggregate';
import type { CellBank } from '../aggregate/cell-bank';

/** Rows per cell whose last window the cell's is: with several windows per row, each row is in the accounts of one cell. */
export class HeldRows implements AggregateState {
  private readonly offset: number;

  constructor(private readonly bank: CellBank) {
    this.offset = bank.reserve(0);
  }

  count(cell: number): number {
    return this.bank.values[cell * this.bank.width + this.offset]!;
  }

  /** Rows of all of `cells`. */
  total(cells: Int32Array): number {
    return totalCount(this.bank, this.offset, cells);
  }

  /** Counts rows, one for each of `cells[0 … count - 1]`. */
  hold(cells: Int32Array, count: number): void {
    addCounts(this.bank, this.offset, cells, count);
  }

  add(): void {
    return;
  }

  merge(into: number, from: number): void {
    this.bank.values[into * this.bank.width + this.offset]! += this.count(from);
  }
}
