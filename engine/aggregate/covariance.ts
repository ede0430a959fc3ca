import type { AggregateSpec } from './aggregate';
import { numberResult } from './number-result';
import { checkPair, pairMomentsOf } from './pair-input';
import { DDOF, ddofOf } from './spread';

/** Covariance of two columns. */
export const covariance: AggregateSpec = {
  fn: 'covariance',
  doc: 'Covariance of two columns over the rows in which neither is null, float64; null when there are no more than ddof such rows, NaN with an infinity. Of two list columns over their elements side by side; rows whose lists differ in length go to the dead letters (LIST_LENGTH). numpy.cov, relative 1e-9; Welford with compensated means, merged by Chan.',
  column: 'required',
  otherColumn: 'required',
  resultUnit: null,
  options: [DDOF],
  resolve(input) {
    checkPair('covariance', input);
    ddofOf('covariance', input);
    return { type: 'float64', nullable: true };
  },
  create(input, states) {
    const moments = pairMomentsOf('covariance', input, states);
    const ddof = ddofOf('covariance', input);
    return numberResult(cell => {
      if (moments.count(cell) <= ddof) return null;
      const products = moments.products(cell);
      return Number.isFinite(products) ? products / (moments.count(cell) - ddof) : NaN;
    });
  }
};
