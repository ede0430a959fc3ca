import { describe, expect, it } from 'vitest';
import { BusyWindow } from '../../../edge/metrics/busy-window';
import { EffectTimes } from '../../../edge/metrics/effect-times';
import { Histogram, quantileOf } from '../../../edge/metrics/histogram';
import { SloWatch, type SloTotals } from '../../../edge/metrics/slo-watch';

describe('a histogram', () => {
  it('puts a value into the first bucket that holds it, negative ones as 0', () => {
    const histogram = new Histogram([1, 2, 5]);
    for (const value of [-3, 1, 1.5, 2, 4, 100, NaN, Infinity]) histogram.observe(value);
    histogram.observe(5, 10);
    expect(histogram).toMatchObject({ counts: [2, 2, 11, 1], count: 16, sum: 158.5 });
  });

  it('gives quantiles within their bucket, the last bound above all', () => {
    const histogram = new Histogram([1, 2, 5]);
    expect(quantileOf(histogram, 0.5)).toBeNull();
    histogram.observe(1.5, 100);
    expect(quantileOf(histogram, 0.5)).toBe(1.5);
    expect(quantileOf(histogram, 1)).toBe(2);
    histogram.observe(1_000, 1_000);
    expect(quantileOf(histogram, 0.99)).toBe(5);
  });
});

describe('the share of time that a node computes', () => {
  it('is that of the last ten seconds, whoever asks and how often', () => {
    const window = new BusyWindow();
    const at = (second: number, spentMs: number): number | undefined => window.read(second * 1_000, new Map([['node', spentMs]])).get('node');
    expect(at(0, 0)).toBeUndefined();
    expect(at(4, 2_000)).toBe(0.5);
    for (let second = 5; second <= 30; second++) for (const part of [0, 0.2, 0.4]) at(second + part, 2_000);
    expect(at(31, 2_000)).toBe(0);
    expect(at(32, 3_000)).toBeCloseTo(0.1, 1);
  });

  it('begins anew when the totals of another release come', () => {
    const window = new BusyWindow();
    window.read(0, new Map([['node', 5_000]]));
    expect(window.read(10_000, new Map([['node', 100]])).size).toBe(0);
    expect(window.read(11_000, new Map([['node', 600]])).get('node')).toBe(0.5);
  });
});

describe('the times of effects', () => {
  it('count by sink what was slow since receipt and since event time', () => {
    const times = new EffectTimes();
    times.carriedOut('alerts', 3, { receivedMs: 1_000, eventTimeMs: 0 }, 1_200, 500);
    times.carriedOut('alerts', 2, { receivedMs: 1_000, eventTimeMs: NaN }, 2_000, 500);
    expect(times).toMatchObject({ slow: 2, count: 5 });
    expect(times.of('alerts')).toMatchObject({ carriedOut: 5, processing: { count: 5, sum: 2.6 }, endToEnd: { count: 3 } });
    expect(times.of('lake')).toBeNull();
  });
});

describe('the objectives of a plan', () => {
  const slo = { p99LatencyMs: 200, lateShareMax: 0.01, deadLetterShareMax: 0 };
  const totals = (records: number, bad = 0): SloTotals => ({ recordsIn: records, late: bad, deadLetters: bad, effects: records, slowEffects: bad });

  it('burn by what was bad in the last five minutes, not by what has long passed', () => {
    const watch = new SloWatch();
    watch.observe(0, totals(0));
    expect(watch.verdicts(slo, 60_000, totals(1_000, 20))).toMatchObject([
      { objective: 'p99_latency', ok: false, burnRate: 2, share: 0.02 },
      { objective: 'late_share', ok: false, burnRate: 2 },
      { objective: 'dead_letter_share', ok: false, burnRate: 1_000 }
    ]);
    for (let second = 10; second <= 900; second += 10) watch.observe(second * 1_000, totals(1_000 + second * 10, 20));
    const [latency, late, letters] = watch.verdicts(slo, 900_000, totals(10_000, 20));
    expect([latency?.ok, late?.ok, letters?.ok]).toEqual([true, true, true]);
    expect(latency).toMatchObject({ burnRate: 0, burnRateHour: 0.2 });
  });

  it('hold while nothing flows, and there are none without a plan that names them', () => {
    const watch = new SloWatch();
    expect(watch.verdicts(slo, 0, totals(0)).every(({ ok, burnRate }) => ok && burnRate === 0)).toBe(true);
    expect(watch.verdicts(undefined, 0, totals(0))).toEqual([]);
    expect(watch.verdicts({}, 0, totals(0))).toEqual([]);
  });

  it('begin anew when totals fall', () => {
    const watch = new SloWatch();
    watch.observe(0, totals(1_000, 500));
    watch.observe(10_000, totals(10, 0));
    expect(watch.verdicts(slo, 20_000, totals(20, 0)).map(({ ok }) => ok)).toEqual([true, true, true]);
  });
});
