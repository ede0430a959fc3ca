import { firWindow, upFirDown } from './fir';
import { badParameters } from './parameters';

/** Changes the sampling rate by up / down with a linear-phase low-pass (Kaiser 5.0, zeros beyond the ends); `scipy.signal.resample_poly`. ⌈n·up / down⌉ samples. Throws `SIGNAL_PARAMETERS`. */
export function resamplePoly(x: Float64Array, up: number, down: number): Float64Array {
  if (!Number.isInteger(up) || !Number.isInteger(down) || up < 1 || down < 1) throw badParameters(`resamplePoly: up ${up}, down ${down}; both are whole numbers from 1`);
  const shared = greatestCommonDivisor(up, down);
  const rate = Math.max(up, down) / shared;
  if (rate === 1) return x.slice();
  const halfLength = 10 * rate;
  const taps = firWindow({ taps: 2 * halfLength + 1, edges: [1 / rate], window: ['kaiser', 5] }).map(tap => (tap * up) / shared);
  return upFirDown(taps, x, { up: up / shared, down: down / shared, offset: halfLength, count: Math.ceil((x.length * up) / down) });
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
