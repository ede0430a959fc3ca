import { deviations } from './mean';

/** Variance, NumPy `var(x, ddof)`: squared deviations by n - ddof; NaN when there are no more than `ddof` samples. Two passes with a compensated mean. */
export function variance(x: Float64Array, ddof = 1): number {
  if (x.length <= ddof) return NaN;
  const from = deviations(x);
  let squares = 0;
  for (let i = 0; i < from.length; i++) squares += from[i]! * from[i]!;
  return squares / (x.length - ddof);
}

/** Standard deviation, NumPy `std(x, ddof)`. */
export function stddev(x: Float64Array, ddof = 1): number {
  return Math.sqrt(variance(x, ddof));
}

export interface ShapeOptions {
  /** Default true: the moments as they are. False corrects for a sample, as SciPy and pandas do. */
  readonly bias?: boolean;
}

/** Skewness, `scipy.stats.skew`; NaN for a constant signal. `bias: false` needs 3 samples; fewer give the biased value. */
export function skewness(x: Float64Array, options: ShapeOptions = {}): number {
  const { count, second, third } = centralMoments(x);
  return skewnessOf(count, second, third, options.bias ?? true);
}

export interface KurtosisOptions extends ShapeOptions {
  /** Default true: 0 for a normal distribution (excess kurtosis). False: 3. */
  readonly fisher?: boolean;
}

/** Kurtosis, `scipy.stats.kurtosis`; NaN for a constant signal. `bias: false` needs 4 samples; fewer give the biased value. */
export function kurtosis(x: Float64Array, options: KurtosisOptions = {}): number {
  const { count, second, fourth } = centralMoments(x);
  return kurtosisOf(count, second, fourth, { bias: options.bias ?? true, fisher: options.fisher ?? true });
}

/** Skewness out of mean central moments; NaN when there is no spread. */
export function skewnessOf(count: number, second: number, third: number, bias: boolean): number {
  if (second === 0) return NaN;
  const skew = third / second / Math.sqrt(second);
  return bias || count < 3 ? skew : (Math.sqrt((count - 1) * count) / (count - 2)) * skew;
}

/** Kurtosis out of mean central moments; NaN when there is no spread. */
export function kurtosisOf(count: number, second: number, fourth: number, options: { readonly bias: boolean; readonly fisher: boolean }): number {
  if (second === 0) return NaN;
  const ratio = fourth / second / second;
  const excess = options.bias || count < 4 ? ratio - 3 : ((count * count - 1) * ratio - 3 * (count - 1) ** 2) / (count - 2) / (count - 3);
  return options.fisher ? excess : excess + 3;
}

/** Means of the powers of the deviations from the mean, these divided by the greatest of them, so that no power leaves the range of doubles. */
function centralMoments(x: Float64Array): { readonly count: number; readonly second: number; readonly third: number; readonly fourth: number } {
  const from = deviations(x);
  let scale = 0;
  for (let i = 0; i < from.length; i++) if (!(Math.abs(from[i]!) <= scale)) scale = Math.abs(from[i]!);
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let i = 0; i < from.length && scale !== 0; i++) {
    const deviation = from[i]! / scale;
    const square = deviation * deviation;
    second += square;
    third += square * deviation;
    fourth += square * square;
  }
  const count = x.length;
  return { count, second: second / count, third: third / count, fourth: fourth / count };
}
