import type { Batch, Column } from '../../batch/batch';
import { Dictionary } from '../../batch/batch';
import { assert } from '../../error';
import type { DataType, Schema } from '../../schema/schema';
import { isList } from '../../schema/schema';
import type { SnapshotReader, SnapshotWriter } from '../operator';

/** Writes the rows of `batch`, all but their `at`. Values under a null must be zero, so that equal rows give equal bytes. */
export function writeRows(writer: SnapshotWriter, batch: Batch): void {
  writer.u32(batch.rowCount);
  writer.f64s(batch.eventTimeMs);
  for (const column of batch.columns) writeColumn(writer, column, batch.rowCount);
}

/** What `writeRows` wrote; `at` is 0. */
export function readRows(reader: SnapshotReader, schema: Schema): Batch {
  const rowCount = reader.u32();
  const eventTimeMs = reader.f64s();
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
  const validity = flags.length === 0 ? null : flags.slice();
  assert(validity === null || validity.length === rowCount, 'a validity of one byte per row');
  if (isList(type)) {
    const offsets = new Int32Array(buffer(reader));
    return { kind: 'list', offsets, values: new LISTS[type.list](buffer(reader)), validity };
  }
  switch (type) {
    case 'utf8': {
      const dictionary = new Dictionary();
      const texts = reader.u32();
      for (let i = 0; i < texts; i++) dictionary.encode(reader.text());
      return { kind: type, codes: new Int32Array(buffer(reader)), dictionary, validity };
    }
    case 'binary':
      return { kind: type, values: Array.from({ length: rowCount }, () => reader.bytes().slice()), validity };
    case 'bool':
      return { kind: type, values: new Uint8Array(buffer(reader)), validity };
    case 'int32':
      return { kind: type, values: new Int32Array(buffer(reader)), validity };
    case 'int64':
      return { kind: type, values: new BigInt64Array(buffer(reader)), validity };
    case 'float32':
      return { kind: type, values: new Float32Array(buffer(reader)), validity };
    case 'float64':
    case 'timestampMs':
      return { kind: type, values: new Float64Array(buffer(reader)), validity };
  }
}

const LISTS = { float64: Float64Array, float32: Float32Array, int32: Int32Array };

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function buffer(reader: SnapshotReader): ArrayBuffer {
  return reader.bytes().slice().buffer;
}
