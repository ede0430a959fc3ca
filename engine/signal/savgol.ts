import { badParameters } from './parameters';

export interface SavgolOptions {
  /** Samples of the window, odd. */
  readonly windowLength: number;
  /** Degree of the polynomial, below windowLength. */
  readonly polyOrder: number;
  /** 0 smooths (default), 1 gives the slope, 2 the curvature … */
  readonly derivative?: number;
  /** Distance of two samples, for derivatives; default 1. */
  readonly delta?: number;
  /** At the ends: the polynomial of the last whole window (`interp`, default), or the signal mirrored, repeated, wrapped or constant beyond them. */
  readonly mode?: 'interp' | 'mirror' | 'nearest' | 'wrap' | 'constant';
  /** Value beyond the ends for mode `constant`; default 0. */
  readonly constant?: number;
}

/** Savitzky-Golay filter: the value (or a derivative) of the polynomial of least squares through each window; `scipy.signal.savgol_filter`. Throws `SIGNAL_PARAMETERS`. Cost: n·windowLength. */
export function savgol(x: Float64Array, options: SavgolOptions): Float64Array {
  const { windowLength, mode = 'interp' } = options;
  check(x, options);
  const half = (windowLength - 1) / 2;
  const last = x.length - 1;
  const y = new Float64Array(x.length);
  const middle = polynomialWeights(options, 0);
  for (let i = 0; i < x.length; i++) {
    const inside = i >= half && i + half <= last;
    const shift = inside || mode !== 'interp' ? 0 : i < half ? i - half : i - (last - half);
    const weights = shift === 0 ? middle : polynomialWeights(options, shift);
    let sum = 0;
    for (let k = 0; k < windowLength; k++) sum += weights[k]! * (inside ? x[i - half + k]! : sampleAt(x, i - shift - half + k, options));
    y[i] = sum;
  }
  return y;
}

function check(x: Float64Array, { windowLength, polyOrder, mode = 'interp' }: SavgolOptions): void {
  if (!Number.isInteger(windowLength) || windowLength < 1 || windowLength % 2 === 0) throw badParameters(`savgol: windowLength is ${windowLength}, expected an odd whole number`);
  if (!Number.isInteger(polyOrder) || polyOrder < 0 || polyOrder >= windowLength) throw badParameters(`savgol: polyOrder ${polyOrder} is not below windowLength ${windowLength}`);
  if (mode === 'interp' && windowLength > x.length) throw badParameters(`savgol: windowLength ${windowLength} exceeds the ${x.length} samples; mode "interp" needs at least one whole window`);
}

/**
 * Weights of the samples of a window for the derivative of their polynomial at `shift` samples from its middle, by polynomials
 * that are orthogonal over the window: w[i] = Σ φk(i)·φk⁽ᵈ⁾(shift) / |φk|², φk+1(u) = u·φk(u) - (|φk|² / |φk-1|²)·φk-1(u).
 */
function polynomialWeights({ windowLength, polyOrder, derivative = 0, delta = 1 }: SavgolOptions, shift: number): Float64Array {
  const half = (windowLength - 1) / 2;
  const scale = Math.max(half, 1);
  const weights = new Float64Array(windowLength);
  let before = new Float64Array(windowLength);
  let values = new Float64Array(windowLength).fill(1);
  let slopesBefore = new Float64Array(derivative + 1);
  let slopes = new Float64Array(derivative + 1);
  slopes[0] = 1;
  let normBefore = 1;
  for (let degree = 0; degree <= polyOrder; degree++) {
    const norm = values.reduce((sum, value) => sum + value * value, 0);
    for (let i = 0; i < windowLength; i++) weights[i]! += (values[i]! * slopes[derivative]!) / norm;
    const ratio = degree === 0 ? 0 : norm / normBefore;
    const next = values.map((value, i) => ((i - half) / scale) * value - ratio * before[i]!);
    const nextSlopes = slopes.map((slope, d) => (shift / scale) * slope + (d === 0 ? 0 : d * slopes[d - 1]!) - ratio * slopesBefore[d]!);
    [before, values, slopesBefore, slopes, normBefore] = [values, next, slopes, nextSlopes, norm];
  }
  return weights.map(weight => weight / (scale * delta) ** derivative);
}

/** The sample at `index`, which may lie beyond the ends. */
function sampleAt(x: Float64Array, index: number, { mode = 'interp', constant = 0 }: SavgolOptions): number {
  const last = x.length - 1;
  if (index >= 0 && index <= last) return x[index]!;
  if (mode === 'constant') return constant;
  if (mode === 'nearest') return x[index < 0 ? 0 : last]!;
  const period = mode === 'wrap' ? last + 1 : Math.max(2 * last, 1);
  const place = ((index % period) + period) % period;
  return x[place <= last ? place : period - place]!;
}
