import { describe, expect, it } from 'vitest';
import { decimate } from '../../../worker/run/decimate';

describe('thinning points', () => {
  it('leaves few points alone', () => {
    expect(decimate([1, 2], [5, 6], 64)).toEqual({ timesMs: Float64Array.of(1, 2), values: Float64Array.of(5, 6) });
  });

  it('keeps every spike and the order of time', () => {
    const times = Array.from({ length: 10_000 }, (_, index) => index);
    const values = times.map(time => (time === 1_234 ? 99 : time === 7_777 ? -99 : Math.sin(time)));
    const { timesMs, values: kept } = decimate(times, values, 64);
    expect(timesMs.length).toBeLessThanOrEqual(64);
    expect([...kept]).toContain(99);
    expect([...kept]).toContain(-99);
    expect([...timesMs]).toEqual([...timesMs].sort((a, b) => a - b));
  });
});
