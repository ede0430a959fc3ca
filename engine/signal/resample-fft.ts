import { FftPlans, rfft } from './fft';
import { badParameters } from './parameters';

/** `count` samples over the same time by the Fourier transform, which takes the signal for periodic; `scipy.signal.resample`. Throws `SIGNAL_PARAMETERS`. */
export function resampleFft(x: Float64Array, count: number, plans = new FftPlans()): Float64Array {
  if (!Number.isInteger(count) || count < 1 || x.length === 0) throw badParameters(`resampleFft: ${count} samples out of ${x.length}; both are whole numbers from 1`);
  const { re, im } = rfft(x, x.length, plans);
  const kept = Math.min(count, x.length);
  // Bin k stands for -k, too, whose conjugate is left out: the real part of the inverse transform does not need it.
  const spectrum = new Float64Array(count * 2);
  for (let k = 0; 2 * k <= kept; k++) {
    const single = k === 0 || (2 * k === kept && !(count < x.length));
    const factor = (single ? 1 : 2) / x.length;
    spectrum[k * 2] = re[k]! * factor;
    spectrum[k * 2 + 1] = -im[k]! * factor;
  }
  const out = new Float64Array(count * 2);
  plans.plan(count).transform(out, spectrum);
  return Float64Array.from({ length: count }, (_, i) => out[i * 2]!);
}
