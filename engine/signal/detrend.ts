import { badParameters } from './parameters';

export type Detrend = 'constant' | 'linear' | 'none';

/**
 * SciPy `signal.detrend` in place: takes away the mean, or the line of least squares. With `breakpoints` (indices, ascending)
 * each piece between them has its own line; the mean stays that of all. Throws `SIGNAL_PARAMETERS`.
 */
export function detrend(x: Float64Array, type: Detrend, breakpoints: readonly number[] = []): void {
  let from = 0;
  for (const end of type === 'linear' ? [...breakpoints, x.length] : [x.length]) {
    if (!(end >= from && end <= x.length)) throw badParameters(`detrend: breakpoint ${end} is outside ${from} … ${x.length}; breakpoints ascend within the signal`);
    detrendPiece(x.subarray(from, end), type);
    from = end;
  }
}

function detrendPiece(x: Float64Array, type: Detrend): void {
  if (type === 'none' || x.length === 0) return;
  const mean = meanInTwoPasses(x);
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

/** The second pass takes away the rounding of the first. */
function meanInTwoPasses(x: Float64Array): number {
  const rough = sumOf(x, 0) / x.length;
  const rest = sumOf(x, rough);
  return Number.isFinite(rest) ? rough + rest / x.length : rough;
}

/** Sum of x - from, in four sums, so that one addition need not wait for the other. */
function sumOf(x: Float64Array, from: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 4 <= x.length; i += 4) {
    a += x[i]! - from;
    b += x[i + 1]! - from;
    c += x[i + 2]! - from;
    d += x[i + 3]! - from;
  }
  for (; i < x.length; i++) a += x[i]! - from;
  return a + b + (c + d);
}
