import { assert, PlanError } from '../error';
import type { ScalarType } from '../schema/schema';
import { isList, isNumeric, typeName } from '../schema/schema';
import type { AggregateInput } from './aggregate';

/** Type of the values that a numeric aggregate sees: the column's, or the element's of a list. PlanError otherwise. */
export function numericValueType(fn: string, input: AggregateInput): 'int32' | 'int64' | 'float32' | 'float64' {
  const type = valueType(input);
  if (isNumeric(type)) return type;
  throw notFitting(fn, input, 'a number or a list of numbers');
}

/** The column's type, or the element's of a list. */
export function valueType(input: AggregateInput): ScalarType {
  assert(input.field !== null, 'an aggregate with a column');
  return isList(input.field.type) ? input.field.type.list : input.field.type;
}

export function notFitting(fn: string, input: AggregateInput, expected: string): PlanError {
  assert(input.field !== null, 'an aggregate with a column');
  const { name, type } = input.field;
  return new PlanError('AGGREGATE_TYPE', `${fn}("${name}"): column "${name}" is ${typeName(type)}; ${fn} needs ${expected}. Choose another column or convert it with select.`, {
    details: { path: input.path, column: name, type: typeName(type) }
  });
}
