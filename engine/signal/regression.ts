import { badParameters } from './parameters';
import { deviations, meanOf } from './mean';

/** y = slope·x + intercept. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** Pearson's correlation of x and y; NaN when y is constant. */
  readonly correlation: number;
  /** Standard error of the slope; 0 for two points. */
  readonly slopeError: number;
}

/** Line of least squares, `scipy.stats.linregress`; slope NaN when x is constant. `x` and `y` have equal lengths. */
export function linearRegression(x: Float64Array, y: Float64Array): Line {
  const count = pairCount('linearRegression', x, y);
  const fromX = deviations(x);
  const fromY = deviations(y);
  const squaresX = products(fromX, fromX);
  const squaresY = products(fromY, fromY);
  const both = products(fromX, fromY);
  const slope = both / squaresX;
  const correlation = clampedCorrelation(both, squaresX, squaresY);
  const unexplained = fromY.map((value, i) => value - slope * fromX[i]!);
  const slopeError = count === 2 ? 0 : Math.sqrt(products(unexplained, unexplained) / squaresX / (count - 2));
  return { slope, intercept: meanOf(y) - slope * meanOf(x), correlation, slopeError };
}

/** Covariance of two signals of equal length, NumPy `cov(x, y, ddof)[0, 1]`; NaN when there are no more than `ddof` pairs. */
export function covariance(x: Float64Array, y: Float64Array, ddof = 1): number {
  const count = pairCount('covariance', x, y);
  return count <= ddof ? NaN : products(deviations(x), deviations(y)) / (count - ddof);
}

/** Pearson's correlation of two signals of equal length, -1 … 1, NumPy `corrcoef`; NaN when one is constant. */
export function correlation(x: Float64Array, y: Float64Array): number {
  pairCount('correlation', x, y);
  const fromX = deviations(x);
  const fromY = deviations(y);
  return clampedCorrelation(products(fromX, fromY), products(fromX, fromX), products(fromY, fromY));
}

function clampedCorrelation(both: number, squaresX: number, squaresY: number): number {
  return Math.min(1, Math.max(-1, both / Math.sqrt(squaresX) / Math.sqrt(squaresY)));
}

function products(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function pairCount(fn: string, x: Float64Array, y: Float64Array): number {
  if (x.length !== y.length) throw badParameters(`${fn}: x has ${x.length} samples, y ${y.length}; both need the same number`);
  return x.length;
}
