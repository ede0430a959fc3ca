import { badParameters } from './parameters';

/** How fast older samples lose weight: one of the three. */
export type Decay = { readonly alpha: number } | { readonly span: number } | { readonly halfLife: number };

export interface ExponentialOptions {
  /** Weight of the newest sample, 0 < alpha <= 1. */
  readonly alpha: number;
  /** Default true: weights (1 - alpha)^i over all samples seen, so that the first ones are not overrated. False: y = (1 - alpha)·y + alpha·x. */
  readonly adjust?: boolean;
  /** Default false: weights decay over missing samples, too. True: as if they were not there. */
  readonly ignoreNull?: boolean;
}

/** The alpha of a decay: 2 / (span + 1), or 1 - 2^(-1 / halfLife); pandas `ewm`. */
export function alphaOf(decay: Decay): number {
  const alpha = 'alpha' in decay ? decay.alpha : 'span' in decay ? 2 / (decay.span + 1) : 1 - 2 ** (-1 / decay.halfLife);
  if (!(alpha > 0 && alpha <= 1)) throw badParameters(`exponential smoothing: alpha is ${alpha}, expected a number above 0, at most 1`);
  return alpha;
}

/** Exponentially weighted mean and variance so far; a record of numbers that can be saved and carried on. */
export interface ExponentialState {
  mean: number;
  variance: number;
  /** Weight of all samples before the next, relative to it. */
  weight: number;
  /** Sum of the weights and of their squares, for the variance of a sample. */
  sum: number;
  squares: number;
  count: number;
}

/** The state before the first sample. */
export function newExponentialState(): ExponentialState {
  return { mean: NaN, variance: 0, weight: 1, sum: 1, squares: 1, count: 0 };
}

/** Takes one sample in, null for a missing one: pandas `ewm(…).mean()` and `.var()`, one step. */
export function exponentialStep(state: ExponentialState, value: number | null, options: ExponentialOptions): void {
  const { alpha, adjust = true, ignoreNull = false } = options;
  const kept = 1 - alpha;
  if (state.count === 0) {
    if (value !== null) {
      state.mean = value;
      state.count = 1;
    }
    return;
  }
  if (value === null && ignoreNull) return;
  state.weight *= kept;
  state.sum *= kept;
  state.squares *= kept * kept;
  if (value === null) return;
  const added = adjust ? 1 : alpha;
  const total = state.weight + added;
  const before = state.mean;
  if (before !== value) state.mean = (state.weight * before + added * value) / total;
  const moved = before - state.mean;
  const deviation = value - state.mean;
  state.variance = (state.weight * (state.variance + moved * moved) + added * deviation * deviation) / total;
  state.sum += added;
  state.squares += added * added;
  state.weight = total;
  if (!adjust) {
    state.sum /= state.weight;
    state.squares /= state.weight * state.weight;
    state.weight = 1;
  }
  state.count += 1;
}

/** Variance of the state; null before there are samples, and unbiased below two. */
export function exponentialVarianceOf(state: ExponentialState, bias: boolean): number | null {
  if (state.count === 0) return null;
  if (bias) return state.variance;
  const denominator = state.sum * state.sum - state.squares;
  return state.count < 2 || denominator <= 0 ? null : (state.variance * state.sum * state.sum) / denominator;
}

/** pandas `Series.ewm(…).mean()` of samples that may be missing. */
export function exponentialSmoothing(x: readonly (number | null)[], options: ExponentialOptions): (number | null)[] {
  const state = newExponentialState();
  return x.map(value => {
    exponentialStep(state, value, options);
    return state.count === 0 ? null : state.mean;
  });
}

/** pandas `Series.ewm(…).var(bias)` of samples that may be missing. */
export function exponentialVariance(x: readonly (number | null)[], options: ExponentialOptions & { readonly bias?: boolean }): (number | null)[] {
  const state = newExponentialState();
  return x.map(value => {
    exponentialStep(state, value, options);
    return exponentialVarianceOf(state, options.bias ?? false);
  });
}
