import type { InferenceAnswer, InferenceRequest, InputTensor, Tensor } from '../operator/operator';
import { tensorData } from '../operator/inference/tensor-columns';
import { fitTensor, fixedRowsOf } from './session-inputs';
import type { SessionInput } from './session-inputs';

type Tensors = Readonly<Record<string, Tensor>>;
type InputTensors = Readonly<Record<string, InputTensor>>;

/** A loaded model as a host offers it: ONNX Runtime's WebAssembly build in the browser and in Node. */
export interface ModelSession {
  /** Inputs by name, as `sessionInputs` reads them; tensors are fitted to their types and forms. */
  readonly inputs: ReadonlyMap<string, SessionInput>;
  run(inputs: InputTensors): Promise<Tensors>;
}

/** Runs one request on `session`; a failure of the model is an answer with code `INFERENCE_FAILED`, never a rejection. */
export async function answerRequest(session: ModelSession | undefined, request: InferenceRequest): Promise<InferenceAnswer> {
  if (session === undefined) return failure(request, `model "${request.model}" is not loaded`);
  try {
    const fixedRows = fixedRowsOf(session.inputs);
    const whole = fixedRows === null || fixedRows === request.rowCount;
    return { id: request.id, outputs: whole ? await run(session, request.inputs) : await runInSlices(session, request, fixedRows) };
  } catch (error) {
    return failure(request, `model "${request.model}": ${firstLine(error)}`);
  }
}

function run(session: ModelSession, inputs: InputTensors): Promise<Tensors> {
  const fitted: Record<string, InputTensor> = {};
  for (const [name, tensor] of Object.entries(inputs)) {
    const input = session.inputs.get(name);
    fitted[name] = input === undefined ? tensor : fitTensor(tensor, input);
  }
  return session.run(fitted);
}

function failure(request: InferenceRequest, message: string): InferenceAnswer {
  return { id: request.id, error: { code: 'INFERENCE_FAILED', message } };
}

/** A model with a fixed first dimension takes exactly that many rows at a time; a last, shorter slice repeats its last row. */
async function runInSlices(session: ModelSession, request: InferenceRequest, rowsPerRun: number): Promise<Tensors> {
  const parts: Tensors[] = [];
  for (let first = 0; first < request.rowCount; first += rowsPerRun) {
    const slice: Record<string, InputTensor> = {};
    for (const [name, tensor] of Object.entries(request.inputs)) slice[name] = sliceRows(tensor, first, rowsPerRun, request.rowCount);
    parts.push(await run(session, slice));
  }
  const outputs: Record<string, Tensor> = {};
  for (const name of Object.keys(parts[0] ?? {})) {
    outputs[name] = joinRows(parts.map(part => part[name]).filter(tensor => tensor !== undefined), request.rowCount);
  }
  return outputs;
}

function sliceRows(tensor: InputTensor, first: number, count: number, rowCount: number): InputTensor {
  const width = tensor.data.length / rowCount;
  const rowAt = (row: number): number => Math.min(first + row, rowCount - 1);
  if (tensor.type === 'string') return { ...tensor, dims: [count, ...tensor.dims.slice(1)], data: Array.from({ length: count * width }, (_, i) => tensor.data[rowAt(Math.floor(i / width)) * width + (i % width)]!) };
  const data = tensorData(tensor.type, count * width);
  for (let row = 0; row < count; row++) copyInto(data, tensor.data, row * width, rowAt(row) * width, width);
  return { type: tensor.type, dims: [count, ...tensor.dims.slice(1)], data };
}

function joinRows(parts: readonly Tensor[], rowCount: number): Tensor {
  const first = parts[0];
  if (first === undefined) throw new Error('a model run gave no outputs');
  const rowsPerPart = first.dims[0] ?? 1;
  const width = first.data.length / rowsPerPart;
  const data = tensorData(first.type, rowCount * width);
  parts.forEach((part, index) => copyInto(data, part.data, index * rowsPerPart * width, 0, Math.min(rowsPerPart, rowCount - index * rowsPerPart) * width));
  return { type: first.type, dims: [rowCount, ...first.dims.slice(1)], data };
}

function copyInto(target: Tensor['data'], source: Tensor['data'], at: number, from: number, count: number): void {
  if (target instanceof BigInt64Array) {
    if (source instanceof BigInt64Array) target.set(source.subarray(from, from + count), at);
  } else if (!(source instanceof BigInt64Array)) target.set(source.subarray(from, from + count), at);
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}
