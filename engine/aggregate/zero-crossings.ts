import { zeroCrossings as crossingsOf } from '../signal/zero-crossings';
import { choiceOption } from './options';
import { signalFeature } from './signal-feature';

/** Changes of sign of the window's signal. */
export const zeroCrossings = signalFeature({
  fn: 'zeroCrossings',
  doc: 'How often the signal changes its sign, int32. Zero counts as positive, numpy.count_nonzero(diff(x >= 0)), or is left out first.',
  resultUnit: null,
  type: 'int32',
  options: [{ name: 'zero', type: "'positive' | 'ignore'", default: 'positive', doc: 'What a zero is: positive, or no sample at all, so that a signal that only touches zero does not cross it.' }],
  optionsOf: input => choiceOption('zeroCrossings', input, 'zero', ['positive', 'ignore']),
  compute: crossingsOf
});
