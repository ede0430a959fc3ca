/** SciPy's names; those with a parameter as a pair. */
export type WindowFunction =
  | 'boxcar'
  | 'hann'
  | 'hamming'
  | 'blackman'
  | 'blackmanharris'
  | 'nuttall'
  | 'flattop'
  | 'bartlett'
  | 'cosine'
  | readonly ['kaiser' | 'tukey' | 'gaussian', number];

const COSINE_SUMS: Readonly<Record<string, readonly number[]>> = {
  boxcar: [1],
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  blackmanharris: [0.35875, 0.48829, 0.14128, 0.01168],
  nuttall: [0.3635819, 0.4891775, 0.1365995, 0.0106411],
  flattop: [0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368]
};

/** SciPy `signal.get_window(window, n, fftbins=periodic)`: `n` weights; one weight is always 1. Within 1e-12 of SciPy. */
export function windowWeights(window: WindowFunction, n: number, options: { readonly periodic: boolean } = { periodic: true }): Float64Array {
  if (n <= 1) return new Float64Array(n).fill(1);
  const span = options.periodic ? n : n - 1;
  return Float64Array.from({ length: n }, (_, i) => weight(window, i, span));
}

/** Weight of sample `i` of a symmetric window that reaches from 0 to `last`. */
function weight(window: WindowFunction, i: number, last: number): number {
  if (typeof window !== 'string') return parametrised(window[0], window[1], i, last);
  if (window === 'bartlett') return 1 - Math.abs((2 * i) / last - 1);
  if (window === 'cosine') return Math.sin((Math.PI * (i + 0.5)) / (last + 1));
  let sum = 0;
  COSINE_SUMS[window]!.forEach((coefficient, k) => {
    sum += (k % 2 === 0 ? 1 : -1) * coefficient * Math.cos((2 * Math.PI * k * i) / last);
  });
  return sum;
}

function parametrised(name: 'kaiser' | 'tukey' | 'gaussian', parameter: number, i: number, last: number): number {
  const fromMiddle = i - last / 2;
  if (name === 'gaussian') return Math.exp(-0.5 * (fromMiddle / parameter) ** 2);
  if (name === 'kaiser') return besselI0(parameter * Math.sqrt(Math.max(0, 1 - ((2 * fromMiddle) / last) ** 2))) / besselI0(parameter);
  if (parameter <= 0) return 1;
  const edge = Math.floor((Math.min(parameter, 1) * last) / 2);
  const inward = Math.min(i, last - i);
  return inward > edge ? 1 : 0.5 * (1 + Math.cos(Math.PI * ((2 * inward) / Math.min(parameter, 1) / last - 1)));
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
