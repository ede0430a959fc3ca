import { describe, expect, it } from 'vitest';
import { FftPlans, rfft } from '../../../engine/signal/fft';
import { welchPeakHz } from '../../../engine/signal/welch';

const sine = (length: number, hz: number, sampleHz: number): Float64Array => Float64Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * hz * i) / sampleHz));

describe('welchPeakHz', () => {
  it('finds the tone of a vibration within one bin', () => {
    const weak = sine(1000, 50, 1000);
    const x = sine(1000, 120, 1000).map((value, i) => value + 0.2 * weak[i]!);
    expect(Math.abs(welchPeakHz(x, { sampleHz: 1000 }) - 120)).toBeLessThanOrEqual(1000 / 256);
  });
  it('is NaN without samples and where a sample is not finite', () => {
    expect(welchPeakHz(new Float64Array(0), { sampleHz: 10 })).toBeNaN();
    expect(welchPeakHz(Float64Array.of(1, NaN, 2), { sampleHz: 10 })).toBeNaN();
    expect(welchPeakHz(Float64Array.of(1, Infinity, 2), { sampleHz: 10 })).toBeNaN();
  });
});

describe('rfft', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 30, 64, 97, 100, 1000])('equals the sum over all samples for %i of them', length => {
    const x = Float64Array.from({ length }, (_, i) => Math.sin(i * i) + i / 7);
    const { re, im } = rfft(x);
    expect(re).toHaveLength(length === 0 ? 0 : Math.floor(length / 2) + 1);
    re.forEach((value, k) => {
      const angle = (n: number): number => (-2 * Math.PI * ((k * n) % length)) / length;
      const size = 1e-13 * length * length;
      expect(Math.abs(value - x.reduce((sum, sample, n) => sum + sample * Math.cos(angle(n)), 0))).toBeLessThan(size);
      expect(Math.abs(im[k]! - x.reduce((sum, sample, n) => sum + sample * Math.sin(angle(n)), 0))).toBeLessThan(size);
    });
  });
  it('pads with zeros or cuts to the length asked for', () => {
    const x = Float64Array.of(1, 2, 3);
    expect(rfft(x, 5)).toEqual(rfft(Float64Array.of(1, 2, 3, 0, 0)));
    expect(rfft(x, 2)).toEqual(rfft(Float64Array.of(1, 2)));
  });
  it('gives the same bits whatever was transformed before', () => {
    const x = Float64Array.from({ length: 250 }, (_, i) => Math.sin(i * i));
    const shared = new FftPlans(300);
    for (const length of [250, 64, 101, 1000, 250]) rfft(x, length, shared);
    expect(rfft(x, 250, shared)).toEqual(rfft(x));
  });
});
