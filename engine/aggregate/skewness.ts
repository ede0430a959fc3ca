import { skewnessOf } from '../signal/moments';
import type { AggregateSpec } from './aggregate';
import { centralMomentsOf } from './central-moments';
import { numberResult } from './number-result';
import { numericValueType } from './numeric-input';
import { booleanOption } from './options';

/** How lopsided the values are. */
export const skewness: AggregateSpec = {
  fn: 'skewness',
  doc: 'Skewness of the values that are not null, scipy.stats.skew, float64: 0 when they lie evenly about the mean, above 0 with a tail of great values; NaN when all are equal, null when there are none. One pass (Pébay) with a compensated mean; merges.',
  column: 'required',
  resultUnit: null,
  options: [{ name: 'bias', type: 'boolean', default: true, doc: 'False corrects for a sample, as pandas does; below 3 values it changes nothing.' }],
  resolve(input) {
    numericValueType('skewness', input);
    booleanOption('skewness', input, 'bias', true);
    return { type: 'float64', nullable: true };
  },
  create(input, states) {
    const moments = centralMomentsOf(input, states);
    const bias = booleanOption('skewness', input, 'bias', true);
    return numberResult(cell => {
      const { count, second, third } = moments.of(cell);
      return count === 0 ? null : skewnessOf(count, second, third, bias);
    });
  }
};
