import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { AggregateState } from './aggregate';
import { loadCells, resized, saveCells } from './aggregate';
import type { NumberBlock } from './block';

/**
 * Count, mean and sum of squared deviations by Welford, merged by Chan. The mean is a sum of two doubles, because the
 * plain one drifts by 100 ulp on a slow ramp.
 */
export class Moments implements AggregateState {
  counts: Float64Array = new Float64Array(0);
  private means: Float64Array = new Float64Array(0);
  private meanErrors: Float64Array = new Float64Array(0);
  private squares: Float64Array = new Float64Array(0);

  constructor(private readonly numbers: NumberBlock) {}

  /** Sum of squared deviations divided by count - ddof; null when there are no more than ddof values. */
  variance(cell: number, ddof: number): number | null {
    const count = this.counts[cell]!;
    return count <= ddof ? null : this.squares[cell]! / (count - ddof);
  }

  resize(cellCount: number): void {
    this.counts = resized(this.counts, cellCount);
    this.means = resized(this.means, cellCount);
    this.meanErrors = resized(this.meanErrors, cellCount);
    this.squares = resized(this.squares, cellCount);
  }

  clear(cell: number): void {
    this.counts[cell] = 0;
    this.means[cell] = 0;
    this.meanErrors[cell] = 0;
    this.squares[cell] = 0;
  }

  add(): void {
    const { counts, means, meanErrors, squares } = this;
    const { cells, values, from, count } = this.numbers;
    for (let i = 0; i < count; i++) {
      const cell = cells[i]!;
      const value = values[from + i]!;
      const seen = (counts[cell]! += 1);
      const mean = means[cell]!;
      const deviation = value - mean - meanErrors[cell]!;
      const step = deviation / seen + meanErrors[cell]!;
      const next = mean + step;
      means[cell] = next;
      meanErrors[cell] = step - (next - mean);
      squares[cell]! += deviation * (value - next - meanErrors[cell]!);
    }
  }

  merge(into: number, from: number): void {
    const { counts, means, meanErrors, squares } = this;
    const added = counts[from]!;
    if (added === 0) return;
    const before = counts[into]!;
    const total = before + added;
    const mean = means[into]!;
    const deviation = means[from]! - mean + (meanErrors[from]! - meanErrors[into]!);
    const step = deviation * (added / total) + meanErrors[into]!;
    const next = mean + step;
    squares[into]! += squares[from]! + deviation * deviation * ((before * added) / total);
    means[into] = next;
    meanErrors[into] = step - (next - mean);
    counts[into] = total;
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    for (const values of [this.counts, this.means, this.meanErrors, this.squares]) saveCells(values, cells, count, writer);
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    for (const values of [this.counts, this.means, this.meanErrors, this.squares]) loadCells(values, cells, count, reader);
  }
}
