import type { DataType, Schema } from '../schema/schema';
import { isList } from '../schema/schema';
import type { Batch, Column } from './batch';
import { Dictionary } from './batch';

/** A batch of `schema` without rows. */
export function emptyBatch(schema: Schema): Batch {
  return {
    schema,
    rowCount: 0,
    columns: schema.fields.map(field => blankColumn(field.type, 0)),
    eventTimeMs: new Float64Array(0),
    at: new Float64Array(0)
  };
}

/** A column of `rowCount` nulls. */
export function nullColumn(type: DataType, rowCount: number): Column {
  return { ...blankColumn(type, rowCount), validity: new Uint8Array(rowCount) };
}


function blankColumn(type: DataType, rowCount: number): Column {
  if (isList(type)) {
    const values = type.list === 'float64' ? new Float64Array(0) : type.list === 'float32' ? new Float32Array(0) : new Int32Array(0);
    return { kind: 'list', offsets: new Int32Array(rowCount + 1), values, validity: null };
  }
  switch (type) {
    case 'bool':
      return { kind: type, values: new Uint8Array(rowCount), validity: null };
    case 'int32':
      return { kind: type, values: new Int32Array(rowCount), validity: null };
    case 'int64':
      return { kind: type, values: new BigInt64Array(rowCount), validity: null };
    case 'float32':
      return { kind: type, values: new Float32Array(rowCount), validity: null };
    case 'float64':
    case 'timestampMs':
      return { kind: type, values: new Float64Array(rowCount), validity: null };
    case 'utf8':
      return { kind: type, codes: new Int32Array(rowCount), dictionary: new Dictionary(), validity: null };
    case 'binary':
      return { kind: type, values: Array.from({ length: rowCount }, () => new Uint8Array(0)), validity: null };
  }
}
