import { envelope as envelopeOf } from '../signal/hilbert';
import { signalTransform } from './signal-feature';

/** The envelope of the window's signal. */
export const envelope = signalTransform({
  fn: 'envelope',
  doc: 'The momentary amplitude |scipy.signal.hilbert(x)| as a list. Meant for a band of frequencies: take the mean away first (detrend) or filter a band. A NaN or infinite sample makes all NaN.',
  options: [],
  optionsOf: () => null,
  compute: (samples, _, plans) => envelopeOf(samples, plans)
});
