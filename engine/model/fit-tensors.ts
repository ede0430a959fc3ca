import type { Tensor } from '../operator/operator';
import type { ModelTensor } from './model-contract';

/** Element types that columns can go into and come out of. */
export const TENSOR_TYPES: ReadonlyMap<string, Tensor['type']> = new Map([
  ['tensor(float)', 'float32'],
  ['tensor(double)', 'float64'],
  ['tensor(int32)', 'int32'],
  ['tensor(int64)', 'int64']
]);

/**
 * The tensors as the model declares them: numbers in its element type, rows × width in its rank. Throws a plain Error
 * with one sentence when an input is missing, a number does not fit its type or the width its shape.
 */
export function fitTensors(declared: readonly ModelTensor[], inputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const fitted: Record<string, Tensor> = {};
  for (const input of declared) {
    const tensor = Object.hasOwn(inputs, input.name) ? inputs[input.name] : undefined;
    if (tensor === undefined) throw new Error(`input "${input.name}" gets no columns`);
    const type = TENSOR_TYPES.get(input.type);
    if (type === undefined) throw new Error(`input "${input.name}" is ${input.type}, which no column can be`);
    fitted[input.name] = { type, dims: fitDims(input, tensor), data: fitData(input.name, tensor, type) };
  }
  return fitted;
}

function fitDims(input: ModelTensor, tensor: Tensor): number[] {
  const rows = tensor.dims[0] ?? 0;
  const width = rows === 0 ? 0 : tensor.data.length / rows;
  const dims = innerDims(input.shape, width);
  if (dims === null) throw new Error(`input "${input.name}" has shape [${input.shape.map(size => size ?? '?').join(', ')}] and gets ${width} values per row`);
  return [rows, ...dims];
}

/** Sizes after the first so that a row of `width` values fills them; null when none do. At most one free size is more than 1. */
export function innerDims(shape: ModelTensor['shape'], width: number): number[] | null {
  if (shape.length === 0) return [width];
  const inner = shape.slice(1);
  const fixed = inner.reduce<number>((product, size) => product * (typeof size === 'number' ? size : 1), 1);
  const free = inner.findIndex(size => typeof size !== 'number');
  if (fixed === 0 || (free < 0 ? fixed !== width : width % fixed !== 0)) return null;
  return inner.map((size, i) => (typeof size === 'number' ? size : i === free ? width / fixed : 1));
}

function fitData(name: string, tensor: Tensor, type: Tensor['type']): Tensor['data'] {
  const { data } = tensor;
  if (tensor.type === type) return data;
  const numbers = data instanceof BigInt64Array ? Float64Array.from(data, Number) : data;
  if (type === 'float32') return Float32Array.from(numbers);
  if (type === 'float64') return Float64Array.from(numbers);
  const refuse = (value: number): Error => new Error(`input "${name}" takes integers and gets ${value}`);
  const limit = type === 'int32' ? 2 ** 31 : 2 ** 53;
  for (const value of numbers) if (!Number.isInteger(value) || value < -limit || value >= limit) throw refuse(value);
  if (type === 'int32') return Int32Array.from(numbers);
  return data instanceof BigInt64Array ? data : BigInt64Array.from(numbers as Float64Array, value => BigInt(value));
}
