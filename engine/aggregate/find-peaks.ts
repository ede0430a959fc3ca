import type { PeakOptions } from '../signal/find-peaks';
import { findPeaks as peaksOf } from '../signal/find-peaks';
import type { FieldSpec } from '../operator/operator';
import type { AggregateInput } from './aggregate';
import { signalFeature, signalTransform } from './signal-feature';
import { optionalNumberOf } from './signal-options';

const FILTERS: readonly FieldSpec[] = [
  { name: 'height', type: 'number', doc: "Least value of a peak, in the signal's unit; without it all." },
  { name: 'threshold', type: 'number', doc: 'Least rise above both neighbouring samples; without it all.' },
  { name: 'distance', type: 'number', unit: 'samples', doc: 'Least distance of two peaks, from 1; of closer ones the higher stays. Without it all.' },
  { name: 'prominence', type: 'number', doc: 'Least rise above the higher of the lowest points on both sides, on the way to a higher sample; without it all.' }
];
const RULES = 'a plateau is one peak (its middle, rounded down), the ends of the signal are none. The filters work in the order height, threshold, distance, prominence; bounds are inclusive. Of peaks of equal height that are too close the later one stays.';

/** Number of peaks of the window's signal. */
export const peakCount = signalFeature({
  fn: 'peakCount',
  doc: `Number of peaks that scipy.signal.find_peaks finds, int32; ${RULES}`,
  resultUnit: null,
  type: 'int32',
  options: FILTERS,
  optionsOf: input => optionsOf('peakCount', input),
  compute: (samples, options) => peaksOf(samples, options).peaks.length
});

/** Where the peaks of the window's signal are. */
export const findPeaks = signalTransform({
  fn: 'findPeaks',
  doc: `Indices of the peaks, from 0, that scipy.signal.find_peaks finds, as a list<int32>; ${RULES}`,
  resultUnit: null,
  element: 'int32',
  options: FILTERS,
  optionsOf: input => optionsOf('findPeaks', input),
  compute: (samples, options) => Float64Array.from(peaksOf(samples, options).peaks)
});

function optionsOf(fn: string, input: AggregateInput): PeakOptions {
  const given = {
    height: optionalNumberOf(fn, input, 'height', -Number.MAX_VALUE),
    threshold: optionalNumberOf(fn, input, 'threshold', 0),
    distance: optionalNumberOf(fn, input, 'distance', 1),
    prominence: optionalNumberOf(fn, input, 'prominence', 0)
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
