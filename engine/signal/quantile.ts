import { badParameters } from './parameters';

/** NumPy's names; `linear` is NumPy's, pandas' and Excel's default, `inverted_cdf` is SQL's PERCENTILE_DISC. */
export type QuantileMethod =
  | 'inverted_cdf'
  | 'averaged_inverted_cdf'
  | 'closest_observation'
  | 'interpolated_inverted_cdf'
  | 'hazen'
  | 'weibull'
  | 'linear'
  | 'median_unbiased'
  | 'normal_unbiased'
  | 'lower'
  | 'higher'
  | 'midpoint'
  | 'nearest';

/** Place (0 … n - 1, whole or between two samples) of quantile `q` among `n` sorted samples. */
const PLACES: Readonly<Record<QuantileMethod, (n: number, q: number) => number>> = {
  inverted_cdf: (n, q) => Math.ceil(n * q - 1),
  averaged_inverted_cdf: (n, q) => averagedStep(n * q - 1),
  closest_observation: (n, q) => closestObservation(n * q - 1.5),
  interpolated_inverted_cdf: (n, q) => n * q - 1,
  hazen: (n, q) => between(n, q, 0.5),
  weibull: (n, q) => between(n, q, 0),
  linear: (n, q) => (n - 1) * q,
  median_unbiased: (n, q) => between(n, q, 1 / 3),
  normal_unbiased: (n, q) => between(n, q, 3 / 8),
  lower: (n, q) => Math.floor((n - 1) * q),
  higher: (n, q) => Math.ceil((n - 1) * q),
  midpoint: (n, q) => (Math.floor((n - 1) * q) + Math.ceil((n - 1) * q)) / 2,
  nearest: (n, q) => halfToEven((n - 1) * q)
};

/** Every method by name. */
export const QUANTILE_METHODS = Object.keys(PLACES) as readonly QuantileMethod[];

/** NumPy `quantile(x, q, method)` for `q` in 0 … 1; NaN without samples or when one is NaN. Sorts a copy. */
export function quantile(x: Float64Array, q: number, method: QuantileMethod = 'linear'): number {
  return sortedQuantile(x.slice().sort(), q, method);
}

/** `quantile` of samples that are sorted already, NaN last, as `Float64Array.sort` leaves them. */
export function sortedQuantile(sorted: Float64Array, q: number, method: QuantileMethod = 'linear'): number {
  if (!(q >= 0 && q <= 1)) throw badParameters(`quantile: q is ${q}, expected a number from 0 to 1`);
  const last = sorted.length - 1;
  if (last < 0 || Number.isNaN(sorted[last]!)) return NaN;
  const place = Math.min(Math.max(PLACES[method](sorted.length, q), 0), last);
  const index = Math.floor(place);
  const share = place - index;
  const below = sorted[index]!;
  if (share === 0) return below;
  const above = sorted[index + 1]!;
  return share >= 0.5 ? above - (above - below) * (1 - share) : below + (above - below) * share;
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

function between(n: number, q: number, alpha: number): number {
  return n * q + (alpha + q * (1 - 2 * alpha)) - 1;
}

/** A whole place means the mean of it and the next; any other the one above. */
function averagedStep(place: number): number {
  return Number.isInteger(place) ? place + 0.5 : Math.ceil(place);
}

function closestObservation(place: number): number {
  const index = Math.floor(place);
  return place === index && Math.abs(index % 2) === 1 ? index : index + 1;
}

function halfToEven(value: number): number {
  const rounded = Math.round(value);
  return value % 1 === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
