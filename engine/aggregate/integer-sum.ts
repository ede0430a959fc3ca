import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { AggregateState } from './aggregate';
import { loadCells, resized, saveCells } from './aggregate';
import type { Int64Block, NumberBlock } from './block';

const TWO_32 = 4_294_967_296;
const HIGH_MAX = 2 ** 51;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * Exact sum of integers as `high * 2^32 + low`, 0 <= low < 2^32, without BigInts in the loop. Exact while |high| < 2^51,
 * which no sum in the int64 range leaves; beyond it the sum is lost for good and `value` is null.
 */
export class IntegerSum implements AggregateState {
  private highs: Float64Array = new Float64Array(0);
  private lows: Float64Array = new Float64Array(0);

  constructor(private readonly source: Int64Block | NumberBlock) {}

  /** The sum, or null outside the int64 range. */
  value(cell: number): bigint | null {
    const high = this.highs[cell]!;
    if (!Number.isFinite(high)) return null;
    const sum = BigInt(high) * BigInt(TWO_32) + BigInt(this.lows[cell]!);
    return sum > INT64_MAX || sum < INT64_MIN ? null : sum;
  }

  resize(cellCount: number): void {
    this.highs = resized(this.highs, cellCount);
    this.lows = resized(this.lows, cellCount);
  }

  clear(cell: number): void {
    this.highs[cell] = 0;
    this.lows[cell] = 0;
  }

  add(): void {
    const { source } = this;
    const { cells, count } = source;
    if ('halves' in source) {
      for (let i = 0; i < count; i++) this.addTo(cells[i]!, source.halves[2 * i + 1]!, source.halves[2 * i]! >>> 0);
      return;
    }
    for (let i = 0; i < count; i++) {
      const value = source.values[source.from + i]!;
      const high = Math.floor(value / TWO_32);
      this.addTo(cells[i]!, high, value - high * TWO_32);
    }
  }

  merge(into: number, from: number): void {
    this.addTo(into, this.highs[from]!, this.lows[from]!);
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    saveCells(this.highs, cells, count, writer);
    saveCells(this.lows, cells, count, writer);
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    loadCells(this.highs, cells, count, reader);
    loadCells(this.lows, cells, count, reader);
  }

  private addTo(cell: number, high: number, low: number): void {
    let nextHigh = this.highs[cell]! + high;
    let nextLow = this.lows[cell]! + low;
    if (nextLow >= TWO_32) {
      nextLow -= TWO_32;
      nextHigh += 1;
    }
    this.highs[cell] = Math.abs(nextHigh) < HIGH_MAX ? nextHigh : Infinity;
    this.lows[cell] = nextLow;
  }
}
