import type { AggregateState } from './aggregate';
import type { Int64Block, NumberBlock } from './block';
import type { CellBank } from './cell-bank';

const TWO_32 = 4_294_967_296;
const HIGH_MAX = 2 ** 51;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * Exact sum of integers as `high * 2^32 + low`, 0 <= low < 2^32, without BigInts in the loop. Exact while |high| < 2^51,
 * which no sum in the int64 range leaves; beyond it the sum is lost for good and `value` is null.
 */
export class IntegerSum implements AggregateState {
  private readonly offset: number;

  constructor(
    private readonly bank: CellBank,
    private readonly source: Int64Block | NumberBlock
  ) {
    this.offset = bank.reserve(0, 0);
  }

  /** The sum, or null outside the int64 range. */
  value(cell: number): bigint | null {
    const at = cell * this.bank.width + this.offset;
    const high = this.bank.values[at]!;
    if (!Number.isFinite(high)) return null;
    const sum = BigInt(high) * BigInt(TWO_32) + BigInt(this.bank.values[at + 1]!);
    return sum > INT64_MAX || sum < INT64_MIN ? null : sum;
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
    const at = from * this.bank.width + this.offset;
    this.addTo(into, this.bank.values[at]!, this.bank.values[at + 1]!);
  }

  private addTo(cell: number, high: number, low: number): void {
    const { values } = this.bank;
    const at = cell * this.bank.width + this.offset;
    let nextHigh = values[at]! + high;
    let nextLow = values[at + 1]! + low;
    if (nextLow >= TWO_32) {
      nextLow -= TWO_32;
      nextHigh += 1;
    }
    values[at] = Math.abs(nextHigh) < HIGH_MAX ? nextHigh : Infinity;
    values[at + 1] = nextLow;
  }
}
