import { badParameters } from './parameters';
import type { WindowFunction } from './window-function';
import { windowWeights } from './window-function';

export interface FirOptions {
  readonly taps: number;
  /** Edges of the bands as fractions of half the sampling rate, ascending, above 0 and below 1. */
  readonly edges: readonly number[];
  /** Default true: the first band, from 0 on, passes. */
  readonly passZero?: boolean;
  /** Default `hamming`. */
  readonly window?: WindowFunction;
}

/** Coefficients of a linear-phase filter by the window method, gain 1 in the middle of its first pass band; `scipy.signal.firwin`. Throws `SIGNAL_PARAMETERS`. */
export function firWindow({ taps, edges, passZero = true, window = 'hamming' }: FirOptions): Float64Array {
  if (edges.length === 0 || edges.some((edge, i) => !(edge > (edges[i - 1] ?? 0) && edge < 1))) throw badParameters(`firWindow: edges ${edges.join(', ')}, expected fractions of half the sampling rate, ascending between 0 and 1`);
  const passesLast = (edges.length % 2 === 0) === passZero;
  if (passesLast && taps % 2 === 0) throw badParameters(`firWindow: ${taps} taps, but a filter that passes half the sampling rate needs an odd number`);
  const bounds = [...(passZero ? [0] : []), ...edges, ...(passesLast ? [1] : [])];
  const middle = (taps - 1) / 2;
  const weights = windowWeights(window, taps, { periodic: false });
  const h = weights.map((weight, i) => {
    let sum = 0;
    for (let band = 0; band < bounds.length; band += 2) sum += bounds[band + 1]! * sinc(bounds[band + 1]! * (i - middle)) - bounds[band]! * sinc(bounds[band]! * (i - middle));
    return sum * weight;
  });
  const left = bounds[0]!;
  const right = bounds[1]!;
  const centre = left === 0 ? 0 : right === 1 ? 1 : (left + right) / 2;
  const level = h.reduce((sum, tap, i) => sum + tap * Math.cos(Math.PI * (i - middle) * centre), 0);
  return h.map(tap => tap / level);
}

/** Filters by coefficients, `scipy.signal.lfilter(taps, 1, x)`: y[n] = Σ taps[k]·x[n - k], the signal 0 before its start. Cost: n·taps. */
export function firFilter(taps: Float64Array, x: Float64Array): Float64Array {
  return upFirDown(taps, x, { up: 1, down: 1, offset: 0, count: x.length });
}

export interface RateChange {
  readonly up: number;
  readonly down: number;
  /** Tap that lies on output sample 0. */
  readonly offset: number;
  /** Output samples. */
  readonly count: number;
}

/** `up - 1` zeros between the samples, filtered, every `down`-th result kept: y[n] = Σ taps[n·down + offset - j·up]·x[j]. Only what is kept is computed. */
export function upFirDown(taps: Float64Array, x: Float64Array, { up, down, offset, count }: RateChange): Float64Array {
  const y = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    const place = n * down + offset;
    const last = Math.min(x.length - 1, Math.floor(place / up));
    let sum = 0;
    for (let j = Math.max(0, Math.ceil((place - taps.length + 1) / up)); j <= last; j++) sum += taps[place - j * up]! * x[j]!;
    y[n] = sum;
  }
  return y;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
