import type { AggregateInput, AggregateState, StateSet } from './aggregate';
import type { NumberBlock } from './block';
import type { CellBank } from './cell-bank';

/** Places of the numbers of a cell after its offset. */
const COUNT = 0;
const MEAN = 1;
const MEAN_ERROR = 2;
const SECOND = 3;
const THIRD = 4;
const FOURTH = 5;

/**
 * Sums of the second, third and fourth powers of the deviations from the mean, in one pass and mergeable (Pébay 2008,
 * SAND2008-6212). The mean is a sum of two doubles, as in `Moments`.
 *
 *   record  | count | mean | error of the mean | Σ d² | Σ d³ | Σ d⁴ |
 */
export class CentralMoments implements AggregateState {
  private readonly offset: number;

  constructor(
    private readonly bank: CellBank,
    private readonly numbers: NumberBlock
  ) {
    this.offset = bank.reserve(0, 0, 0, 0, 0, 0);
  }

  /** Number of values and means of the powers of their deviations. */
  of(cell: number): { readonly count: number; readonly second: number; readonly third: number; readonly fourth: number } {
    const { values, width } = this.bank;
    const at = cell * width + this.offset;
    const count = values[at]!;
    return { count, second: values[at + SECOND]! / count, third: values[at + THIRD]! / count, fourth: values[at + FOURTH]! / count };
  }

  add(): void {
    const { values: bank, width } = this.bank;
    const { cells, values, from, count } = this.numbers;
    for (let i = 0; i < count; i++) addValue(bank, cells[i]! * width + this.offset, values[from + i]!);
  }

  merge(into: number, from: number): void {
    const { values, width } = this.bank;
    const to = into * width + this.offset;
    const at = from * width + this.offset;
    if (values[at + COUNT] === 0) return;
    if (values[to + COUNT] === 0) values.copyWithin(to, at, at + FOURTH + 1);
    else mergeRecords(values, to, at);
  }
}

/** The moments of `input`'s column, shared by skewness and kurtosis. */
export function centralMomentsOf(input: AggregateInput, states: StateSet): CentralMoments {
  const numbers = states.numbers(input.columnIndex);
  return states.use(`centralMoments:${input.columnIndex}`, () => new CentralMoments(states.bank, numbers));
}

function addValue(bank: Float64Array, at: number, value: number): void {
  const before = bank[at + COUNT]!;
  const count = before + 1;
  const mean = bank[at + MEAN]!;
  const error = bank[at + MEAN_ERROR]!;
  const deviation = value - mean - error;
  const part = deviation / count;
  const step = part + error;
  const next = mean + step;
  const squares = deviation * part * before;
  const second = bank[at + SECOND]!;
  const third = bank[at + THIRD]!;
  bank[at + FOURTH]! += squares * part * part * (count * count - 3 * count + 3) + 6 * part * part * second - 4 * part * third;
  bank[at + THIRD] = third + squares * part * (count - 2) - 3 * part * second;
  bank[at + SECOND] = second + squares;
  bank[at + COUNT] = count;
  bank[at + MEAN] = next;
  bank[at + MEAN_ERROR] = step - (next - mean);
}

function mergeRecords(bank: Float64Array, to: number, from: number): void {
  const a = bank[to + COUNT]!;
  const b = bank[from + COUNT]!;
  const count = a + b;
  const mean = bank[to + MEAN]!;
  const deviation = bank[from + MEAN]! - mean + (bank[from + MEAN_ERROR]! - bank[to + MEAN_ERROR]!);
  const part = deviation / count;
  const squares = deviation * part * a * b;
  const secondA = bank[to + SECOND]!;
  const secondB = bank[from + SECOND]!;
  const thirds = 4 * part * (a * bank[from + THIRD]! - b * bank[to + THIRD]!);
  bank[to + FOURTH]! += bank[from + FOURTH]! + squares * part * part * (a * a - a * b + b * b) + 6 * part * part * (a * a * secondB + b * b * secondA) + thirds;
  bank[to + THIRD]! += bank[from + THIRD]! + squares * part * (a - b) + 3 * part * (a * secondB - b * secondA);
  bank[to + SECOND] = secondA + secondB + squares;
  const step = part * b + bank[to + MEAN_ERROR]!;
  const next = mean + step;
  bank[to + COUNT] = count;
  bank[to + MEAN] = next;
  bank[to + MEAN_ERROR] = step - (next - mean);
}
