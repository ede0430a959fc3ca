import { assert, PlanError } from '../error';
import { Int64Builder } from '../codec/column-builder';
import type { AggregateSpec } from './aggregate';
import { countValues } from './value-count';

/** `count()` rows; `count('x')` values of x that are not null. */
export const count: AggregateSpec = {
  fn: 'count',
  doc: 'Number of rows; with a column, number of its values that are not null (elements, for a list). int64, 0 when there are none.',
  column: 'optional',
  resultUnit: null,
  options: [],
  resolve(input) {
    if (input.field?.type === 'binary') throw new PlanError('AGGREGATE_TYPE', `count("${input.field.name}"): column "${input.field.name}" is binary, which aggregates do not read. Use count() for rows.`, { details: { path: input.path } });
    return { type: 'int64', nullable: false };
  },
  create(input, states) {
    const counted = countValues(input, states);
    return {
      read(cells, cellCount, into) {
        assert(into instanceof Int64Builder, 'count is int64');
        for (let i = 0; i < cellCount; i++) into.appendNumber(counted.count(cells[i]!));
      }
    };
  },
  sql({ column }) {
    return column === '' ? 'COUNT(*)' : `COUNT(${column})`;
  }
};
