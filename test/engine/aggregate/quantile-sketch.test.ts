import { describe, expect, test } from 'vitest';
import { QuantileSketch } from '../../../engine/aggregate/quantile-sketch';
import { SnapshotBytesReader, SnapshotBytesWriter } from '../../../engine/graph/snapshot-bytes';
import { Random } from '../../oracle/random';

const COUNT = 300_000;
const EXACT = 4096;
const RANK_ERROR = 0.005;
const SHARES = [0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1];
const random = new Random(20_261_122);

const ORDERS: readonly (readonly [string, (index: number) => number])[] = [
  ['rising', index => index],
  ['falling', index => COUNT - index],
  ['from both ends', index => (index % 2 === 0 ? index : COUNT - index)],
  ['random', () => random.next()],
  ['heavy-tailed', () => 1 / (random.next() + 1e-9)],
  ['of few values', () => random.int(0, 6)],
  ['in blocks of alternating size', index => (Math.floor(index / EXACT) % 2 === 0 ? index : -index)]
];

/** Distance, as a share of all, from the ranks that `value` has to the rank wanted. */
function rankError(sorted: Float64Array, value: number, share: number): number {
  const below = firstAt(sorted, each => each >= value);
  const upTo = firstAt(sorted, each => each > value);
  const wanted = share * (sorted.length - 1);
  return Math.max(0, below - wanted, wanted - upTo) / sorted.length;
}

/** The first index at which `holds`, which then holds to the end. */
function firstAt(sorted: Float64Array, holds: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

describe('the sketch of quantiles', () => {
  test.each(ORDERS)('keeps the rank error that it states for values that come %s', (_, valueAt) => {
    const values = Float64Array.from({ length: COUNT }, (_unused, index) => valueAt(index));
    const whole = new QuantileSketch(EXACT);
    const parts = Array.from({ length: 37 }, () => new QuantileSketch(EXACT));
    values.forEach((value, index) => {
      whole.add(value);
      parts[(index * 7919) % parts.length]!.add(value);
    });
    for (const part of parts.slice(1)) parts[0]!.merge(part);
    const sorted = values.slice().sort();
    for (const sketch of [whole, parts[0]!]) {
      for (const share of SHARES) expect(rankError(sorted, sketch.quantile(share, 'linear')!, share), `quantile ${share}`).toBeLessThanOrEqual(RANK_ERROR);
      expect([sketch.quantile(0, 'linear'), sketch.quantile(1, 'linear')]).toEqual([sorted[0], sorted.at(-1)]);
      expect(sketch.size).toBeLessThan(EXACT * 10);
    }
  });

  test('is exact up to its bound, also after merging, and says NaN when one value is', () => {
    const [a, b] = [new QuantileSketch(EXACT), new QuantileSketch(EXACT)];
    for (let value = 0; value < EXACT / 2; value++) {
      a.add(2 * value);
      b.add(2 * value + 1);
    }
    a.merge(b);
    expect(a.quantile(0.5, 'linear')).toBe((EXACT - 1) / 2);
    expect(a.size).toBe(EXACT);
    a.add(NaN);
    expect(a.quantile(0.5, 'linear')).toBeNaN();
  });

  test('goes on after a snapshot as if it had not been taken', () => {
    const [kept, restored] = [new QuantileSketch(EXACT), new QuantileSketch(EXACT)];
    for (let index = 0; index < 50_000; index++) kept.add((index * 7919) % 50_021);
    const writer = new SnapshotBytesWriter();
    kept.save(writer);
    restored.load(new SnapshotBytesReader(writer.finish()));
    for (let index = 0; index < 50_000; index++) for (const sketch of [kept, restored]) sketch.add((index * 104_729) % 50_021);
    const [first, second] = [kept, restored].map(sketch => {
      const bytes = new SnapshotBytesWriter();
      sketch.save(bytes);
      return bytes.finish();
    });
    expect(second).toEqual(first);
    expect(restored.size).toBe(kept.size);
  });
});
