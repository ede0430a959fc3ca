import type { AggregateState } from '../aggregate/aggregate';
import type { RowBlock } from '../aggregate/block';
import type { CellBank } from '../aggregate/cell-bank';

/** Smallest and largest event time of the rows of each cell. */
export class TimeSpan implements AggregateState {
  private readonly offset: number;

  constructor(private readonly bank: CellBank) {
    this.offset = bank.reserve(Infinity, -Infinity);
  }

  firstMs(cell: number): number {
    return this.bank.values[cell * this.bank.width + this.offset]!;
  }

  lastMs(cell: number): number {
    return this.bank.values[cell * this.bank.width + this.offset + 1]!;
  }

  add({ batch: { eventTimeMs }, from, count, cells }: RowBlock): void {
    for (let i = 0; i < count; i++) this.widen(cells[i]!, eventTimeMs[from + i]!, eventTimeMs[from + i]!);
  }

  merge(into: number, from: number): void {
    this.widen(into, this.firstMs(from), this.lastMs(from));
  }

  private widen(cell: number, firstMs: number, lastMs: number): void {
    const { values, width } = this.bank;
    const at = cell * width + this.offset;
    if (firstMs < values[at]!) values[at] = firstMs;
    if (lastMs > values[at + 1]!) values[at + 1] = lastMs;
  }
}
