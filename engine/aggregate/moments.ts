import type { AggregateState } from './aggregate';
import type { NumberBlock } from './block';
import type { CellBank } from './cell-bank';

/**
 * Count, mean and sum of squared deviations by Welford, merged by Chan. The mean is a sum of two doubles, because the
 * plain one drifts by 100 ulp on a slow ramp.
 *
 *   record  | count | mean | error of the mean | squared deviations |
 */
export class Moments implements AggregateState {
  private readonly offset: number;

  constructor(
    private readonly bank: CellBank,
    private readonly numbers: NumberBlock
  ) {
    this.offset = bank.reserve(0, 0, 0, 0);
  }

  /** Sum of squared deviations divided by count - ddof; null when there are no more than ddof values. */
  variance(cell: number, ddof: number): number | null {
    const at = cell * this.bank.width + this.offset;
    const count = this.bank.values[at]!;
    return count <= ddof ? null : this.bank.values[at + 3]! / (count - ddof);
  }

  add(): void {
    const { values: bank, width } = this.bank;
    const { offset } = this;
    const { cells, values, from, count } = this.numbers;
    for (let i = 0; i < count; i++) addDeviation(bank, cells[i]! * width + offset, values[from + i]!);
  }

  merge(into: number, from: number): void {
    const { values: bank, width } = this.bank;
    const to = into * width + this.offset;
    const at = from * width + this.offset;
    const added = bank[at]!;
    if (added === 0) return;
    const before = bank[to]!;
    if (before === 0) {
      bank.copyWithin(to, at, at + 4);
      return;
    }
    const total = before + added;
    const mean = bank[to + 1]!;
    const deviation = bank[at + 1]! - mean + (bank[at + 2]! - bank[to + 2]!);
    const step = deviation * (added / total) + bank[to + 2]!;
    const next = mean + step;
    bank[to] = total;
    bank[to + 1] = next;
    bank[to + 2] = step - (next - mean);
    bank[to + 3]! += bank[at + 3]! + deviation * deviation * ((before * added) / total);
  }
}

function addDeviation(bank: Float64Array, at: number, value: number): void {
  const seen = bank[at]! + 1;
  const mean = bank[at + 1]!;
  const error = bank[at + 2]!;
  const deviation = value - mean - error;
  const step = deviation / seen + error;
  const next = mean + step;
  const nextError = step - (next - mean);
  bank[at] = seen;
  bank[at + 1] = next;
  bank[at + 2] = nextError;
  bank[at + 3]! += deviation * (value - next - nextError);
}
