import type { Batch, Column } from '../../batch/batch';
import { assert } from '../../error';
import type { DataType, Schema } from '../../schema/schema';
import { fieldIndex, isList } from '../../schema/schema';
import type { InputTensor, Tensor } from '../operator';

type TensorType = Tensor['type'];

/** Type that tensors of these columns get: their own when they share one, otherwise float64; texts stay texts. The host fits it to the model. */
export function tensorTypeOf(schema: Schema, columns: readonly string[]): InputTensor['type'] {
  const types = columns.map(name => elementType(schema.fields[fieldIndex(schema, name)]!.type));
  const first = types[0]!;
  return types.every(type => type === first) ? first : 'float64';
}

function elementType(type: DataType): InputTensor['type'] {
  if (isList(type)) return type.list;
  if (type === 'utf8') return 'string';
  assert(type === 'int32' || type === 'int64' || type === 'float32' || type === 'float64', `a numeric column, not ${String(type)}`);
  return type;
}

/** One tensor row per row of `rows`: the values of `columns` side by side. Lists of a column are equally long. */
export function tensorOf(batch: Batch, rows: Int32Array, columns: readonly string[], type: InputTensor['type']): InputTensor {
  const parts = columns.map(name => batch.columns[fieldIndex(batch.schema, name)]!);
  if (type === 'string') return textTensor(parts, rows);
  const widths = parts.map(column => (column.kind === 'list' && rows.length > 0 ? column.offsets[rows[0]! + 1]! - column.offsets[rows[0]!]! : 1));
  const width = widths.reduce((sum, each) => sum + each, 0);
  const data = tensorData(type, rows.length * width);
  let offset = 0;
  parts.forEach((column, index) => {
    write(column, rows, { data, offset, width });
    offset += widths[index]!;
  });
  return { type, dims: [rows.length, width], data };
}

function textTensor(parts: readonly Column[], rows: Int32Array): InputTensor {
  const data: string[] = [];
  for (const row of rows) {
    for (const column of parts) {
      assert(column.kind === 'utf8', `a text column, not ${column.kind}`);
      data.push(column.dictionary.values[column.codes[row]!]!);
    }
  }
  return { type: 'string', dims: [rows.length, parts.length], data };
}

/** Zeros for the data of a tensor of `type` with `length` values. */
export function tensorData(type: TensorType, length: number): Tensor['data'] {
  switch (type) {
    case 'float32':
      return new Float32Array(length);
    case 'float64':
      return new Float64Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'int64':
      return new BigInt64Array(length);
  }
}

function write(column: Column, rows: Int32Array, target: { readonly data: Tensor['data']; readonly offset: number; readonly width: number }): void {
  const { data, offset, width } = target;
  assert(column.kind !== 'utf8' && column.kind !== 'binary', `a numeric column, not ${column.kind}`);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const into = i * width + offset;
    if (column.kind === 'list') {
      const from = column.offsets[row]!;
      for (let element = from; element < column.offsets[row + 1]!; element++) data[into + element - from] = column.values[element]!;
    } else if (data instanceof BigInt64Array) data[into] = BigInt(column.values[row]!);
    else data[into] = Number(column.values[row]);
  }
}

/** The values of an output tensor as a column of `type`; null when they do not fit, one value per row. */
export function columnOf(tensor: Tensor, type: TensorType, rowCount: number): Column | null {
  const values = tensor.data;
  if (values.length !== rowCount) return null;
  if (type === 'int64') {
    if (values instanceof BigInt64Array) return { kind: type, values, validity: null };
    return values instanceof Int32Array ? { kind: type, values: BigInt64Array.from(values, value => BigInt(value)), validity: null } : null;
  }
  const numbers = values instanceof BigInt64Array ? Float64Array.from(values, Number) : Float64Array.from(values);
  if (type === 'float64') return { kind: type, values: numbers, validity: null };
  if (type === 'float32') return { kind: type, values: Float32Array.from(numbers), validity: null };
  return numbers.every(value => (value | 0) === value) ? { kind: type, values: Int32Array.from(numbers), validity: null } : null;
}
