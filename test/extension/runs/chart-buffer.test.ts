import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChartBuffer, decimate } from '../../../extension/runs/chart-buffer';

describe('chart buffer', () => {
  it('aligns lines on common times: undefined where a line has no point, null where it has a gap', () => {
    const buffer = new ChartBuffer(60_000);
    buffer.add('a', [1, 2, 3], [10, NaN, 30]);
    buffer.add('b', [2], [5]);
    expect(buffer.aligned(100)).toEqual({ keys: ['a', 'b'], timesMs: [1, 2, 3], values: [[10, null, 30], [undefined, 5, undefined]] });
  });

  it('replaces the value of a revised window and takes late points in order', () => {
    const buffer = new ChartBuffer(60_000);
    buffer.add('a', [1, 3, 3, 2], [1, 3, 33, 2]);
    expect(buffer.aligned(100)).toMatchObject({ timesMs: [1, 2, 3], values: [[1, 2, 33]] });
  });

  it('keeps only the newest span over all lines', () => {
    const buffer = new ChartBuffer(100);
    buffer.add('a', [0, 50, 100, 200], [1, 2, 3, 4]);
    buffer.add('b', [10, 150], [1, 2]);
    expect(buffer.aligned(100)).toEqual({ keys: ['a', 'b'], timesMs: [100, 150, 200], values: [[3, undefined, 4], [undefined, 2, undefined]] });
  });

  it('starts anew from a snapshot', () => {
    const buffer = new ChartBuffer(1_000);
    buffer.add('old', [1], [1]);
    buffer.reset({ column: 'rms', unit: null, keys: ['b1'], timesMs: [5, 6], values: [[1, 2]] });
    expect(buffer.aligned(10)).toEqual({ keys: ['b1'], timesMs: [5, 6], values: [[1, 2]] });
  });

  it('draws at most 64 lines and says which it leaves out', () => {
    const buffer = new ChartBuffer(1_000);
    for (let key = 0; key < 70; key += 1) buffer.add(`k${key}`, [1], [1]);
    expect(buffer.keys).toHaveLength(64);
    expect([...buffer.omitted]).toEqual(['k64', 'k65', 'k66', 'k67', 'k68', 'k69']);
  });
});

describe('decimation', () => {
  const seed = 20_261_122;

  it(`keeps extremes, order and the limit (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 500 }), fc.integer({ min: 2, max: 60 }), (values, pointsMax) => {
        const timesMs = values.map((_value, index) => index);
        const line = decimate({ timesMs, values }, pointsMax);
        expect(line.timesMs.length).toBeLessThanOrEqual(Math.max(pointsMax, 2));
        expect(line.timesMs).toEqual([...line.timesMs].sort((a, b) => a - b));
        expect(Math.max(...line.values)).toBe(Math.max(...values));
        expect(Math.min(...line.values)).toBe(Math.min(...values));
        line.timesMs.forEach((timeMs, index) => expect(line.values[index]).toBe(values[timeMs]));
      }),
      { seed, numRuns: 200 }
    );
  });

  it('keeps a stretch without values as a gap', () => {
    const line = decimate({ timesMs: [0, 1, 2, 3, 4, 5], values: [1, 2, 3, NaN, NaN, NaN] }, 4);
    expect(line.values.some(Number.isNaN)).toBe(true);
  });
});
