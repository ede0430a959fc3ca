import type { AggregateState } from './aggregate';
import type { RowBlock } from './block';
import type { CellBank } from './cell-bank';

/** Rows per cell; every window keeps them, because the accounts of the operator hang on it. */
export class RowCount implements AggregateState {
  readonly offset: number;

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

  add({ cells, count }: RowBlock): void {
    addCounts(this.bank, this.offset, cells, count);
  }

  merge(into: number, from: number): void {
    this.bank.values[into * this.bank.width + this.offset]! += this.count(from);
  }
}

/** Sum of the counts of `cells`. */
export function totalCount(bank: CellBank, offset: number, cells: Int32Array): number {
  const { values, width } = bank;
  let total = 0;
  for (let i = 0; i < cells.length; i++) total += values[cells[i]! * width + offset]!;
  return total;
}

/** Adds one to the count of each of `cells[0 … count - 1]`. */
export function addCounts(bank: CellBank, offset: number, cells: Int32Array, count: number): void {
  const { values, width } = bank;
  for (let i = 0; i < count; i++) values[cells[i]! * width + offset]! += 1;
}
