import { envelope } from '../signal/hilbert';
import { peak, rms } from '../signal/level';
import { signalFeature } from './signal-feature';

/** Root mean square of the envelope of the window's signal. */
export const envelopeRms = signalFeature({
  fn: 'envelopeRms',
  doc: "Root mean square of the envelope |scipy.signal.hilbert(x)|, in the signal's unit; the mean of the signal belongs to it, so take it away first (detrend) where it is not wanted. NaN when a sample is NaN or infinite.",
  options: [],
  optionsOf: () => null,
  compute: (samples, _, plans) => rms(envelope(samples, plans))
});

/** Greatest value of the envelope of the window's signal. */
export const envelopePeak = signalFeature({
  fn: 'envelopePeak',
  doc: "Greatest value of the envelope |scipy.signal.hilbert(x)|, in the signal's unit: the momentary amplitude at its highest. NaN when a sample is NaN or infinite.",
  options: [],
  optionsOf: () => null,
  compute: (samples, _, plans) => peak(envelope(samples, plans))
});
