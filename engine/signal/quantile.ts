import { badParameters } from './parameters';
import type { QuantileMethod } from './quantile-method';
import { between, rankOf } from './quantile-method';

/** NumPy `quantile(x, q, method)` for `q` in 0 … 1; NaN without samples or when one is NaN. Sorts a copy. Throws `SIGNAL_PARAMETERS`. */
export function quantile(x: Float64Array, q: number, method: QuantileMethod = 'linear'): number {
  if (!(q >= 0 && q <= 1)) throw badParameters(`quantile: q is ${q}, expected a number from 0 to 1`);
  const sorted = x.slice().sort();
  const last = sorted.length - 1;
  if (last < 0 || Number.isNaN(sorted[last]!)) return NaN;
  const { lower, share } = rankOf(sorted.length, q, method);
  return between(sorted[lower]!, sorted[Math.min(lower + 1, last)]!, share);
}

/** NumPy `median`: the middle sample, or the mean of the two in the middle. */
export function median(x: Float64Array): number {
  return quantile(x, 0.5);
}

/** Median of the distances from the median, times `scale`; `scipy.stats.median_abs_deviation`. 1.4826 makes it a standard deviation of normal data. */
export function medianAbsDeviation(x: Float64Array, scale = 1): number {
  const middle = median(x);
  return median(x.map(value => Math.abs(value - middle))) * scale;
}
