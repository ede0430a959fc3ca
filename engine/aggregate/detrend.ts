import { detrend as detrendInPlace } from '../signal/detrend';
import { choiceOption } from './options';
import { signalTransform } from './signal-feature';

/** The window's signal without its mean or trend. */
export const detrend = signalTransform({
  fn: 'detrend',
  doc: 'The signal without its line of least squares, or without its mean, as a list; scipy.signal.detrend. A NaN among the samples makes all NaN.',
  options: [{ name: 'type', type: "'linear' | 'constant'", default: 'linear', doc: 'What is taken away: the line, or the mean.' }],
  optionsOf: input => choiceOption<'linear' | 'constant'>('detrend', input, 'type', ['linear', 'constant']),
  compute(samples, type) {
    const values = samples.slice();
    detrendInPlace(values, type);
    return values;
  }
});
