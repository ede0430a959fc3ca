import type { HalfSpectrum } from './fft';
import { FftPlans } from './fft';
import { badParameters } from './parameters';
import type { SegmentOptions } from './segment-spectra';
import { forEachSegment, scaleOneSided, segmentsOf } from './segment-spectra';
import { welch } from './welch';

/** Mean of conj(X)·Y over the segments of two signals of equal length, `scipy.signal.csd`, one-sided; its phase says how far `y` lags. Throws `SIGNAL_PARAMETERS`. */
export function crossSpectrum(x: Float64Array, y: Float64Array, options: SegmentOptions, plans = new FftPlans()): HalfSpectrum & { readonly binHz: number } {
  if (x.length !== y.length) throw badParameters(`crossSpectrum: x has ${x.length} samples, y ${y.length}; both need the same number`);
  if (x.length === 0) return { binHz: 0, re: new Float64Array(0), im: new Float64Array(0) };
  const segments = segmentsOf(x.length, options, plans);
  const { bins, count } = segments;
  const ofX = new Float64Array(count * bins * 2);
  forEachSegment(x, segments, plans, (spectrum, index) => ofX.set(spectrum, index * bins * 2));
  const re = new Float64Array(bins);
  const im = new Float64Array(bins);
  forEachSegment(y, segments, plans, (spectrum, index) => {
    for (let k = 0; k < bins; k++) {
      const at = (index * bins + k) * 2;
      re[k]! += (ofX[at]! * spectrum[k * 2]! + ofX[at + 1]! * spectrum[k * 2 + 1]!) / count;
      im[k]! += (ofX[at]! * spectrum[k * 2 + 1]! - ofX[at + 1]! * spectrum[k * 2]!) / count;
    }
  });
  scaleOneSided(re, segments);
  scaleOneSided(im, segments);
  return { binHz: segments.binHz, re, im };
}

/** Share of the power of `y` that follows from `x` at each frequency, 0 … 1: `scipy.signal.coherence`. Needs several segments; one gives 1 everywhere. */
export function coherence(x: Float64Array, y: Float64Array, options: SegmentOptions, plans = new FftPlans()): Float64Array {
  const both = crossSpectrum(x, y, options, plans);
  const ofX = welch(x, options, plans).power;
  const ofY = welch(y, options, plans).power;
  return both.re.map((re, k) => (re * re + both.im[k]! ** 2) / ofX[k]! / ofY[k]!);
}
