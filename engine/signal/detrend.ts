export type Detrend = 'constant' | 'linear' | 'none';

/** SciPy `signal.detrend` in place: takes away the mean, or the line of least squares. */
export function detrend(x: Float64Array, type: Detrend): void {
  if (type === 'none' || x.length === 0) return;
  const mean = meanOf(x);
  for (let i = 0; i < x.length; i++) x[i]! -= mean;
  if (type === 'constant') return;
  const middle = (x.length - 1) / 2;
  let products = 0;
  let squares = 0;
  for (let i = 0; i < x.length; i++) {
    products += (i - middle) * x[i]!;
    squares += (i - middle) ** 2;
  }
  const slope = squares === 0 ? 0 : products / squares;
  for (let i = 0; i < x.length; i++) x[i]! -= slope * (i - middle);
}

/** Mean in two passes: the second takes away the rounding of the first. */
function meanOf(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]!;
  const rough = sum / x.length;
  let rest = 0;
  for (let i = 0; i < x.length; i++) rest += x[i]! - rough;
  return Number.isFinite(rest) ? rough + rest / x.length : rough;
}
