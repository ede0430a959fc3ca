import { describe, expect, test } from 'vitest';
import type { CellValue } from '../../../engine/aggregate/cell-values';
import { DistinctContent } from '../../../engine/aggregate/distinct-values';

/** Standard error that countDistinct states. */
const STANDARD_ERROR = 0.0081;

const KINDS: readonly (readonly [string, 'number' | 'bigint' | 'text', (index: number) => CellValue])[] = [
  ['small integers', 'number', index => index],
  ['fractions', 'number', index => index / 7],
  ['times', 'number', index => 1_700_000_000_000 + index],
  ['int64', 'bigint', index => BigInt(index) * 2n ** 33n - 5n],
  ['texts', 'text', index => `device-${index}`],
  ['texts of one length', 'text', index => String(1e9 + index)]
];

describe('countDistinct', () => {
  test.each(KINDS)('estimates the number of %s within four standard errors', (_, kind, valueAt) => {
    const content = new DistinctContent(kind, 100);
    let seen = 0;
    for (const count of [5_000, 20_000, 60_000, 300_000]) {
      for (; seen < count; seen++) content.add(valueAt(seen));
      expect(Math.abs(content.count / count - 1), `${content.count} instead of ${count}`).toBeLessThan(4 * STANDARD_ERROR);
    }
  });

  test('is exact up to its bound and an estimate from the next value on', () => {
    const content = new DistinctContent('number', 1000);
    for (let value = 0; value < 1000; value++) for (let times = 0; times < 3; times++) content.add(value);
    expect([content.count, content.size]).toEqual([1000, 5000]);
    content.add(1000);
    expect(content.size).toBe(2048);
    expect(Math.abs(content.count - 1001)).toBeLessThan(40);
  });

  test('gives the same estimate however values are dealt and merged', () => {
    const one = new DistinctContent('number', 100);
    const parts = Array.from({ length: 5 }, () => new DistinctContent('number', 100));
    for (let index = 0; index < 3000; index++) {
      one.add(index % 2500);
      parts[(index * index) % 5]!.add(index % 2500);
    }
    for (const part of [...parts].reverse()) if (part !== parts[2]) parts[2]!.merge(part);
    expect(parts[2]!.count).toBe(one.count);
  });

  test('takes NaN for one value and both zeros for one', () => {
    for (const exactMax of [0, 10]) {
      const content = new DistinctContent('number', exactMax);
      for (const value of [NaN, 0, -0, NaN, 1]) content.add(value);
      expect(content.count).toBe(3);
    }
  });
});
