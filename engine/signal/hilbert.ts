import { FftPlans } from './fft';

/** Below it squares lose digits. */
const SQUARE_MIN = 1e-290;

/** Envelope of a signal, |scipy.signal.hilbert(x)|: the momentary amplitude of a band-limited oscillation. As long as `x`. Cost: two transforms. */
export function envelope(x: Float64Array, plans = new FftPlans()): Float64Array {
  const n = x.length;
  if (n === 0) return new Float64Array(0);
  const plan = plans.real(n);
  const half = new Float64Array(plan.bins * 2);
  plan.transform(half, x);
  // The inverse transform of a spectrum is the conjugate of the transform of its conjugate; magnitudes do not see the difference.
  const analytic = new Float64Array(n * 2);
  for (let k = 0; k < plan.bins; k++) {
    const factor = (k === 0 || 2 * k === n ? 1 : 2) / n;
    analytic[k * 2] = half[k * 2]! * factor;
    analytic[k * 2 + 1] = -half[k * 2 + 1]! * factor;
  }
  const out = new Float64Array(n * 2);
  plans.plan(n).transform(out, analytic);
  const magnitudes = new Float64Array(n);
  for (let i = 0; i < n; i++) magnitudes[i] = magnitudeOf(out[i * 2]!, out[i * 2 + 1]!);
  return magnitudes;
}

/** √(re² + im²); Math.hypot, which is slow, where the squares leave the range of doubles. */
function magnitudeOf(re: number, im: number): number {
  const squared = re * re + im * im;
  return squared > SQUARE_MIN && squared < Infinity ? Math.sqrt(squared) : Math.hypot(re, im);
}
