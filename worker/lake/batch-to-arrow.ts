import { Binary, Bool, Data, Field, Float32, Float64, Int32, Int64, List, RecordBatch, Schema, Struct, Table, TimestampMicrosecond, Utf8, makeData } from 'apache-arrow';
import type { DataType } from 'apache-arrow';
import type { BinaryColumn, Column, ListColumn, Utf8Column } from '../../engine/batch/batch';
import type { Field as EngineField } from '../../engine/schema/schema';

/** Some columns of a batch as an Arrow table; numbers are taken without copying. */
export function toArrow(rowCount: number, stored: readonly { readonly field: EngineField; readonly column: Column }[]): Table {
  const children = stored.map(({ column }) => toData(column, rowCount));
  const fields = stored.map(({ field }, index) => new Field(field.name, children[index]?.type ?? new Utf8(), field.nullable));
  const schema = new Schema(fields);
  return new Table(schema, [new RecordBatch(schema, makeData({ type: new Struct(fields), length: rowCount, nullCount: 0, children }))]);
}

function toData(column: Column, length: number): Data {
  const nulls = nullsOf(column.validity, length);
  switch (column.kind) {
    case 'bool':
      return makeData({ type: new Bool(), length, data: packBits(column.values, length), ...nulls });
    case 'int32':
      return makeData({ type: new Int32(), length, data: column.values, ...nulls });
    case 'int64':
      return makeData({ type: new Int64(), length, data: column.values, ...nulls });
    case 'float32':
      return makeData({ type: new Float32(), length, data: column.values, ...nulls });
    case 'float64':
      return makeData({ type: new Float64(), length, data: column.values, ...nulls });
    case 'timestampMs':
      return makeData({ type: new TimestampMicrosecond('UTC'), length, data: BigInt64Array.from(column.values.subarray(0, length), value => (Number.isFinite(value) ? BigInt(Math.round(value)) * 1_000n : 0n)), ...nulls });
    case 'utf8':
      return textData(column, length, nulls);
    case 'binary':
      return binaryData(column, length, nulls);
    case 'list':
      return listData(column, length, nulls);
  }
}

interface Nulls {
  readonly nullCount: number;
  readonly nullBitmap?: Uint8Array;
}

function nullsOf(validity: Uint8Array | null, length: number): Nulls {
  if (validity === null) return { nullCount: 0 };
  let nullCount = 0;
  for (let row = 0; row < length; row += 1) if (validity[row] === 0) nullCount += 1;
  return { nullCount, nullBitmap: packBits(validity, length) };
}

function packBits(values: Uint8Array, length: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(length / 8));
  for (let row = 0; row < length; row += 1) if (values[row] === 1) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
  return bits;
}

function textData(column: Utf8Column, length: number, nulls: Nulls): Data {
  const encoder = new TextEncoder();
  const known = new Map<number, Uint8Array>();
  const parts = Array.from({ length }, (_, row) => {
    const code = column.codes[row] ?? 0;
    const bytes = known.get(code) ?? encoder.encode(column.validity?.[row] === 0 ? '' : (column.dictionary.values[code] ?? ''));
    if (column.validity?.[row] !== 0) known.set(code, bytes);
    return bytes;
  });
  const { offsets, data } = joinBytes(parts);
  return makeData({ type: new Utf8(), length, valueOffsets: offsets, data, ...nulls });
}

function binaryData(column: BinaryColumn, length: number, nulls: Nulls): Data {
  const { offsets, data } = joinBytes(Array.from({ length }, (_, row) => (column.validity?.[row] === 0 ? new Uint8Array(0) : (column.values[row] ?? new Uint8Array(0)))));
  return makeData({ type: new Binary(), length, valueOffsets: offsets, data, ...nulls });
}

function listData(column: ListColumn, length: number, nulls: Nulls): Data {
  const type: DataType = column.values instanceof Float64Array ? new Float64() : column.values instanceof Float32Array ? new Float32() : new Int32();
  const child = makeData({ type, length: column.values.length, data: column.values, nullCount: 0 } as Parameters<typeof makeData>[0]);
  return makeData({ type: new List(new Field('element', type, false)), length, valueOffsets: column.offsets, child, ...nulls });
}

function joinBytes(parts: readonly Uint8Array[]): { offsets: Int32Array; data: Uint8Array } {
  const offsets = new Int32Array(parts.length + 1);
  parts.forEach((part, index) => (offsets[index + 1] = (offsets[index] ?? 0) + part.length));
  const data = new Uint8Array(offsets[parts.length] ?? 0);
  parts.forEach((part, index) => data.set(part, offsets[index]));
  return { offsets, data };
}
