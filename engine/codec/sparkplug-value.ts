import { narrow } from './byte-reader';
import { DecodeProblem } from './decode-problem';
import type { ElementType } from './element';
import { ELEMENT_BYTES, readElement } from './element';
import type { MessageTree } from './protobuf-tree';
import { SPARKPLUG_TYPES } from './sparkplug-messages';
import type { PlainValue } from './tree-target';
import { textOf } from './value-target';

const ARRAYS: Readonly<Record<string, ElementType>> = {
  Int8Array: 'int8',
  Int16Array: 'int16',
  Int32Array: 'int32',
  Int64Array: 'int64',
  UInt8Array: 'uint8',
  UInt16Array: 'uint16',
  UInt32Array: 'uint32',
  UInt64Array: 'uint64',
  FloatArray: 'float32',
  DoubleArray: 'float64',
  DateTimeArray: 'uint64'
};
const SIGNED_BITS: Readonly<Record<string, number>> = { Int8: 8, Int16: 16, Int32: 32, Int64: 64 };
const UNSIGNED_BITS: Readonly<Record<string, number>> = { UInt8: 8, UInt16: 16, UInt32: 32, UInt64: 64, DateTime: 64 };
const VALUE_FIELDS = ['int_value', 'long_value', 'float_value', 'double_value', 'boolean_value', 'string_value', 'bytes_value', 'dataset_value', 'template_value'];

/** The value of a metric, property or cell that is declared as `datatype`, null when it has none. Throws DecodeProblem `TYPE` or `RANGE`. */
export function sparkplugValue(holder: MessageTree, datatype: string): PlainValue {
  const field = VALUE_FIELDS.find(name => holder.has(name));
  if (field === undefined || holder.get('is_null') === true) return null;
  const value = holder.get(field)!;
  const bits = SIGNED_BITS[datatype] ?? UNSIGNED_BITS[datatype];
  const refuse = (): never => {
    throw new DecodeProblem('TYPE', `a ${datatype} came as ${field}`);
  };
  if (bits !== undefined) {
    if (field !== 'int_value' && field !== 'long_value') return refuse();
    return wholeNumber(BigInt(value as number | bigint), bits, SIGNED_BITS[datatype] !== undefined, datatype);
  }
  switch (datatype) {
    case 'Float':
      return field === 'float_value' ? (value as number) : refuse();
    case 'Double':
      return field === 'double_value' ? (value as number) : refuse();
    case 'Boolean':
      return field === 'boolean_value' ? (value as boolean) : refuse();
    case 'String':
    case 'Text':
    case 'UUID':
      return field === 'string_value' ? (value as string) : refuse();
    case 'DataSet':
      return field === 'dataset_value' ? dataSet(value as MessageTree) : refuse();
    case 'Template':
      return field === 'template_value' ? template(value as MessageTree) : refuse();
    case 'Bytes':
    case 'File':
      return field === 'bytes_value' ? (value as Uint8Array) : refuse();
    default:
      return field === 'bytes_value' ? arrayOf(datatype, value as Uint8Array) : refuse();
  }
}

/** Name of data type `number`. Throws DecodeProblem `UNKNOWN_SCHEMA`. */
export function sparkplugType(number: unknown): string {
  const name = typeof number === 'number' && number > 0 ? SPARKPLUG_TYPES[number] : undefined;
  if (name === undefined) throw new DecodeProblem('UNKNOWN_SCHEMA', `data type ${String(number)} is not one of Sparkplug 3.0`);
  return name;
}

/** A number on the wire as one of `bits` bits; negative ones come in two's complement of their own or of any larger size. */
function wholeNumber(raw: bigint, bits: number, signed: boolean, datatype: string): number | bigint {
  const limit = 1n << BigInt(signed ? bits - 1 : bits);
  if (raw < limit) return narrow(raw);
  if (signed) {
    for (const size of [8, 16, 32, 64]) {
      const value = raw - (1n << BigInt(size));
      if (size >= bits && value < 0n && value >= -limit) return narrow(value);
    }
  }
  throw new DecodeProblem('RANGE', `${raw} is beyond the range of ${datatype}`);
}

function arrayOf(datatype: string, bytes: Uint8Array): PlainValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (datatype === 'BooleanArray') return booleans(view);
  if (datatype === 'StringArray') return strings(bytes);
  const type = ARRAYS[datatype];
  if (type === undefined) throw new DecodeProblem('TYPE', `values of type ${datatype} are not read`);
  const size = ELEMENT_BYTES[type];
  if (bytes.length % size !== 0) throw new DecodeProblem('TRUNCATED', `${bytes.length} bytes are no whole number of elements of ${datatype}`);
  return Array.from({ length: bytes.length / size }, (_, index) => readElement(view, index * size, type, true));
}

/** A count, then bits from the high end. */
function booleans(view: DataView): PlainValue {
  const count = view.byteLength < 4 ? -1 : view.getUint32(0, true);
  if (count < 0 || view.byteLength - 4 !== Math.ceil(count / 8)) throw new DecodeProblem('TRUNCATED', `${view.byteLength} bytes are no BooleanArray of ${count}`);
  return Array.from({ length: count }, (_, index) => ((view.getUint8(4 + (index >> 3)) >> (7 - (index & 7))) & 1) === 1);
}

/** Texts, each ended by a zero byte. */
function strings(bytes: Uint8Array): PlainValue {
  if (bytes.length > 0 && bytes[bytes.length - 1] !== 0) throw new DecodeProblem('TRUNCATED', 'a StringArray does not end with a zero byte');
  const texts: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    texts.push(textOf(bytes, start, end));
    start = end + 1;
  }
  return texts;
}

function dataSet(tree: MessageTree): PlainValue {
  const columns = (tree.get('columns') ?? []) as string[];
  const types = ((tree.get('types') ?? []) as number[]).map(sparkplugType);
  const declared = tree.get('num_of_columns');
  if (columns.length !== types.length || (declared !== undefined && Number(declared) !== columns.length)) throw new DecodeProblem('TYPE', `a DataSet with ${columns.length} names and ${types.length} types of columns`);
  const rows = ((tree.get('rows') ?? []) as MessageTree[]).map(row => {
    const elements = (row.get('elements') ?? []) as MessageTree[];
    if (elements.length !== columns.length) throw new DecodeProblem('TYPE', `a row of a DataSet has ${elements.length} of ${columns.length} elements`);
    return elements.map((element, index) => sparkplugValue(element, types[index]!));
  });
  return new Map<string, PlainValue>([['columns', columns], ['types', types], ['rows', rows]]);
}

function template(tree: MessageTree): PlainValue {
  const text = (name: string): PlainValue => (tree.get(name) as string | undefined) ?? null;
  const metrics = ((tree.get('metrics') ?? []) as MessageTree[]).map(metric => {
    const datatype = sparkplugType(metric.get('datatype'));
    return new Map<string, PlainValue>([['name', (metric.get('name') as string | undefined) ?? null], ['datatype', datatype], ['value', sparkplugValue(metric, datatype)]]);
  });
  const parameters = ((tree.get('parameters') ?? []) as MessageTree[]).map(parameter => {
    const datatype = sparkplugType(parameter.get('type'));
    return new Map<string, PlainValue>([['name', (parameter.get('name') as string | undefined) ?? null], ['datatype', datatype], ['value', sparkplugValue(parameter, datatype)]]);
  });
  return new Map<string, PlainValue>([['version', text('version')], ['ref', text('template_ref')], ['isDefinition', tree.get('is_definition') === true], ['metrics', metrics], ['parameters', parameters]]);
}
