import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { AggregateState } from './aggregate';
import { loadCells, resized, saveCells } from './aggregate';
import type { NumberBlock } from './block';

/** Neumaier's compensated sum: `sums` plus the rounding errors in `errors`. Infinities and NaN bypass the errors. */
export class CompensatedSum implements AggregateState {
  protected sums: Float64Array = new Float64Array(0);
  protected errors: Float64Array = new Float64Array(0);

  constructor(protected readonly numbers: NumberBlock) {}

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
      errors[cell]! += Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum;
      sums[cell] = total;
    }
  }

  merge(into: number, from: number): void {
    const sum = this.sums[into]!;
    const value = this.sums[from]!;
    const total = sum + value;
    this.errors[into]! += this.errors[from]! + (Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum);
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
