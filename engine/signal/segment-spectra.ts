import type { Detrend } from './detrend';
import { detrend } from './detrend';
import type { FftPlans } from './fft';
import { badParameters } from './parameters';
import type { WindowFunction } from './window-function';

export interface SegmentOptions {
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
}

/** How a signal is cut into overlapping, weighted segments for Welch's method. */
export interface Segments {
  readonly weights: Float64Array;
  readonly overlap: number;
  readonly fftLength: number;
  /** Complete segments. */
  readonly count: number;
  readonly detrend: Detrend;
  /** Bins of the half spectrum. */
  readonly bins: number;
  /** Distance of two bins. */
  readonly binHz: number;
  /** What one |X|² is multiplied by. */
  readonly scale: number;
}

/** The segments of a signal of `sampleCount` > 0 samples, by SciPy's rules. Throws `SIGNAL_PARAMETERS`. */
export function segmentsOf(sampleCount: number, options: SegmentOptions, plans: FftPlans): Segments {
  const segmentSize = Math.min(options.segmentSize ?? 256, sampleCount);
  const overlap = options.overlap ?? Math.floor(segmentSize / 2);
  const fftLength = options.fftLength ?? segmentSize;
  if (overlap >= segmentSize) throw badParameters(`welch: overlap ${overlap} is not below the segment of ${segmentSize} samples; lower overlap or give more samples`);
  if (fftLength < segmentSize) throw badParameters(`welch: fftLength ${fftLength} is below the segment of ${segmentSize} samples; raise it to at least that`);
  const weights = plans.window(options.window ?? 'hann', segmentSize);
  return {
    weights,
    overlap,
    fftLength,
    count: Math.floor((sampleCount - overlap) / (segmentSize - overlap)),
    detrend: options.detrend ?? 'constant',
    bins: Math.floor(fftLength / 2) + 1,
    // SciPy's own rounding, so that a band's edge falls on the same side of a bin.
    binHz: 1 / (fftLength * (1 / options.sampleHz)),
    scale: scaleOf(weights, options)
  };
}

/** Calls `visit` with the half spectrum (re, im interleaved) of every segment in turn; the array is used again for the next. */
export function forEachSegment(x: Float64Array, segments: Segments, plans: FftPlans, visit: (spectrum: Float64Array, index: number) => void): void {
  const { weights, overlap, fftLength, bins, count } = segments;
  const size = weights.length;
  const plan = plans.real(fftLength);
  const input = new Float64Array(fftLength);
  const segment = input.subarray(0, size);
  const spectrum = new Float64Array(bins * 2);
  for (let index = 0; index < count; index++) {
    const from = index * (size - overlap);
    segment.set(x.subarray(from, from + size));
    detrend(segment, segments.detrend);
    for (let i = 0; i < size; i++) segment[i]! *= weights[i]!;
    plan.transform(spectrum, input);
    visit(spectrum, index);
  }
}

/** Scales means of |X|² (or of a product of spectra) to density; a one-sided spectrum takes the power of both sides, but for DC and Nyquist. */
export function scaleOneSided(power: Float64Array, segments: Segments): void {
  const { scale, fftLength } = segments;
  for (let k = 0; k < power.length; k++) power[k]! *= k > 0 && 2 * k !== fftLength ? 2 * scale : scale;
}

function scaleOf(weights: Float64Array, options: SegmentOptions): number {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    squares += weights[i]! * weights[i]!;
  }
  return options.scaling === 'spectrum' ? 1 / (sum * sum) : 1 / (options.sampleHz * squares);
}
