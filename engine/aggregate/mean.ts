import { assert } from '../error';
import { NumberBuilder } from '../codec/column-builder';
import type { AggregateSpec } from './aggregate';
import { summaryOf } from './number-summary';
import { numericValueType } from './numeric-input';

/** Arithmetic mean of the values that are not null. */
export const mean: AggregateSpec = {
  fn: 'mean',
  doc: 'Arithmetic mean of the values that are not null, float64; null when there are none. Compensated sum divided by the count: relative error ≤ 4 ulp plus the bound of sum.',
  column: 'required',
  options: [],
  resolve(input) {
    numericValueType('mean', input);
    return { type: 'float64', nullable: true };
  },
  create(input, states) {
    const summary = summaryOf(input, states);
    return {
      read(cells, count, into) {
        assert(into instanceof NumberBuilder, 'a mean is float64');
        for (let i = 0; i < count; i++) {
          const cell = cells[i]!;
          const values = summary.count(cell);
          if (values === 0) into.appendNull();
          else into.append(summary.sum(cell) / values);
        }
      }
    };
  },
  sql({ column }) {
    return `AVG(CAST(${column} AS DOUBLE))`;
  }
};
