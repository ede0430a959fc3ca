import type { AggregateState } from './aggregate';
import type { NumberBlock } from './block';
import type { CellBank } from './cell-bank';
import { addCompensated, compensatedValue, mergeCompensated } from './compensated-sum';

/** Compensated sum of the squares of the values. */
export class SquareSum implements AggregateState {
  private readonly offset: number;

  constructor(
    private readonly bank: CellBank,
    private readonly numbers: NumberBlock
  ) {
    this.offset = bank.reserve(0, 0);
  }

  value(cell: number): number {
    return compensatedValue(this.bank.values, cell * this.bank.width + this.offset);
  }

  add(): void {
    const { values: bank, width } = this.bank;
    const { offset } = this;
    const { cells, values, from, count } = this.numbers;
    for (let i = 0; i < count; i++) addCompensated(bank, cells[i]! * width + offset, values[from + i]! ** 2);
  }

  merge(into: number, from: number): void {
    const { values, width } = this.bank;
    mergeCompensated(values, into * width + this.offset, from * width + this.offset);
  }
}
