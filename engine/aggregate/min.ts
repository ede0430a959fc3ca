import type { AggregateSpec } from './aggregate';
import { extremeOf, extremeType } from './extreme';

/** Least value that is not null. */
export const min: AggregateSpec = {
  fn: 'min',
  doc: 'Least value that is not null, of the column\'s own type; null when there are none. NaN propagates: with a NaN among the values the result is NaN, whatever the order of arrival.',
  column: 'required',
  options: [],
  resolve(input) {
    return { type: extremeType('min', input), nullable: true };
  },
  create(input, states) {
    return extremeOf('min', input, states);
  },
  sql({ column }) {
    return `MIN(${column})`;
  }
};
