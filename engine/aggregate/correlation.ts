import type { AggregateSpec } from './aggregate';
import { numberResult } from './number-result';
import { checkPair, pairMomentsOf } from './pair-input';

/** Pearson's correlation of two columns. */
export const correlation: AggregateSpec = {
  fn: 'correlation',
  doc: "Pearson's correlation of two columns, -1 to 1, over the rows in which neither is null, float64; null for fewer than two such rows, NaN when a column is constant. Of two list columns over their elements side by side; rows whose lists differ in length go to the dead letters (LIST_LENGTH). numpy.corrcoef, relative 1e-9.",
  column: 'required',
  otherColumn: 'required',
  resultUnit: null,
  options: [],
  resolve(input) {
    checkPair('correlation', input);
    return { type: 'float64', nullable: true };
  },
  create(input, states) {
    const moments = pairMomentsOf('correlation', input, states);
    return numberResult(cell => {
      if (moments.count(cell) < 2) return null;
      const r = moments.products(cell) / Math.sqrt(moments.squaresX(cell)) / Math.sqrt(moments.squaresY(cell));
      return Math.min(1, Math.max(-1, r));
    });
  }
};
