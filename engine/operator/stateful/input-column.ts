import type { Column } from '../../batch/batch';
import { assert, PlanError } from '../../error';
import type { DataType, Field, Schema } from '../../schema/schema';
import { fieldIndex, isNumeric, typeName } from '../../schema/schema';
import { requireField } from '../shaping/require-field';
import type { StreamType } from '../operator';
import { isNullAt } from './slots';

/** The column `name`, which must hold numbers or times. */
export function numberField(input: StreamType, name: string, op: string, path: string): Field {
  const field = requireField(input.schema, name, op, path);
  if (isNumeric(field.type) || field.type === 'timestampMs') return field;
  throw new PlanError('COLUMN_TYPE', `${op}("${name}") at ${path}: column "${name}" is ${typeName(field.type)}, expected a number. Name a column of int32, int64, float32, float64 or timestampMs.`, { details: { path, column: name } });
}

/** `schema` with further columns; PlanError `DUPLICATE_COLUMN` when a name is taken. */
export function withFields(schema: Schema, added: readonly Field[], op: string, path: string): Schema {
  const fields = [...schema.fields];
  for (const field of added) {
    if (fields.some(each => each.name === field.name)) {
      throw new PlanError('DUPLICATE_COLUMN', `${op} at ${path}: the stream has a column "${field.name}" already, and the new column would have the same name. Give it another name.`, { details: { path, column: field.name } });
    }
    fields.push(field);
  }
  return { fields };
}

/** Place of the column `name` in the batches of `input`. */
export function columnIndexOf(input: StreamType, name: string): number {
  const index = fieldIndex(input.schema, name);
  assert(index >= 0, `the stream has the column ${name}`);
  return index;
}

/** Unit of a field, to be spread into another. */
export function unitOf(field: Field): { readonly unit?: string } {
  return field.unit === undefined ? {} : { unit: field.unit };
}

/** The number at `row`, int64 rounded to a double; NaN for null. */
export function numberAt(column: Column, row: number): number {
  assert(column.kind !== 'utf8' && column.kind !== 'binary' && column.kind !== 'list', `a number, not ${column.kind}`);
  return isNullAt(column, row) ? NaN : Number(column.values[row]);
}

export function isInteger(type: DataType): boolean {
  return type === 'int32' || type === 'int64';
}
