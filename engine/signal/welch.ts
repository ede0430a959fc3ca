import { FftPlans } from './fft';
import type { SegmentOptions, Segments } from './segment-spectra';
import { forEachSegment, scaleOneSided, segmentsOf } from './segment-spectra';
import { median } from './quantile';

export interface WelchOptions extends SegmentOptions {
  /** Default `mean`; `median` is divided by its bias. */
  readonly average?: 'mean' | 'median';
  /** Default true: 0 … Nyquist with the power of both sides. */
  readonly oneSided?: boolean;
}

/** `power[i]` lies at `i * binHz`. */
export interface PowerSpectrum {
  readonly binHz: number;
  readonly power: Float64Array;
}

/**
 * SciPy `signal.welch` with SciPy's defaults, relative 1e-9. A signal shorter than a segment shortens the segment, not
 * a given overlap. No samples give no bins. Throws `SIGNAL_PARAMETERS`. Cost: n·log(segmentSize).
 */
export function welch(x: Float64Array, options: WelchOptions, plans = new FftPlans()): PowerSpectrum {
  if (x.length === 0) return { binHz: 0, power: new Float64Array(0) };
  const segments = segmentsOf(x.length, options, plans);
  const power = options.average === 'median' ? medianPower(x, segments, plans) : meanPower(x, segments, plans);
  if (options.oneSided ?? true) {
    scaleOneSided(power, segments);
    return { binHz: segments.binHz, power };
  }
  const { fftLength, scale, binHz } = segments;
  return { binHz, power: Float64Array.from({ length: fftLength }, (_, k) => power[Math.min(k, fftLength - k)]! * scale) };
}

/** SciPy `signal.periodogram`: one segment over the whole signal, boxcar unless told otherwise. A shorter `fftLength` cuts the signal. */
export function periodogram(x: Float64Array, options: Omit<WelchOptions, 'segmentSize' | 'overlap' | 'average'>, plans?: FftPlans): PowerSpectrum {
  const fftLength = options.fftLength ?? x.length;
  const cut = fftLength < x.length ? x.subarray(0, fftLength) : x;
  return welch(cut, { ...options, window: options.window ?? 'boxcar', segmentSize: cut.length, overlap: 0, fftLength }, plans);
}

/** Frequency (Hz) of the strongest bin, the first of equal ones; NaN without samples or with a sample that is NaN or infinite. */
export function strongestHz(spectrum: PowerSpectrum): number {
  let best = -1;
  let strongest = -Infinity;
  for (let i = 0; i < spectrum.power.length; i++) {
    const power = spectrum.power[i]!;
    if (Number.isNaN(power)) return NaN;
    if (power > strongest) {
      strongest = power;
      best = i;
    }
  }
  return best < 0 ? NaN : best * spectrum.binHz;
}

/** Frequency (Hz) at which Welch's estimate is largest; resolution `sampleHz / segmentSize`. */
export function welchPeakHz(x: Float64Array, options: WelchOptions, plans?: FftPlans): number {
  return strongestHz(welch(x, options, plans));
}

/** Frequency (Hz) at which the periodogram is largest; resolution `sampleHz / n`. */
export function dominantFrequencyHz(x: Float64Array, options: { readonly sampleHz: number }, plans?: FftPlans): number {
  return strongestHz(periodogram(x, options, plans));
}

function meanPower(x: Float64Array, segments: Segments, plans: FftPlans): Float64Array {
  const power = new Float64Array(segments.bins);
  forEachSegment(x, segments, plans, spectrum => {
    for (let k = 0; k < power.length; k++) power[k]! += spectrum[k * 2]! ** 2 + spectrum[k * 2 + 1]! ** 2;
  });
  for (let k = 0; k < power.length; k++) power[k]! /= segments.count;
  return power;
}

/** Median over the segments, divided by its bias for exponentially distributed powers (Percival and Walden 1993, p. 291 ff). */
function medianPower(x: Float64Array, segments: Segments, plans: FftPlans): Float64Array {
  const { count, bins } = segments;
  const powers = Array.from({ length: bins }, () => new Float64Array(count));
  forEachSegment(x, segments, plans, (spectrum, index) => {
    for (let k = 0; k < bins; k++) powers[k]![index] = spectrum[k * 2]! ** 2 + spectrum[k * 2 + 1]! ** 2;
  });
  let bias = 1;
  for (let i = 2; i <= 2 * Math.floor((count - 1) / 2); i += 2) bias += 1 / (i + 1) - 1 / i;
  return Float64Array.from(powers, values => median(values) / bias);
}
