import type { Column } from '../batch/batch';
import type { Value } from '../batch/value';
import { decodeUtf8, encodeUtf8 } from '../codec/utf8';
import { LittoralError } from '../error';
import type { DataType, ListType, ScalarType } from '../schema/schema';
import { isList, typeName } from '../schema/schema';

/*
 * What is encrypted of a value: text as UTF-8, bool as one byte, numbers and times little-endian in their own width (a time as
 * int64 ms), binary as it is, lists as their elements one after another.
 */

/** The bytes of the value at `row`, which is not null. */
export function fieldPlaintext(column: Column, row: number): Uint8Array {
  switch (column.kind) {
    case 'utf8':
      return encodeUtf8(column.dictionary.values[column.codes[row]!]!);
    case 'binary':
      return column.values[row]!;
    case 'bool':
      return Uint8Array.of(column.values[row]!);
    case 'timestampMs':
      return bytesOf(BigInt64Array.of(BigInt(column.values[row]!)));
    default:
      return bytesOf(column.kind === 'list' ? column.values.slice(column.offsets[row]!, column.offsets[row + 1]!) : column.values.slice(row, row + 1));
  }
}

/** The bytes of an array of its own; typed arrays are little-endian wherever we run. */
function bytesOf({ buffer, byteOffset, byteLength }: BigInt64Array | Int32Array | Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

const WIDTHS = { int32: 4, int64: 8, float32: 4, float64: 8 } as const;
type Wide = keyof typeof WIDTHS;

/** The value of type `type` that `bytes` are. Throws `FIELD_PLAINTEXT` when they are none. */
export function plaintextValue(type: DataType, bytes: Uint8Array): Value {
  const value = isList(type) ? listValue(type, bytes) : scalarValue(type, bytes);
  if (value !== undefined) return value;
  throw new LittoralError('FIELD_PLAINTEXT', `encrypted field: its ${bytes.length} bytes are no ${typeName(type)}; expected a value of that type. Correct the type, or take the column that it belongs to.`);
}

function scalarValue(type: ScalarType, bytes: Uint8Array): Value | undefined {
  switch (type) {
    case 'utf8':
      return decodeUtf8(bytes) ?? undefined;
    case 'binary':
      return bytes;
    case 'bool':
      return bytes.length === 1 && bytes[0]! < 2 ? bytes[0] === 1 : undefined;
    case 'timestampMs':
      return bytes.length === 8 ? Number(numberAt('int64', bytes, 0)) : undefined;
    default:
      return bytes.length === WIDTHS[type] ? numberAt(type, bytes, 0) : undefined;
  }
}

function listValue({ list, size }: ListType, bytes: Uint8Array): readonly number[] | undefined {
  const count = bytes.length / WIDTHS[list];
  if (!Number.isInteger(count) || (size !== undefined && size !== count)) return undefined;
  return Array.from({ length: count }, (_, index) => Number(numberAt(list, bytes, index * WIDTHS[list])));
}

function numberAt(kind: Wide, bytes: Uint8Array, at: number): number | bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (kind === 'int64') return view.getBigInt64(at, true);
  if (kind === 'int32') return view.getInt32(at, true);
  return kind === 'float32' ? view.getFloat32(at, true) : view.getFloat64(at, true);
}
