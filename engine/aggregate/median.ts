import type { AggregateSpec } from './aggregate';
import { numberResult } from './number-result';
import { checkQuantile, EXACT_VALUES, QUANTILE_ALGORITHM, quantileValuesOf } from './quantile-values';

/** Middle value. */
export const median: AggregateSpec = {
  fn: 'median',
  doc: `Middle one of the values that are not null, of an even number the mean of the two, float64; null when there are none. ${QUANTILE_ALGORITHM}`,
  column: 'required',
  options: [EXACT_VALUES],
  resolve(input) {
    checkQuantile('median', input);
    return { type: 'float64', nullable: true };
  },
  create(input, states) {
    const values = quantileValuesOf('median', input, states);
    return numberResult(cell => values.quantile(cell, 0.5, 'linear'));
  },
  sql({ column }) {
    return `PERCENTILE(CAST(${column} AS DOUBLE), 0.5)`;
  }
};
