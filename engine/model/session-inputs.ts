import type { InputTensor, Tensor } from '../operator/operator';

/** An input of a loaded model. */
export interface SessionInput {
  readonly type: InputTensor['type'];
  /** The first is that of the rows; null: any size. */
  readonly dims: readonly (number | null)[];
}

/** What ONNX Runtime says about an input; free dimensions are names or 2^32 - 1. */
export type InputMetadata =
  | { readonly name: string; readonly isTensor: false }
  | { readonly name: string; readonly isTensor: true; readonly type: string; readonly shape: readonly (number | string)[] };

const SIZE_MAX = 0x7fff_ffff;
const TYPES: readonly InputTensor['type'][] = ['float32', 'float64', 'int32', 'int64', 'string'];

/** The inputs of a model that columns can fill, by name. */
export function sessionInputs(metadata: readonly InputMetadata[]): ReadonlyMap<string, SessionInput> {
  const inputs = new Map<string, SessionInput>();
  for (const input of metadata) {
    if (!input.isTensor) continue;
    const type = TYPES.find(known => known === input.type);
    if (type !== undefined) inputs.set(input.name, { type, dims: input.shape.map(size => (typeof size === 'number' && size > 0 && size <= SIZE_MAX ? size : null)) });
  }
  return inputs;
}

/** The rows that a model takes at once; null when any number fits. */
export function fixedRowsOf(inputs: ReadonlyMap<string, SessionInput>): number | null {
  for (const { dims } of inputs.values()) {
    const rows = dims[0] ?? null;
    if (rows !== null) return rows;
  }
  return null;
}

/** `tensor` in the type and form that `input` has: floats take every number, an int64 takes an int32; the rows stay the first dimension. */
export function fitTensor(tensor: InputTensor, input: SessionInput): InputTensor {
  const dims = fittedDims(tensor, input.dims);
  if (tensor.type === 'string' || input.type === 'string') return { ...tensor, dims };
  return { type: input.type, dims, data: convert(tensor, input.type) };
}

function fittedDims({ dims, data }: InputTensor, wanted: readonly (number | null)[]): readonly number[] {
  if (dims.length === wanted.length && wanted.every((size, index) => size === null || size === dims[index])) return dims;
  const [rows = 0] = dims;
  return [rows, ...innerDims(wanted.slice(1), rows === 0 ? 0 : data.length / rows, dims)];
}

function innerDims(wanted: readonly (number | null)[], width: number, given: readonly number[]): readonly number[] {
  const fixed = wanted.reduce<number>((product, size) => product * (size ?? 1), 1);
  const free = wanted.filter(size => size === null).length;
  if (free === 0 && fixed === width) return wanted.map(size => size ?? 1);
  if (free === 1 && width % fixed === 0) return wanted.map(size => size ?? width / fixed);
  return given.slice(1);
}

function convert({ type, data }: Tensor, wanted: Tensor['type']): Tensor['data'] {
  if (type === wanted) return data;
  const values = data instanceof BigInt64Array ? Float64Array.from(data, Number) : data;
  if (wanted === 'float32') return Float32Array.from(values);
  if (wanted === 'float64') return Float64Array.from(values);
  return wanted === 'int64' && type === 'int32' ? BigInt64Array.from(values, BigInt) : data;
}
