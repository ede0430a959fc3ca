import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import { corruptSnapshot } from './corrupt';
import type { Growing } from './growing';
import { growing, push, pushAll } from './growing';
import type { QuantileMethod } from '../signal/quantile-method';
import { between, rankOf } from '../signal/quantile-method';

/** Values per level of the sketch. */
export const LEVEL_VALUES = 4096;

/** Numbers that a cell of `valueCount` values holds at most. */
export function sketchSize(valueCount: number, exactMax: number): number {
  if (valueCount <= exactMax) return valueCount;
  return LEVEL_VALUES * (Math.ceil(Math.log2(valueCount / LEVEL_VALUES)) + 2);
}

/** Values of one weight; `takesOdd` alternates, so that the errors of two compactions have opposite signs. */
interface Level extends Growing {
  takesOdd: boolean;
}

/**
 * The values of one cell: all of them up to `exactMax`, then a sketch of them. Of a full level every second of its sorted
 * values moves up a level and stands for two:
 *
 *   level 0  each value stands for 1      ≤ 4096 values (up to exactMax before the first compaction)
 *   level 1  each value stands for 2      ≤ 4096
 *   level h  each value stands for 2^h    ≤ 4096
 *
 * A compaction at level h moves any rank by at most 2^h, there are at most n / (4096·2^h) of them, and two of them in a row
 * move it in opposite directions. With H levels the error of a rank is at most (H/2 + 3)/4096 of n: under 0.5 % up to
 * 2^46 values, always and not just probably. (Manku, Rajagopalan, Lindsay 1998; no randomness, so it is deterministic.)
 */
export class QuantileSketch {
  private levels: Level[] = [newLevel()];
  private least = Infinity;
  private greatest = -Infinity;
  private count = 0;
  private nanCount = 0;
  private sorted = false;
  /** Numbers that it is charged for, which stays up to so many values. */
  size = 0;
  private sizeUpTo = 0;
  reserved = 0;

  constructor(private readonly exactMax: number) {}

  /** Values seen. */
  get valueCount(): number {
    return this.count + this.nanCount;
  }


  add(value: number): void {
    if (this.reserved > 0) this.reserved -= 1;
    this.grow(1);
    if (value !== value) {
      this.nanCount += 1;
      return;
    }
    this.count += 1;
    this.sorted = false;
    if (value < this.least) this.least = value;
    if (value > this.greatest) this.greatest = value;
    push(this.levels[0]!, value);
    if (this.levels[0]!.count > this.fullAt()) this.compact();
  }

  merge(other: QuantileSketch): void {
    this.grow(other.valueCount);
    this.count += other.count;
    this.nanCount += other.nanCount;
    this.sorted = false;
    this.least = Math.min(this.least, other.least);
    this.greatest = Math.max(this.greatest, other.greatest);
    other.levels.forEach((level, height) => pushAll((this.levels[height] ??= newLevel()), level.values, level.count));
    if (this.levels.length > 1 || this.levels[0]!.count > this.exactMax) this.compact();
  }

  /** The quantile, null of no values, NaN when one is NaN. */
  quantile(q: number, method: QuantileMethod): number | null {
    if (this.nanCount > 0) return NaN;
    if (this.count === 0) return null;
    const { lower, share } = rankOf(this.count, q, method);
    if (this.levels.length > 1) return this.approximate(lower + share);
    const { values } = this.inOrder();
    return between(values[lower]!, values[share === 0 ? lower : lower + 1]!, share);
  }

  save(writer: SnapshotWriter): void {
    writer.f64s(Float64Array.of(this.count, this.nanCount, this.least, this.greatest));
    writer.u32(this.levels.length);
    for (const level of this.levels) {
      writer.u32(level.takesOdd ? 1 : 0);
      writer.f64s(level.values.subarray(0, level.count));
    }
  }

  load(reader: SnapshotReader): void {
    const [count, nanCount, least, greatest] = reader.f64s();
    const levelCount = reader.u32();
    if (greatest === undefined || levelCount === 0 || levelCount > 64) throw corruptSnapshot('an unreadable sketch of quantiles');
    this.grow(count! + nanCount!);
    this.count = count!;
    this.nanCount = nanCount!;
    this.least = least!;
    this.greatest = greatest;
    this.levels = Array.from({ length: levelCount }, () => {
      const takesOdd = reader.u32() === 1;
      const values = reader.f64s();
      return { values, count: values.length, takesOdd };
    });
  }

  /** Charges for `added` values more. */
  private grow(added: number): void {
    const valueCount = this.valueCount + added;
    if (valueCount <= this.sizeUpTo) return;
    this.size = sketchSize(valueCount, this.exactMax);
    this.sizeUpTo = valueCount <= this.exactMax ? valueCount : LEVEL_VALUES * 2 ** Math.ceil(Math.log2(valueCount / LEVEL_VALUES));
  }

  private inOrder(): Growing {
    const values = this.levels[0]!;
    if (!this.sorted) values.values.subarray(0, values.count).sort();
    this.sorted = true;
    return values;
  }

  private fullAt(): number {
    return this.levels.length === 1 ? this.exactMax : LEVEL_VALUES;
  }

  private compact(): void {
    for (let height = 0; height < this.levels.length; height++) {
      const level = this.levels[height]!;
      if (level.count >= LEVEL_VALUES) halve(level, (this.levels[height + 1] ??= newLevel()));
    }
  }

  /** The value whose rank is within the error of `rank`; the ends are exact. */
  private approximate(rank: number): number {
    if (rank <= 0) return this.least;
    if (rank >= this.count - 1) return this.greatest;
    const sorted = this.levels.map(level => level.values.subarray(0, level.count).sort());
    const next = new Int32Array(sorted.length);
    for (let passed = 0; ; ) {
      const height = heightOfLeast(sorted, next);
      if (height < 0) return this.greatest;
      passed += 2 ** height;
      if (passed > rank) return sorted[height]![next[height]!]!;
      next[height]! += 1;
    }
  }
}

/** The level whose next value is the least, or -1 when none has one. */
function heightOfLeast(sorted: readonly Float64Array[], next: Int32Array): number {
  let best = -1;
  let least = Infinity;
  for (let height = 0; height < sorted.length; height++) {
    const values = sorted[height]!;
    if (next[height]! >= values.length || (best >= 0 && values[next[height]!]! >= least)) continue;
    best = height;
    least = values[next[height]!]!;
  }
  return best;
}

/** Moves every second of the sorted values up; of an odd number the greatest stays. */
function halve(level: Level, above: Level): void {
  const left = level.count % 2;
  const even = level.count - left;
  const values = level.values.subarray(0, level.count).sort();
  for (let i = level.takesOdd ? 1 : 0; i < even; i += 2) push(above, values[i]!);
  if (level.values.length > LEVEL_VALUES * 2) level.values = new Float64Array(LEVEL_VALUES);
  if (left === 1) level.values[0] = values[even]!;
  level.count = left;
  level.takesOdd = !level.takesOdd;
}

function newLevel(): Level {
  return { ...growing(), takesOdd: false };
}
