import type { Batch, Column } from '../../batch/batch';
import { Dictionary } from '../../batch/batch';
import type { DataType, Schema } from '../../schema/schema';
import { isList } from '../../schema/schema';
import { checkSnapshot } from '../../window/window-snapshot';
import type { SnapshotReader, SnapshotWriter } from '../operator';

/** Writes the rows of `batch`, all but their `at`. Values under a null must be zero, so that equal rows give equal bytes. */
export function writeRows(writer: SnapshotWriter, batch: Batch): void {
  writer.f64s(batch.eventTimeMs);
  for (const column of batch.columns) writeColumn(writer, column, batch.rowCount);
}

/** What `writeRows` wrote; `at` is 0. Throws a LittoralError `SNAPSHOT_CORRUPT` for what cannot be rows of `schema`. */
export function readRows(reader: SnapshotReader, schema: Schema): Batch {
  const eventTimeMs = reader.f64s();
  const rowCount = eventTimeMs.length;
  checkSnapshot(eventTimeMs.every(timeMs => Number.isFinite(timeMs)), 'a row without an event time');
  return { schema, rowCount, eventTimeMs, at: new Float64Array(rowCount), columns: schema.fields.map(({ type }) => readColumn(reader, type, rowCount)) };
}

function writeColumn(writer: SnapshotWriter, column: Column, rowCount: number): void {
  writer.bytes(column.validity ?? new Uint8Array(0));
  if (column.kind === 'utf8') {
    writeTexts(writer, column, rowCount);
  } else if (column.kind === 'binary') {
    for (const value of column.values) writer.bytes(value);
  } else {
    if (column.kind === 'list') writer.bytes(bytesOf(column.offsets));
    writer.bytes(bytesOf(column.values));
  }
}

/** Each text once, in order of the first row that has it. */
function writeTexts(writer: SnapshotWriter, column: Extract<Column, { kind: 'utf8' }>, rowCount: number): void {
  const own = new Dictionary();
  const codes = new Int32Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    if (column.validity === null || column.validity[row] === 1) codes[row] = own.encode(column.dictionary.values[column.codes[row]!]!);
  }
  writer.u32(own.size);
  for (const text of own.values) writer.text(text);
  writer.bytes(bytesOf(codes));
}

function readColumn(reader: SnapshotReader, type: DataType, rowCount: number): Column {
  const flags = reader.bytes();
  checkSnapshot(flags.length === 0 || flags.length === rowCount, `${flags.length} marks of null for ${rowCount} rows`);
  checkSnapshot(flags.every(flag => flag <= 1), 'a mark of null that is none');
  const validity = flags.length === 0 ? null : flags.slice();
  if (isList(type)) return { ...readLists(reader, type.list, rowCount), validity };
  switch (type) {
    case 'utf8':
      return { ...readTexts(reader, rowCount, validity), validity };
    case 'binary':
      return { kind: type, values: Array.from({ length: rowCount }, () => reader.bytes().slice()), validity };
    case 'bool':
      return { kind: type, values: new Uint8Array(buffer(reader, rowCount)), validity };
    case 'int32':
      return { kind: type, values: new Int32Array(buffer(reader, 4 * rowCount)), validity };
    case 'int64':
      return { kind: type, values: new BigInt64Array(buffer(reader, 8 * rowCount)), validity };
    case 'float32':
      return { kind: type, values: new Float32Array(buffer(reader, 4 * rowCount)), validity };
    case 'float64':
    case 'timestampMs':
      return { kind: type, values: new Float64Array(buffer(reader, 8 * rowCount)), validity };
  }
}

function readTexts(reader: SnapshotReader, rowCount: number, validity: Uint8Array | null): { readonly kind: 'utf8'; readonly codes: Int32Array; readonly dictionary: Dictionary } {
  const texts = reader.u32();
  checkSnapshot(texts <= rowCount, `${texts} texts for ${rowCount} rows`);
  const dictionary = new Dictionary();
  for (let i = 0; i < texts; i++) dictionary.encode(reader.text());
  const codes = new Int32Array(buffer(reader, 4 * rowCount));
  checkSnapshot(codes.every((code, row) => (code >= 0 && code < dictionary.size) || validity?.[row] === 0), 'a text that is not there');
  return { kind: 'utf8', codes, dictionary };
}

const LISTS = { float64: Float64Array, float32: Float32Array, int32: Int32Array };

function readLists(reader: SnapshotReader, element: keyof typeof LISTS, rowCount: number): { readonly kind: 'list'; readonly offsets: Int32Array; readonly values: Float64Array | Float32Array | Int32Array } {
  const offsets = new Int32Array(buffer(reader, 4 * (rowCount + 1)));
  checkSnapshot(offsets.every((offset, row) => offset >= (row === 0 ? 0 : offsets[row - 1]!)) && offsets[0] === 0, 'lists that overlap');
  const make = LISTS[element];
  return { kind: 'list', offsets, values: new make(buffer(reader, make.BYTES_PER_ELEMENT * offsets[rowCount]!)) };
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function buffer(reader: SnapshotReader, length: number): ArrayBuffer {
  const bytes = reader.bytes();
  checkSnapshot(bytes.length === length, `${bytes.length} bytes of a column where ${length} were expected`);
  return bytes.slice().buffer;
}
