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

  add({ cells, count }: RowBlock): void {
    addCounts(this.bank, this.offset, cells, count);
  }

  merge(into: number, from: number): void {
    this.bank.values[into * this.bank.width + this.offset]! += this.count(from);
  }
}

/** Adds one to the count of each of `cells[0 … count - 1]`. */
export function addCounts(bank: CellBank, offset: number, cells: Int32Array, count: number): void {
  const { values, width } = bank;
  for (let i = 0; i < count; i++) values[cells[i]! * width + offset]! += 1;
}
