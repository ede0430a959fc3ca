import type { AggregateSpec } from './aggregate';
import { keptOf, keptType } from './kept-value';

/** Last value that is not null, by arrival. */
export const last: AggregateSpec = {
  fn: 'last',
  doc: 'Last value that is not null, in order of arrival and not of event time; of the column\'s own type, null when there is none. Of a list column the last element.',
  column: 'required',
  options: [],
  resolve(input) {
    return { type: keptType('last', input), nullable: true };
  },
  create(input, states) {
    return keptOf('last', input, states);
  },
  sql({ column }) {
    return `LAST_VALUE(${column})`;
  }
};
