import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer, type FileMetaData } from 'hyparquet';
import { Dictionary, type Batch, type Column } from '../../../engine/batch/batch';
import { nullColumn } from '../../../engine/batch/empty';
import { decompressors } from './decompressors';
import { LittoralError } from '../../../engine/error';
import { isList, typeName, type DataType, type Field, type Schema } from '../../../engine/schema/schema';

const GROUP_ROWS_MAX = 2 ** 24;
const PARSERS = { timestampFromMicroseconds: (micros: bigint) => Number(micros) / 1_000, timestampFromMilliseconds: Number };

/**
 * The rows of a Parquet file that a sink wrote, row group by row group. Columns of `schema` that the file lacks are null.
 * Throws `LAKE_FILE` when it cannot be read or holds values of other types.
 */
export async function* parquetBatches(path: string, bytes: Uint8Array, schema: Schema): AsyncGenerator<Batch> {
  const file = fileBuffer(bytes);
  const metadata = await readable(path, parquetMetadataAsync(file));
  const present = new Set(columnNames(metadata));
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    if (!(rowEnd >= rowStart && rowEnd - rowStart <= GROUP_ROWS_MAX)) throw unreadable(path, `a row group declares ${group.num_rows} rows, 0 to ${GROUP_ROWS_MAX} are read`);
    const columns = schema.fields.map(field => field.name).filter(name => present.has(name));
    const rows = columns.length === 0 ? [] : await readable(path, parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, utf8: false, parsers: PARSERS, compressors: decompressors }));
    yield batchOf(path, schema, present, rows, rowEnd - rowStart);
    rowStart = rowEnd;
  }
}

function columnNames(metadata: FileMetaData): string[] {
  return metadata.row_groups.flatMap(group => group.columns.map(column => column.meta_data?.path_in_schema[0] ?? ''));
}

/** The bytes of a file as hyparquet takes them: it wants buffers of their own. */
export function fileBuffer(bytes: Uint8Array): AsyncBuffer {
  return {
    byteLength: bytes.byteLength,
    slice(start, end = bytes.byteLength) {
      const into = new Uint8Array(Math.max(0, Math.min(end, bytes.byteLength) - start));
      into.set(bytes.subarray(start, end));
      return into.buffer;
    }
  };
}

async function readable<Result>(path: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    throw unreadable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function unreadable(path: string, problem: string, cause?: unknown): LittoralError {
  return new LittoralError('LAKE_FILE', `lake file "${path}": ${problem}; expected a Parquet file of the table. Restore it from a copy.`, { cause, details: { path } });
}

function batchOf(path: string, schema: Schema, present: ReadonlySet<string>, rows: readonly Readonly<Record<string, unknown>>[], rowCount: number): Batch {
  const columns = schema.fields.map(field => (present.has(field.name) ? columnOf(path, field, rows.map(row => row[field.name]), rowCount) : nullColumn(field.type, rowCount)));
  return { schema, rowCount, columns, eventTimeMs: new Float64Array(rowCount).fill(NaN), at: new Float64Array(rowCount) };
}

function columnOf(path: string, field: Field, values: readonly unknown[], rowCount: number): Column {
  const blank = nullColumn(field.type, rowCount);
  const validity = Uint8Array.from(values, value => (value === null || value === undefined ? 0 : 1));
  const wrong = values.find(value => value !== null && value !== undefined && !fits(field.type, value));
  if (wrong !== undefined) throw unreadable(path, `column "${field.name}" holds a ${wrong instanceof Uint8Array ? 'byte array' : typeof wrong} where the table has ${typeName(field.type)}`);
  const known = { validity: validity.includes(0) ? validity : null };
  switch (blank.kind) {
    case 'bool':
      values.forEach((value, row) => (blank.values[row] = value === true ? 1 : 0));
      return { ...blank, ...known };
    case 'int64':
      values.forEach((value, row) => (blank.values[row] = typeof value === 'bigint' ? value : 0n));
      return { ...blank, ...known };
    case 'utf8': {
      const dictionary = new Dictionary();
      const codes = Int32Array.from(values, value => (typeof value === 'string' ? dictionary.encode(value) : 0));
      return { kind: 'utf8', codes, dictionary, ...known };
    }
    case 'binary':
      return { kind: 'binary', values: values.map(value => (value instanceof Uint8Array ? value : new Uint8Array(0))), ...known };
    case 'list':
      return { ...listOf(values, blank.values), ...known };
    default:
      values.forEach((value, row) => (blank.values[row] = typeof value === 'number' ? value : 0));
      return { ...blank, ...known };
  }
}

function fits(type: DataType, value: unknown): boolean {
  if (isList(type)) return Array.isArray(value) && value.every(each => typeof each === 'number');
  switch (type) {
    case 'bool':
      return typeof value === 'boolean';
    case 'int64':
      return typeof value === 'bigint';
    case 'utf8':
      return typeof value === 'string';
    case 'binary':
      return value instanceof Uint8Array;
    default:
      return typeof value === 'number';
  }
}

function listOf(lists: readonly unknown[], like: Int32Array | Float32Array | Float64Array): Column & { kind: 'list' } {
  const offsets = new Int32Array(lists.length + 1);
  const numbers: number[] = [];
  lists.forEach((list, row) => {
    if (Array.isArray(list)) for (const value of list) numbers.push(Number(value));
    offsets[row + 1] = numbers.length;
  });
  const values = like instanceof Float64Array ? Float64Array.from(numbers) : like instanceof Float32Array ? Float32Array.from(numbers) : Int32Array.from(numbers);
  return { kind: 'list', offsets, values, validity: null };
}
