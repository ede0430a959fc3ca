import type { AggregateInput, AggregateSpec } from './aggregate';
import { numberResult } from './number-result';
import { choiceOption, numberOption } from './options';
import type { QuantileMethod } from '../signal/quantile-method';
import { QUANTILE_METHODS } from '../signal/quantile-method';
import { checkQuantile, EXACT_VALUES, QUANTILE_ALGORITHM, quantileValuesOf } from './quantile-values';

/** Value below which a share of the values lies. */
export const quantile: AggregateSpec = {
  fn: 'quantile',
  doc: `Value below which a share q of the values that are not null lies (numpy.quantile), float64; null when there are none. ${QUANTILE_ALGORITHM}`,
  column: 'required',
  options: [
    { name: 'q', type: 'number', doc: 'Share from 0 (least) to 1 (greatest); 0.5 is the median, 0.99 the 99th percentile.' },
    { name: 'method', type: QUANTILE_METHODS.map(name => `'${name}'`).join(' | '), default: 'linear', doc: "What to give between two values, by numpy's names; a sketch does not interpolate." },
    EXACT_VALUES
  ],
  resolve(input) {
    checkQuantile('quantile', input);
    shareOf(input);
    methodOf(input);
    return { type: 'float64', nullable: true };
  },
  create(input, states) {
    const values = quantileValuesOf('quantile', input, states);
    const q = shareOf(input);
    const method = methodOf(input);
    return numberResult(cell => values.quantile(cell, q, method));
  },
  sql({ column, options }) {
    return (options['method'] ?? 'linear') === 'linear' ? `PERCENTILE(CAST(${column} AS DOUBLE), ${Number(options['q'])})` : null;
  }
};

function shareOf(input: AggregateInput): number {
  return numberOption('quantile', input, { name: 'q', min: 0, max: 1, whole: false, advice: 'Write e.g. { q: 0.99 } for the 99th percentile.' });
}

function methodOf(input: AggregateInput): QuantileMethod {
  return choiceOption('quantile', input, 'method', QUANTILE_METHODS);
}
