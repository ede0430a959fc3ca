import { LittoralError } from '../error';
import type { Detrend } from './detrend';
import { detrend } from './detrend';
import { FftPlans } from './fft';
import type { WindowFunction } from './window-function';
import { windowWeights } from './window-function';

export interface WelchOptions {
  /** Samples per second. */
  readonly sampleHz: number;
  /** Default `hann`, periodic. */
  readonly window?: WindowFunction;
  /** Samples of a segment; default 256, at most the length of the signal. */
  readonly segmentSize?: number;
  /** Samples that neighbouring segments share; default half a segment, rounded down. */
  readonly overlap?: number;
  /** Length of the transform, at least a segment; default a segment. */
  readonly fftLength?: number;
  /** Default `constant`. */
  readonly detrend?: Detrend;
  /** `density`: unit²/Hz (default); `spectrum`: unit². */
  readonly scaling?: 'density' | 'spectrum';
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
export function welch(x: ArrayLike<number>, options: WelchOptions, plans = new FftPlans()): PowerSpectrum {
  const segmentSize = Math.min(options.segmentSize ?? 256, x.length);
  const overlap = options.overlap ?? Math.floor(segmentSize / 2);
  const fftLength = options.fftLength ?? segmentSize;
  const binHz = options.sampleHz / fftLength;
  if (x.length === 0) return { binHz: 0, power: new Float64Array(0) };
  checkParameters(segmentSize, overlap, fftLength);
  const weights = windowWeights(options.window ?? 'hann', segmentSize);
  const scale = scaleOf(weights, options);
  const oneSided = options.oneSided ?? true;
  const bins = oneSided ? Math.floor(fftLength / 2) + 1 : fftLength;
  const spectra = segmentPowers(x, { weights, overlap, fftLength, bins, detrend: options.detrend ?? 'constant' }, plans);
  const power = options.average === 'median' ? median(spectra, bins) : mean(spectra, bins);
  for (let k = 0; k < bins; k++) {
    const mirrored = oneSided && k > 0 && 2 * k !== fftLength;
    power[k]! *= mirrored ? 2 * scale : scale;
  }
  return { binHz, power };
}

/** SciPy `signal.periodogram`: one segment over the whole signal, boxcar unless told otherwise. A shorter `fftLength` cuts the signal. */
export function periodogram(x: ArrayLike<number>, options: Omit<WelchOptions, 'segmentSize' | 'overlap' | 'average'>, plans?: FftPlans): PowerSpectrum {
  const fftLength = options.fftLength ?? x.length;
  const cut = fftLength < x.length ? Array.from({ length: fftLength }, (_, i) => x[i]!) : x;
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
export function welchPeakHz(x: ArrayLike<number>, options: WelchOptions, plans?: FftPlans): number {
  return strongestHz(welch(x, options, plans));
}

/** Frequency (Hz) at which the periodogram is largest; resolution `sampleHz / n`. */
export function dominantFrequencyHz(x: ArrayLike<number>, options: { readonly sampleHz: number }, plans?: FftPlans): number {
  return strongestHz(periodogram(x, options, plans));
}

function checkParameters(segmentSize: number, overlap: number, fftLength: number): void {
  if (overlap >= segmentSize) {
    throw new LittoralError('SIGNAL_PARAMETERS', `welch: overlap ${overlap} is not below the segment of ${segmentSize} samples; lower overlap or give more samples`);
  }
  if (fftLength < segmentSize) {
    throw new LittoralError('SIGNAL_PARAMETERS', `welch: fftLength ${fftLength} is below the segment of ${segmentSize} samples; raise it to at least that`);
  }
}

function scaleOf(weights: Float64Array, options: WelchOptions): number {
  let sum = 0;
  let squares = 0;
  for (const weight of weights) {
    sum += weight;
    squares += weight * weight;
  }
  return options.scaling === 'spectrum' ? 1 / (sum * sum) : 1 / (options.sampleHz * squares);
}

interface Segments {
  readonly weights: Float64Array;
  readonly overlap: number;
  readonly fftLength: number;
  readonly bins: number;
  readonly detrend: Detrend;
}

/** |FFT|² of every complete segment, one after another. */
function segmentPowers(x: ArrayLike<number>, segments: Segments, plans: FftPlans): Float64Array {
  const { weights, overlap, fftLength, bins } = segments;
  const size = weights.length;
  const step = size - overlap;
  const count = Math.floor((x.length - overlap) / step);
  const plan = plans.plan(fftLength);
  const segment = new Float64Array(size);
  const input = new Float64Array(fftLength * 2);
  const out = new Float64Array(fftLength * 2);
  const powers = new Float64Array(count * bins);
  for (let s = 0; s < count; s++) {
    for (let i = 0; i < size; i++) segment[i] = x[s * step + i]!;
    detrend(segment, segments.detrend);
    for (let i = 0; i < size; i++) input[i * 2] = segment[i]! * weights[i]!;
    plan.transform(out, input);
    for (let k = 0; k < bins; k++) powers[s * bins + k] = out[k * 2]! ** 2 + out[k * 2 + 1]! ** 2;
  }
  return powers;
}

function mean(powers: Float64Array, bins: number): Float64Array {
  const count = powers.length / bins;
  const means = new Float64Array(bins);
  for (let i = 0; i < powers.length; i++) means[i % bins]! += powers[i]!;
  for (let k = 0; k < bins; k++) means[k]! /= count;
  return means;
}

/** Median over the segments, divided by its bias for exponentially distributed powers (Percival and Walden 1993, p. 291 ff). */
function median(powers: Float64Array, bins: number): Float64Array {
  const count = powers.length / bins;
  let bias = 1;
  for (let i = 2; i <= 2 * Math.floor((count - 1) / 2); i += 2) bias += 1 / (i + 1) - 1 / i;
  return Float64Array.from({ length: bins }, (_, k) => {
    const column = Float64Array.from({ length: count }, (_ignored, s) => powers[s * bins + k]!).sort();
    const middle = count >> 1;
    return (count % 2 === 1 ? column[middle]! : (column[middle - 1]! + column[middle]!) / 2) / bias;
  });
}
