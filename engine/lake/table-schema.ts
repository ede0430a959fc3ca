import { LittoralError } from '../error';
import type { DataType, Field, Schema } from '../schema/schema';
import type { DeltaColumn } from './delta-columns';
import { isRecord } from './record';

const TYPES: Readonly<Record<string, Exclude<DataType, object>>> = {
  boolean: 'bool',
  integer: 'int32',
  long: 'int64',
  float: 'float32',
  double: 'float64',
  string: 'utf8',
  timestamp: 'timestampMs',
  binary: 'binary'
};

/** The columns that a table has in its files, as a schema of rows. Throws `LAKE_TYPE` for types that no sink writes. */
export function fileSchema(table: string, columns: readonly DeltaColumn[], partitionColumns: readonly string[]): Schema {
  return { fields: columns.filter(column => !partitionColumns.includes(column.name)).map(column => ({ name: column.name, type: typeOf(table, column), nullable: column.nullable }) satisfies Field) };
}

function typeOf(table: string, { name, type }: DeltaColumn): DataType {
  const scalar = typeof type === 'string' ? TYPES[type] : undefined;
  if (scalar !== undefined) return scalar;
  const element = isRecord(type) && type['type'] === 'array' ? TYPES[String(type['elementType'])] : undefined;
  if (element === 'int32' || element === 'float32' || element === 'float64') return { list: element };
  throw new LittoralError('LAKE_TYPE', `lake table "${table}": column "${name}" has the type ${JSON.stringify(type)}, which cannot be rewritten; expected ${Object.keys(TYPES).join(', ')} or an array of numbers. Compact or merge the table where it was written.`, { details: { table, column: name } });
}
