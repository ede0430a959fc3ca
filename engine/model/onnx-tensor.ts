import type { Message } from './protobuf';
import { countVarints, fieldsOf, integersOf } from './protobuf';

interface ElementType {
  readonly name: string;
  /** Bits of an element in raw data; null: there is no raw form. */
  readonly bits: number | null;
}

/** TensorProto.DataType (onnx.proto3, IR version 11). */
export const ELEMENT_TYPES: ReadonlyMap<number, ElementType> = new Map([
  [1, { name: 'float', bits: 32 }],
  [2, { name: 'uint8', bits: 8 }],
  [3, { name: 'int8', bits: 8 }],
  [4, { name: 'uint16', bits: 16 }],
  [5, { name: 'int16', bits: 16 }],
  [6, { name: 'int32', bits: 32 }],
  [7, { name: 'int64', bits: 64 }],
  [8, { name: 'string', bits: null }],
  [9, { name: 'bool', bits: 8 }],
  [10, { name: 'float16', bits: 16 }],
  [11, { name: 'double', bits: 64 }],
  [12, { name: 'uint32', bits: 32 }],
  [13, { name: 'uint64', bits: 64 }],
  [14, { name: 'complex64', bits: 64 }],
  [15, { name: 'complex128', bits: 128 }],
  [16, { name: 'bfloat16', bits: 16 }],
  [17, { name: 'float8e4m3fn', bits: 8 }],
  [18, { name: 'float8e4m3fnuz', bits: 8 }],
  [19, { name: 'float8e5m2', bits: 8 }],
  [20, { name: 'float8e5m2fnuz', bits: 8 }],
  [21, { name: 'uint4', bits: 4 }],
  [22, { name: 'int4', bits: 4 }]
]);

const COMPLEX: ReadonlySet<number> = new Set([14, 15]);
const FOUR_BITS: ReadonlySet<number> = new Set([21, 22]);
const EXTERNAL_LOCATION = 1;

export interface TensorFacts {
  readonly external: boolean;
  /** What is wrong with it, or null. */
  readonly problem: string | null;
}

/** Checks a TensorProto: its data is inside the file and is as much as its shape says. */
export function tensorFacts(tensor: Message): TensorFacts {
  let external = false;
  let type = 0;
  const dims: number[] = [];
  let rawBytes = -1;
  let values = -1;
  let dataFields = 0;
  const add = (count: number): void => {
    if (values < 0) dataFields += 1;
    values = Math.max(values, 0) + count;
  };
  for (const field of fieldsOf(tensor)) {
    const bytes = field.end - field.start;
    if (field.number === 1) dims.push(...integersOf(tensor, field));
    else if (field.number === 2) type = field.value;
    else if (field.number === 13 || (field.number === 14 && field.value === EXTERNAL_LOCATION)) external = true;
    else if (field.number === 9) rawBytes = bytes;
    else if (field.number === 4) add(field.wire === 5 ? 1 : bytes / 4);
    else if (field.number === 10) add(field.wire === 1 ? 1 : bytes / 8);
    else if (field.number === 5 || field.number === 7 || field.number === 11) add(countVarints(tensor, field));
    else if (field.number === 6) add(1);
  }
  if (rawBytes >= 0) dataFields += 1;
  return { external, problem: sizeProblem({ type, dims, rawBytes, values, dataFields }) };
}

interface Sizes {
  readonly type: number;
  readonly dims: readonly number[];
  readonly rawBytes: number;
  readonly values: number;
  readonly dataFields: number;
}

function sizeProblem({ type, dims, rawBytes, values, dataFields }: Sizes): string | null {
  const element = ELEMENT_TYPES.get(type);
  if (element === undefined) return `element type ${type} is unknown`;
  if (dims.some(dim => dim < 0)) return `shape [${dims.join(', ')}] has a negative size`;
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (!Number.isSafeInteger(count)) return `shape [${dims.join(', ')}] is beyond all bounds`;
  if (dataFields > 1) return 'its values are given twice';
  if (rawBytes >= 0) {
    const expected = element.bits === null ? -1 : Math.ceil((count * element.bits) / 8);
    return rawBytes === expected ? null : `${rawBytes} bytes of data do not fill shape [${dims.join(', ')}] of ${element.name}`;
  }
  const expected = COMPLEX.has(type) ? count * 2 : FOUR_BITS.has(type) ? Math.ceil(count / 2) : count;
  const seen = Math.max(values, 0);
  return seen === expected || (FOUR_BITS.has(type) && seen === count) ? null : `${seen} values do not fill shape [${dims.join(', ')}]`;
}

/** Parts of a SparseTensorProto that are TensorProtos. */
export function* tensorsOfSparse(sparse: Message): Generator<Message> {
  for (const field of fieldsOf(sparse)) {
    if (field.number === 1 || field.number === 2) yield { bytes: sparse.bytes, start: field.start, end: field.end };
  }
}
