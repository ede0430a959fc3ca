import type { AggregateState } from './aggregate';
import type { NumberBlock } from './block';
import type { CellBank } from './cell-bank';

/**
 * Neumaier's compensated sum: a sum and, beside it, the rounding errors of the additions. The error of each is exact, by
 * Knuth's TwoSum, which needs no branch. Infinities and NaN bypass the errors.
 */
export class CompensatedSum implements AggregateState {
  /** Of the sum; its errors stand next to it. */
  readonly offset: number;

  constructor(
    protected readonly bank: CellBank,
    readonly numbers: NumberBlock
  ) {
    this.offset = bank.reserve(0, 0);
  }

  value(cell: number): number {
    const { values, width } = this.bank;
    const at = cell * width + this.offset;
    const sum = values[at]!;
    return Number.isFinite(sum) ? sum + values[at + 1]! : sum;
  }

  add(): void {
    const { values: bank, width } = this.bank;
    const { offset } = this;
    const { cells, values, from, count } = this.numbers;
    for (let i = 0; i < count; i++) addCompensated(bank, cells[i]! * width + offset, values[from + i]!);
  }

  merge(into: number, from: number): void {
    const { values, width } = this.bank;
    const at = from * width + this.offset;
    addCompensated(values, into * width + this.offset, values[at]!);
    values[into * width + this.offset + 1]! += values[at + 1]!;
  }
}

/** Adds `value` to the sum at `at` and the rounding error to the number after it. */
export function addCompensated(bank: Float64Array, at: number, value: number): void {
  const sum = bank[at]!;
  const total = sum + value;
  const added = total - sum;
  bank[at + 1]! += sum - (total - added) + (value - added);
  bank[at] = total;
}
