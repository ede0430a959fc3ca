import type { PeakOptions } from '../signal/find-peaks';
import { findPeaks } from '../signal/find-peaks';
import type { AggregateInput } from './aggregate';
import { optionalNumberOf, signalFeature } from './signal-feature';

/** Number of peaks of the window's signal. */
export const peakCount = signalFeature({
  fn: 'peakCount',
  doc: 'Number of peaks that scipy.signal.find_peaks finds, int32; a plateau is one peak, the ends of the signal are none. The filters work in the order height, threshold, distance, prominence; bounds are inclusive. Of peaks of equal height that are too close the later one stays.',
  resultUnit: null,
  type: 'int32',
  options: [
    { name: 'height', type: 'number', doc: "Least value of a peak, in the signal's unit; without it all." },
    { name: 'threshold', type: 'number', doc: 'Least rise above both neighbouring samples; without it all.' },
    { name: 'distance', type: 'number', unit: 'samples', doc: 'Least distance of two peaks, from 1; of closer ones the higher stays. Without it all.' },
    { name: 'prominence', type: 'number', doc: 'Least rise above the higher of the lowest points on both sides, on the way to a higher sample; without it all.' }
  ],
  optionsOf,
  compute: (samples, options) => findPeaks(samples, options).peaks.length
});

function optionsOf(input: AggregateInput): PeakOptions {
  const given = {
    height: optionalNumberOf('peakCount', input, 'height', -Number.MAX_VALUE),
    threshold: optionalNumberOf('peakCount', input, 'threshold', 0),
    distance: optionalNumberOf('peakCount', input, 'distance', 1),
    prominence: optionalNumberOf('peakCount', input, 'prominence', 0)
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
