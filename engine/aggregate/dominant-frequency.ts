import { dominantFrequencyHz } from '../signal/welch';
import { signalFeature } from './signal-feature';
import { SAMPLE_HZ, sampleHzOf } from './signal-options';

/** Frequency with the most power in the periodogram of the window's signal. */
export const dominantFrequency = signalFeature({
  fn: 'dominantFrequency',
  doc: 'Frequency in Hz with the most power in the periodogram (scipy.signal.periodogram with its defaults), the first of equal maxima; resolution sampleHz / samples, finer than that of welchPeak but less steady in noise. NaN when a sample is NaN or infinite.',
  resultUnit: 'Hz',
  options: [SAMPLE_HZ],
  optionsOf: input => ({ sampleHz: sampleHzOf('dominantFrequency', input) }),
  compute: dominantFrequencyHz
});
