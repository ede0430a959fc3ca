import { Dictionary, type Batch, type Column } from '../../engine/batch/batch';
import { LittoralError } from '../../engine/error';
import { isList, type DataType, type Schema } from '../../engine/schema/schema';

/**
 * A Batch as bytes for the outbox, exact in every bit. The schema is not in it; it is kept once per sink.
 *
 *   rowCount u32 | eventTimeMs f64[] | at f64[] | per column: validity flag u8 (+ bytes) | values
 *   utf8: distinct texts u32, each u32 + bytes, then codes i32[]; binary: each u32 + bytes; list: offsets i32[], values
 */
export function encodeBatch(batch: Batch): Uint8Array {
  const parts: Uint8Array[] = [u32(batch.rowCount), raw(batch.eventTimeMs), raw(batch.at)];
  for (const column of batch.columns) {
    parts.push(Uint8Array.of(column.validity === null ? 0 : 1));
    if (column.validity !== null) parts.push(column.validity);
    encodeValues(column, batch.rowCount, parts);
  }
  return Buffer.concat(parts);
}

function encodeValues(column: Column, rowCount: number, parts: Uint8Array[]): void {
  switch (column.kind) {
    case 'utf8': {
      const dictionary = new Dictionary();
      const codes = new Int32Array(rowCount);
      for (let row = 0; row < rowCount; row++) {
        if (column.validity !== null && column.validity[row] === 0) continue;
        codes[row] = dictionary.encode(column.dictionary.values[column.codes[row] ?? 0] ?? '');
      }
      parts.push(u32(dictionary.size));
      for (const text of dictionary.values) pushBytes(Buffer.from(text, 'utf8'), parts);
      parts.push(raw(codes));
      return;
    }
    case 'binary':
      for (let row = 0; row < rowCount; row++) pushBytes(column.values[row] ?? new Uint8Array(0), parts);
      return;
    case 'list': {
      const first = column.offsets[0] ?? 0;
      const offsets = column.offsets.slice(0, rowCount + 1).map(offset => offset - first);
      parts.push(raw(offsets), raw(column.values.subarray(first, first + (offsets[rowCount] ?? 0))));
      return;
    }
    default:
      parts.push(raw(column.values));
  }
}

function pushBytes(bytes: Uint8Array, parts: Uint8Array[]): void {
  parts.push(u32(bytes.byteLength), bytes);
}

function u32(value: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function raw(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Throws `STORE_CORRUPT` when the bytes are not a batch of `schema`. */
export function decodeBatch(body: Uint8Array, schema: Schema): Batch {
  const reader = new Reader(body);
  const rowCount = reader.u32();
  const eventTimeMs = new Float64Array(reader.copy(8 * rowCount));
  const at = new Float64Array(reader.copy(8 * rowCount));
  const columns = schema.fields.map(field => {
    const validity = reader.u8() === 1 ? new Uint8Array(reader.copy(rowCount)) : null;
    return { ...decodeValues(field.type, rowCount, reader), validity };
  });
  return { schema, rowCount, columns, eventTimeMs, at };
}

function decodeValues(type: DataType, rowCount: number, reader: Reader): Column {
  const validity = null;
  if (isList(type)) {
    const offsets = new Int32Array(reader.copy(4 * (rowCount + 1)));
    const count = offsets[rowCount] ?? 0;
    const values = type.list === 'float64' ? new Float64Array(reader.copy(8 * count)) : type.list === 'float32' ? new Float32Array(reader.copy(4 * count)) : new Int32Array(reader.copy(4 * count));
    return { kind: 'list', offsets, values, validity };
  }
  switch (type) {
    case 'bool':
      return { kind: type, values: new Uint8Array(reader.copy(rowCount)), validity };
    case 'int32':
      return { kind: type, values: new Int32Array(reader.copy(4 * rowCount)), validity };
    case 'int64':
      return { kind: type, values: new BigInt64Array(reader.copy(8 * rowCount)), validity };
    case 'float32':
      return { kind: type, values: new Float32Array(reader.copy(4 * rowCount)), validity };
    case 'float64':
    case 'timestampMs':
      return { kind: type, values: new Float64Array(reader.copy(8 * rowCount)), validity };
    case 'binary':
      return { kind: type, values: Array.from({ length: rowCount }, () => new Uint8Array(reader.copy(reader.u32()))), validity };
    case 'utf8': {
      const dictionary = new Dictionary();
      for (let left = reader.u32(); left > 0; left--) dictionary.encode(Buffer.from(reader.copy(reader.u32())).toString('utf8'));
      return { kind: type, codes: new Int32Array(reader.copy(4 * rowCount)), dictionary, validity };
    }
  }
}

class Reader {
  private at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** The next `length` bytes as a buffer of their own, aligned for any typed array. */
  copy(length: number): ArrayBuffer {
    const from = this.bytes.byteOffset + this.take(length);
    return new Uint8Array(this.bytes.buffer, from, length).slice().buffer;
  }

  private take(length: number): number {
    const from = this.at;
    if (from + length > this.bytes.byteLength) {
      throw new LittoralError('STORE_CORRUPT', `outbox row of ${this.bytes.byteLength} bytes: ends at byte ${from} of a value of ${length} bytes; expected rows as this agent writes them. Restore the data folder from a copy.`);
    }
    this.at += length;
    return from;
  }
}
