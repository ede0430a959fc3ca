import { kurtosisOf } from '../signal/moments';
import type { AggregateInput, AggregateSpec } from './aggregate';
import { centralMomentsOf } from './central-moments';
import { numberResult } from './number-result';
import { numericValueType } from './numeric-input';
import { booleanOption } from './options';

/** How heavy the tails of the values are. */
export const kurtosis: AggregateSpec = {
  fn: 'kurtosis',
  doc: 'Kurtosis of the values that are not null, scipy.stats.kurtosis, float64: 0 for normally distributed values, above 0 with rare great deviations, for example the knocks of a damaged bearing; NaN when all are equal, null when there are none. One pass (Pébay) with a compensated mean; merges.',
  column: 'required',
  resultUnit: null,
  options: [
    { name: 'fisher', type: 'boolean', default: true, doc: 'False adds 3: a normal distribution has 3 instead of 0.' },
    { name: 'bias', type: 'boolean', default: true, doc: 'False corrects for a sample, as pandas does; below 4 values it changes nothing.' }
  ],
  resolve(input) {
    numericValueType('kurtosis', input);
    optionsOf(input);
    return { type: 'float64', nullable: true };
  },
  create(input, states) {
    const moments = centralMomentsOf(input, states);
    const options = optionsOf(input);
    return numberResult(cell => {
      const { count, second, fourth } = moments.of(cell);
      return count === 0 ? null : kurtosisOf(count, second, fourth, options);
    });
  }
};

function optionsOf(input: AggregateInput): { readonly bias: boolean; readonly fisher: boolean } {
  return { bias: booleanOption('kurtosis', input, 'bias', true), fisher: booleanOption('kurtosis', input, 'fisher', true) };
}
