import { welchPeakHz } from '../signal/welch';
import { signalFeature } from './signal-feature';
import { SAMPLE_HZ, sampleHzOf, SEGMENT_SIZE, segmentSizeOf } from './signal-options';

/** Frequency with the most power in Welch's spectrum of the window's signal. */
export const welchPeak = signalFeature({
  fn: 'welchPeak',
  doc: 'Frequency in Hz with the most power, f[argmax(Pxx)] of scipy.signal.welch with its defaults, the first of equal maxima (relative 1e-9); NaN when a sample is NaN or infinite.',
  resultUnit: 'Hz',
  options: [SAMPLE_HZ, SEGMENT_SIZE],
  optionsOf: input => ({ sampleHz: sampleHzOf('welchPeak', input), segmentSize: segmentSizeOf('welchPeak', input) }),
  compute: welchPeakHz
});
