import { InferenceSession, Tensor as OrtTensor, env } from 'onnxruntime-web/wasm';
import { LittoralError } from '../../engine/error';
import type { InferenceAnswer, InferenceRequest, Tensor } from '../../engine/operator/operator';

/** Models of one plan, loaded and ready; the same build and thread count as in the browser, so results are equal byte for byte. */
export interface Inference {
  /** Runs one request; a failure of the model is an answer with code `INFERENCE_FAILED`, never a rejection. */
  infer(request: InferenceRequest): Promise<InferenceAnswer>;
  dispose(): Promise<void>;
}

/**
 * Loads `models` (file name → bytes) into ONNX Runtime's WebAssembly build with one thread.
 * Rejects with `MODEL_UNLOADABLE` when the runtime refuses one of them.
 */
export async function loadModels(models: Readonly<Record<string, Uint8Array>>): Promise<Inference> {
  env.wasm.numThreads = 1;
  env.logLevel = 'fatal';
  const sessions = new Map<string, InferenceSession>();
  for (const [name, bytes] of Object.entries(models)) sessions.set(name, await openSession(name, bytes));
  return {
    infer: request => answerRequest(sessions, request),
    async dispose() {
      for (const session of sessions.values()) await session.release();
      sessions.clear();
    }
  };
}

async function openSession(name: string, bytes: Uint8Array): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 });
  } catch (cause) {
    throw new LittoralError(
      'MODEL_UNLOADABLE',
      `model "${name}": ONNX Runtime refuses it (${firstLine(cause)}); expected a model of the default and ai.onnx.ml domains. Export it again and check it with \`littoral inspect ${name}\`.`,
      { cause, details: { model: name } }
    );
  }
}

async function answerRequest(sessions: ReadonlyMap<string, InferenceSession>, request: InferenceRequest): Promise<InferenceAnswer> {
  const session = sessions.get(request.model);
  if (session === undefined) return failure(request, `model "${request.model}" is not loaded; loaded are ${[...sessions.keys()].join(', ') || 'none'}`);
  try {
    const batchMax = fixedBatch(session);
    const outputs =
      batchMax === null || batchMax === request.rowCount
        ? await runOnce(session, request.inputs)
        : await runInSlices(session, request, batchMax);
    return { id: request.id, outputs };
  } catch (error) {
    return failure(request, `model "${request.model}": ${firstLine(error)}`);
  }
}

function failure(request: InferenceRequest, message: string): InferenceAnswer {
  return { id: request.id, error: { code: 'INFERENCE_FAILED', message } };
}

async function runOnce(session: InferenceSession, inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
  const feeds: Record<string, OrtTensor> = {};
  for (const [name, tensor] of Object.entries(inputs)) feeds[name] = toOrt(tensor);
  const results = await session.run(feeds);
  const outputs: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries(results)) {
    const tensor = fromOrt(value);
    if (tensor !== null) outputs[name] = tensor;
  }
  return outputs;
}

/** A model with a fixed first dimension takes the rows in slices of exactly that many; a last, shorter slice repeats its last row. */
async function runInSlices(session: InferenceSession, request: InferenceRequest, rowsPerRun: number): Promise<Record<string, Tensor>> {
  const parts: Record<string, Tensor>[] = [];
  for (let first = 0; first < request.rowCount; first += rowsPerRun) {
    const slice: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(request.inputs)) slice[name] = sliceRows(tensor, first, rowsPerRun, request.rowCount);
    parts.push(await runOnce(session, slice));
  }
  const outputs: Record<string, Tensor> = {};
  for (const name of Object.keys(parts[0] ?? {})) {
    outputs[name] = joinRows(parts.map(part => part[name]).filter(tensor => tensor !== undefined), request.rowCount);
  }
  return outputs;
}

function sliceRows(tensor: Tensor, first: number, count: number, rowCount: number): Tensor {
  const width = tensor.data.length / rowCount;
  const data = emptyLike(tensor, count * width);
  for (let row = 0; row < count; row++) {
    const from = Math.min(first + row, rowCount - 1) * width;
    copyInto(data, tensor.data, row * width, from, width);
  }
  return { type: tensor.type, dims: [count, ...tensor.dims.slice(1)], data };
}

function joinRows(parts: readonly Tensor[], rowCount: number): Tensor {
  const first = parts[0];
  if (first === undefined) throw new Error('a model run gave no outputs');
  const rowsPerPart = first.dims[0] ?? 1;
  const width = first.data.length / rowsPerPart;
  const data = emptyLike(first, rowCount * width);
  parts.forEach((part, index) => {
    const rows = Math.min(rowsPerPart, rowCount - index * rowsPerPart);
    copyInto(data, part.data, index * rowsPerPart * width, 0, rows * width);
  });
  return { type: first.type, dims: [rowCount, ...first.dims.slice(1)], data };
}

function emptyLike(tensor: Tensor, length: number): Tensor['data'] {
  switch (tensor.type) {
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

function copyInto(target: Tensor['data'], source: Tensor['data'], at: number, from: number, count: number): void {
  if (target instanceof BigInt64Array) {
    if (source instanceof BigInt64Array) target.set(source.subarray(from, from + count), at);
  } else if (!(source instanceof BigInt64Array)) target.set(source.subarray(from, from + count), at);
}

/** The first dimension of the model's inputs when it is fixed; `null` when any number of rows fits. */
function fixedBatch(session: InferenceSession): number | null {
  for (const input of session.inputMetadata) {
    if (!input.isTensor) continue;
    const first = input.shape[0];
    if (typeof first === 'number' && first > 0 && first < 0x7fff_ffff) return first;
  }
  return null;
}

function toOrt(tensor: Tensor): OrtTensor {
  return new OrtTensor(tensor.type, tensor.data, tensor.dims);
}

function fromOrt(tensor: OrtTensor): Tensor | null {
  const { data, dims } = tensor;
  if (tensor.type === 'float32' && data instanceof Float32Array) return { type: 'float32', dims, data };
  if (tensor.type === 'float64' && data instanceof Float64Array) return { type: 'float64', dims, data };
  if (tensor.type === 'int32' && data instanceof Int32Array) return { type: 'int32', dims, data };
  if (tensor.type === 'int64' && data instanceof BigInt64Array) return { type: 'int64', dims, data };
  return null;
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}
