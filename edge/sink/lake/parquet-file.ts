import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Batch, Column } from '../../../engine/batch/batch';
import { isList, type DataType, type Field } from '../../../engine/schema/schema';

const ROWS_PER_GROUP = 100_000;
const CREATED_BY = 'littoral';

type PlainType = Pick<SchemaElement, 'type' | 'converted_type' | 'logical_type'>;

const SCALARS: Readonly<Record<Exclude<DataType, object>, PlainType>> = {
  bool: { type: 'BOOLEAN' },
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  float32: { type: 'FLOAT' },
  float64: { type: 'DOUBLE' },
  utf8: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  timestampMs: { type: 'INT64', converted_type: 'TIMESTAMP_MICROS', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' } },
  binary: { type: 'BYTE_ARRAY' }
};

/**
 * The columns `fields` of `batch` as a Parquet file: Snappy, timestamps as UTC microseconds, lists in three levels. Equal
 * rows give equal bytes.
 */
export function parquetFile(batch: Batch, fields: readonly { readonly field: Field; readonly column: Column }[]): Uint8Array {
  const schema: SchemaElement[] = [{ name: 'schema', num_children: fields.length }, ...fields.flatMap(({ field }) => schemaElements(field))];
  const columnData = fields.map(({ field, column }) => ({ name: field.name, data: columnValues(field, column, batch.rowCount) }));
  return new Uint8Array(parquetWriteBuffer({ schema, columnData, codec: 'SNAPPY', rowGroupSize: [ROWS_PER_GROUP], createdBy: CREATED_BY }));
}

function schemaElements(field: Field): SchemaElement[] {
  const repetition_type = field.nullable ? 'OPTIONAL' : 'REQUIRED';
  if (!isList(field.type)) return [{ name: field.name, repetition_type, ...SCALARS[field.type] }];
  return [
    { name: field.name, repetition_type, converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'REQUIRED', ...SCALARS[field.type.list] }
  ];
}

function columnValues(field: Field, column: Column, rowCount: number): unknown[] {
  const { validity } = column;
  const valueOf = reader(field, column);
  return Array.from({ length: rowCount }, (_none, row) => (validity !== null && validity[row] === 0 ? null : valueOf(row)));
}

function reader(field: Field, column: Column): (row: number) => unknown {
  switch (column.kind) {
    case 'bool':
      return row => column.values[row] === 1;
    case 'utf8':
      return row => column.dictionary.values[column.codes[row] ?? 0];
    case 'timestampMs':
      return row => BigInt(Math.round((column.values[row] ?? 0) * 1_000));
    case 'list':
      return row => Array.from(column.values.subarray(column.offsets[row], column.offsets[row + 1]));
    default:
      return row => column.values[row];
  }
}
