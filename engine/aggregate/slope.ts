import type { AggregateSpec } from './aggregate';
import { TimeMoments } from './bivariate';
import { numberResult } from './number-result';
import { numericValueType } from './numeric-input';

/** Trend of the values by least squares. */
export const slope: AggregateSpec = {
  fn: 'slope',
  doc: 'Slope of the straight line through the values by least squares against event time, in units per second, float64; nulls are skipped, null when all values have one time. Times are centred with a compensated mean, so that epoch times lose nothing: scipy.stats.linregress, relative 1e-9. Elements of a list have the time of their row.',
  column: 'required',
  resultUnit: null,
  options: [],
  resolve(input) {
    numericValueType('slope', input);
    return { type: 'float64', nullable: true };
  },
  create(input, states) {
    const numbers = states.numbers(input.columnIndex);
    const moments = states.use(`trend:${input.columnIndex}`, () => new TimeMoments(states.bank, numbers));
    return numberResult(cell => {
      const squares = moments.squaresX(cell);
      return squares === 0 ? null : (moments.products(cell) / squares) * 1000;
    });
  }
};
