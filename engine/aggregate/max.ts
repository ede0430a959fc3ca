import type { AggregateSpec } from './aggregate';
import { extremeOf, extremeType } from './extreme';

/** Greatest value that is not null. */
export const max: AggregateSpec = {
  fn: 'max',
  doc: 'Greatest value that is not null, of the column\'s own type; null when there are none. NaN propagates: with a NaN among the values the result is NaN, whatever the order of arrival.',
  column: 'required',
  options: [],
  resolve(input) {
    return { type: extremeType('max', input), nullable: true };
  },
  create(input, states) {
    return extremeOf('max', input, states);
  },
  sql({ column }) {
    return `MAX(${column})`;
  }
};
