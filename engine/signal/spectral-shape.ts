import { FftPlans, rfft } from './fft';
import { periodogram } from './welch';

export interface SpectralShapeOptions {
  readonly sampleHz: number;
  /** What the frequencies are weighted by: the periodogram (default), or |rfft(x)| of the signal as it is, its mean included. */
  readonly spectrum?: 'power' | 'magnitude';
}

/** Mean frequency (Hz) of the spectrum, Σ f·P / Σ P; NaN for silence. P is `scipy.signal.periodogram`. */
export function spectralCentroidHz(x: Float64Array, options: SpectralShapeOptions, plans = new FftPlans()): number {
  const { weights, binHz } = weightsOf(x, options, plans);
  return centroid(weights) * binHz;
}

/** Standard deviation (Hz) of the frequencies about the centroid; NaN for silence. */
export function spectralSpreadHz(x: Float64Array, options: SpectralShapeOptions, plans = new FftPlans()): number {
  const { weights, binHz } = weightsOf(x, options, plans);
  const middle = centroid(weights);
  let sum = 0;
  let squares = 0;
  for (let k = 0; k < weights.length; k++) {
    sum += weights[k]!;
    squares += (k - middle) ** 2 * weights[k]!;
  }
  return Math.sqrt(squares / sum) * binHz;
}

export interface SpectralEntropyOptions extends SpectralShapeOptions {
  /** Default false: bits. True: divided by its greatest value, log2 of the number of bins, 0 … 1. */
  readonly normalize?: boolean;
}

/** Entropy of the spectrum, -Σ p·log2(p) with p = P / Σ P: low for one tone, high for noise; NaN for silence. */
export function spectralEntropy(x: Float64Array, options: SpectralEntropyOptions, plans = new FftPlans()): number {
  const { weights } = weightsOf(x, options, plans);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let entropy = 0;
  for (let k = 0; k < weights.length; k++) {
    const share = weights[k]! / sum;
    if (share !== 0) entropy -= share * Math.log2(share);
  }
  return options.normalize ? entropy / Math.log2(weights.length) : entropy;
}

function centroid(weights: Float64Array): number {
  let sum = 0;
  let moment = 0;
  for (let k = 0; k < weights.length; k++) {
    sum += weights[k]!;
    moment += k * weights[k]!;
  }
  return moment / sum;
}

function weightsOf(x: Float64Array, options: SpectralShapeOptions, plans: FftPlans): { readonly weights: Float64Array; readonly binHz: number } {
  if (options.spectrum !== 'magnitude') {
    const { power, binHz } = periodogram(x, { sampleHz: options.sampleHz }, plans);
    return { weights: power, binHz };
  }
  const { re, im } = rfft(x, x.length, plans);
  return { weights: re.map((value, k) => Math.hypot(value, im[k]!)), binHz: options.sampleHz / x.length };
}
