import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Batch, Column } from '../../../engine/batch/batch';
import { FileStats, type StoredColumn } from '../../../engine/lake/file-stats';
import { isList, type DataType, type Field } from '../../../engine/schema/schema';

/** Rows of a row group. */
const ROWS_PER_GROUP = 100_000;
export const CREATED_BY = 'littoral';

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

/** A file's bytes and what Delta's log says of its rows. */
export interface WrittenFile {
  readonly bytes: Uint8Array;
  readonly rows: number;
  readonly stats: string;
}

/**
 * A Parquet file that grows by batches: Snappy, timestamps as UTC microseconds, lists in three levels. Equal batches give
 * equal bytes.
 */
export class ParquetFile {
  private readonly writer = new ByteWriter();
  private readonly parquet: ParquetWriter;
  private readonly stats = new FileStats();
  private rows = 0;

  constructor(fields: readonly Field[]) {
    const schema: SchemaElement[] = [{ name: 'schema', num_children: fields.length }, ...fields.flatMap(schemaElements)];
    this.parquet = new ParquetWriter({ writer: this.writer, schema, codec: 'SNAPPY', createdBy: CREATED_BY });
  }

  /** The next rows, as row groups of their own; `columns` in the order of the fields. */
  add(rowCount: number, columns: readonly StoredColumn[]): void {
    const columnData = columns.map(({ field, column }) => ({ name: field.name, data: columnValues(field, column, rowCount) }));
    void this.parquet.write({ columnData, rowGroupSize: [ROWS_PER_GROUP] });
    this.stats.add(rowCount, columns);
    this.rows += rowCount;
  }

  finish(): WrittenFile {
    void this.parquet.finish();
    return { bytes: new Uint8Array(this.writer.getBuffer()), rows: this.rows, stats: this.stats.text() };
  }
}

/** A whole file with the columns `columns` of `batch`. */
export function parquetFile(batch: Batch, columns: readonly StoredColumn[]): WrittenFile {
  const file = new ParquetFile(columns.map(({ field }) => field));
  file.add(batch.rowCount, columns);
  return file.finish();
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
