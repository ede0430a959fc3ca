import type { AggregateSpec } from './aggregate';
import { keptOf, keptType } from './kept-value';

/** First value that is not null, by arrival. */
export const first: AggregateSpec = {
  fn: 'first',
  doc: 'First value that is not null, in order of arrival and not of event time; of the column\'s own type, null when there is none. Of a list column the first element.',
  column: 'required',
  options: [],
  resolve(input) {
    return { type: keptType('first', input), nullable: true };
  },
  create(input, states) {
    return keptOf('first', input, states);
  },
  sql({ column }) {
    return `FIRST_VALUE(${column})`;
  }
};
