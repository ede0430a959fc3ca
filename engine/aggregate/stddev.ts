import type { AggregateSpec } from './aggregate';
import { DDOF, spreadOf, spreadSql, spreadType } from './spread';

/** Standard deviation of the values that are not null. */
export const stddev: AggregateSpec = {
  fn: 'stddev',
  doc: 'Standard deviation of the values that are not null, float64; null when there are no more than ddof. Welford with a compensated mean: relative error of the variance ≤ eps·κ·max(4, n/8), κ = √(1 + mean²/var).',
  column: 'required',
  options: [DDOF],
  resolve(input) {
    return spreadType('stddev', input);
  },
  create(input, states) {
    return spreadOf('stddev', input, states, Math.sqrt);
  },
  sql(call) {
    return spreadSql('STDDEV', call);
  }
};
