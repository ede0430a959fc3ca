import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { AggregateState } from './aggregate';
import { loadCells, resized, saveCells } from './aggregate';
import type { NumberBlock } from './block';

/**
 * Neumaier's compensated sum: `sums` plus the rounding errors in `errors`. The error of each addition is exact, by Knuth's
 * TwoSum, which needs no branch. Infinities and NaN bypass the errors.
 */
export class CompensatedSum implements AggregateState {
  sums: Float64Array = new Float64Array(0);
  errors: Float64Array = new Float64Array(0);

  constructor(readonly numbers: NumberBlock) {}

  value(cell: number): number {
    const sum = this.sums[cell]!;
    return Number.isFinite(sum) ? sum + this.errors[cell]! : sum;
  }

  resize(cellCount: number): void {
    this.sums = resized(this.sums, cellCount);
    this.errors = resized(this.errors, cellCount);
  }

  clear(cell: number): void {
    this.sums[cell] = 0;
    this.errors[cell] = 0;
  }

  add(): void {
    const { sums, errors } = this;
    const { cells, values, from, count } = this.numbers;
    for (let i = 0; i < count; i++) {
      const cell = cells[i]!;
      const value = values[from + i]!;
      const sum = sums[cell]!;
      const total = sum + value;
      const added = total - sum;
      errors[cell]! += sum - (total - added) + (value - added);
      sums[cell] = total;
    }
  }

  merge(into: number, from: number): void {
    const sum = this.sums[into]!;
    const value = this.sums[from]!;
    const total = sum + value;
    const added = total - sum;
    this.errors[into]! += this.errors[from]! + (sum - (total - added) + (value - added));
    this.sums[into] = total;
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    saveCells(this.sums, cells, count, writer);
    saveCells(this.errors, cells, count, writer);
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    loadCells(this.sums, cells, count, reader);
    loadCells(this.errors, cells, count, reader);
  }
}
