import type { AggregateState, StateBound } from './aggregate';
import type { NumberBlock, RowBlock } from './block';
import type { CellBank } from './cell-bank';
import type { PairBlock } from './pair-block';

/** Places of the numbers of a record. */
const COUNT = 0;
const MEAN_X = 1;
const MEAN_Y = 3;
const XX = 5;
const YY = 6;
const XY = 7;
const WIDTH = 8;

/**
 * Count, means, sums of squared deviations and of their products of pairs (x, y), by Welford and merged by Chan. Each mean
 * is a sum of two doubles, so that x may be an epoch time: its deviations are those of the exact differences.
 *
 *   record  | count | mean x | its error | mean y | its error | Σdx² | Σdy² | Σdx·dy |
 */
abstract class Bivariate implements AggregateState {
  protected readonly offset: number;

  constructor(protected readonly bank: CellBank) {
    this.offset = bank.reserve(0, 0, 0, 0, 0, 0, 0, 0);
  }

  abstract add(block: RowBlock): void;

  count(cell: number): number {
    return this.bank.values[this.recordOf(cell) + COUNT]!;
  }

  /** Σ(x - mean)². */
  squaresX(cell: number): number {
    return this.bank.values[this.recordOf(cell) + XX]!;
  }

  /** Σ(y - mean)². */
  squaresY(cell: number): number {
    return this.bank.values[this.recordOf(cell) + YY]!;
  }

  /** Σ(x - mean)·(y - mean). */
  products(cell: number): number {
    return this.bank.values[this.recordOf(cell) + XY]!;
  }

  merge(into: number, from: number): void {
    const { values } = this.bank;
    const to = this.recordOf(into);
    const at = this.recordOf(from);
    const added = values[at]!;
    if (added === 0) return;
    const before = values[to]!;
    if (before === 0) {
      values.copyWithin(to, at, at + WIDTH);
      return;
    }
    const dx = values[at + MEAN_X]! - values[to + MEAN_X]! + (values[at + MEAN_X + 1]! - values[to + MEAN_X + 1]!);
    const dy = values[at + MEAN_Y]! - values[to + MEAN_Y]! + (values[at + MEAN_Y + 1]! - values[to + MEAN_Y + 1]!);
    const weight = before * (added / (before + added));
    values[to + XX]! += values[at + XX]! + dx * dx * weight;
    values[to + YY]! += values[at + YY]! + dy * dy * weight;
    values[to + XY]! += values[at + XY]! + dx * dy * weight;
    moveMean(values, to + MEAN_X, dx * (added / (before + added)));
    moveMean(values, to + MEAN_Y, dy * (added / (before + added)));
    values[to] = before + added;
  }

  protected put(values: Float64Array, at: number, x: number, y: number): void {
    const seen = values[at]! + 1;
    const dx = x - values[at + MEAN_X]! - values[at + MEAN_X + 1]!;
    const dy = y - values[at + MEAN_Y]! - values[at + MEAN_Y + 1]!;
    moveMean(values, at + MEAN_X, dx / seen);
    moveMean(values, at + MEAN_Y, dy / seen);
    const restX = x - values[at + MEAN_X]! - values[at + MEAN_X + 1]!;
    const restY = y - values[at + MEAN_Y]! - values[at + MEAN_Y + 1]!;
    values[at + XX]! += dx * restX;
    values[at + YY]! += dy * restY;
    values[at + XY]! += dx * restY;
    values[at] = seen;
  }

  protected recordOf(cell: number): number {
    return cell * this.bank.width + this.offset;
  }
}

/** Adds `by` to the mean at `at`, whose rounding error stands beside it. */
function moveMean(values: Float64Array, at: number, by: number): void {
  const step = by + values[at + 1]!;
  const mean = values[at]! + step;
  values[at + 1] = step - (mean - values[at]!);
  values[at] = mean;
}

/** Over pairs of two columns. */
export class PairMoments extends Bivariate {
  constructor(
    bank: CellBank,
    private readonly pairs: PairBlock,
    private readonly lengths: StateBound | null
  ) {
    super(bank);
  }

  get bound(): StateBound | undefined {
    return this.lengths ?? undefined;
  }

  add(): void {
    const { values } = this.bank;
    const { cells, xs, ys, count } = this.pairs;
    for (let i = 0; i < count; i++) this.put(values, this.recordOf(cells[i]!), xs[i]!, ys[i]!);
  }
}

/** x is the event time of the row in ms, y the value. */
export class TimeMoments extends Bivariate {
  constructor(
    bank: CellBank,
    private readonly numbers: NumberBlock
  ) {
    super(bank);
  }

  add({ batch }: RowBlock): void {
    const { values: bank } = this.bank;
    const { cells, values, rows, from, count } = this.numbers;
    const { eventTimeMs } = batch;
    for (let i = 0; i < count; i++) this.put(bank, this.recordOf(cells[i]!), eventTimeMs[rows === null ? from + i : rows[i]!]!, values[from + i]!);
  }
}
