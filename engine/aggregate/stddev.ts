import { assert, PlanError } from '../error';
import { NumberBuilder } from '../codec/column-builder';
import type { AggregateInput, AggregateSpec } from './aggregate';
import { Moments } from './moments';
import { numericValueType } from './numeric-input';

/** Standard deviation of the values that are not null. */
export const stddev: AggregateSpec = {
  fn: 'stddev',
  doc: 'Standard deviation of the values that are not null, float64; null when there are no more than ddof. Welford with a compensated mean: relative error of the variance ≤ eps·κ·max(4, n/8), κ = √(1 + mean²/var).',
  column: 'required',
  options: [{ name: 'ddof', type: 'number', default: 1, doc: 'Delta degrees of freedom: 1 is the sample standard deviation (SQL), 0 that of a whole population (NumPy).' }],
  resolve(input) {
    numericValueType('stddev', input);
    ddofOf(input);
    return { type: 'float64', nullable: true };
  },
  create(input, states) {
    const numbers = states.numbers(input.columnIndex);
    const moments = states.use(`moments:${input.columnIndex}`, () => new Moments(states.bank, numbers));
    const ddof = ddofOf(input);
    return {
      read(cells, count, into) {
        assert(into instanceof NumberBuilder, 'a standard deviation is float64');
        for (let i = 0; i < count; i++) {
          const variance = moments.variance(cells[i]!, ddof);
          if (variance === null) into.appendNull();
          else into.append(Math.sqrt(variance));
        }
      }
    };
  }
};

function ddofOf(input: AggregateInput): number {
  const ddof = input.options['ddof'] ?? 1;
  if (typeof ddof === 'number' && Number.isSafeInteger(ddof) && ddof >= 0) return ddof;
  throw new PlanError('AGGREGATE_OPTION', `stddev at ${input.path}: ddof is ${String(ddof)}, expected a whole number from 0. Use 1 for the sample standard deviation.`, { details: { path: input.path } });
}
