import type { AggregateSpec } from './aggregate';
import { DDOF, spreadOf, spreadSql, spreadType } from './spread';

/** Variance of the values that are not null. */
export const variance: AggregateSpec = {
  fn: 'variance',
  doc: 'Variance of the values that are not null, float64, in the square of their unit; null when there are no more than ddof. Welford with a compensated mean: relative error ≤ eps·κ·max(4, n/8), κ = √(1 + mean²/var).',
  column: 'required',
  resultUnit: null,
  options: [DDOF],
  resolve(input) {
    return spreadType('variance', input);
  },
  create(input, states) {
    return spreadOf('variance', input, states, value => value);
  },
  sql(call) {
    return spreadSql('VAR', call);
  }
};
