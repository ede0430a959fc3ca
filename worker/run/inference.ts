import { InferenceSession, Tensor as OrtTensor, env } from 'onnxruntime-web/wasm';
import { LittoralError } from '../../engine/error';
import type { Infer } from '../../engine/graph/drive';
import { answerRequest } from '../../engine/model/answer-request';
import type { ModelSession } from '../../engine/model/answer-request';
import { sessionInputs } from '../../engine/model/session-inputs';
import type { InputTensor, Tensor } from '../../engine/operator/operator';

/** Models of one plan, loaded and ready. */
export interface Inference {
  readonly infer: Infer;
  dispose(): Promise<void>;
}

/**
 * Loads `models` (file name → bytes) into ONNX Runtime's WebAssembly build with one thread: more threads change the sums
 * of tree models. Rejects with `MODEL_UNLOADABLE` when the runtime refuses one.
 */
export async function loadModels(models: Readonly<Record<string, Uint8Array>>, ortWasm: string): Promise<Inference> {
  env.wasm.wasmPaths = { wasm: ortWasm };
  env.wasm.numThreads = 1;
  env.logLevel = 'fatal';
  const sessions = new Map<string, { readonly ort: InferenceSession; readonly model: ModelSession }>();
  for (const [name, bytes] of Object.entries(models)) {
    const ort = await openSession(name, bytes);
    sessions.set(name, { ort, model: { inputs: sessionInputs(ort.inputMetadata), run: inputs => run(ort, inputs) } });
  }
  return {
    infer: request => answerRequest(sessions.get(request.model)?.model, request),
    async dispose() {
      for (const { ort } of sessions.values()) await ort.release();
      sessions.clear();
    }
  };
}

async function openSession(name: string, bytes: Uint8Array): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 });
  } catch (cause) {
    const seen = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0] ?? '';
    throw new LittoralError('MODEL_UNLOADABLE', `model "${name}": ONNX Runtime refuses it (${seen}); expected a model of the default and ai.onnx.ml domains. Export it again.`, {
      cause,
      details: { model: name }
    });
  }
}

async function run(session: InferenceSession, inputs: Readonly<Record<string, InputTensor>>): Promise<Record<string, Tensor>> {
  const feeds: Record<string, OrtTensor> = {};
  for (const [name, tensor] of Object.entries(inputs)) feeds[name] = new OrtTensor(tensor.type, tensor.data, tensor.dims);
  const results = await session.run(feeds);
  const outputs: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries(results)) {
    const tensor = fromOrt(value);
    if (tensor !== null) outputs[name] = tensor;
  }
  return outputs;
}

function fromOrt(tensor: OrtTensor): Tensor | null {
  const { data, dims } = tensor;
  if (tensor.type === 'float32' && data instanceof Float32Array) return { type: 'float32', dims, data };
  if (tensor.type === 'float64' && data instanceof Float64Array) return { type: 'float64', dims, data };
  if (tensor.type === 'int32' && data instanceof Int32Array) return { type: 'int32', dims, data };
  if (tensor.type === 'int64' && data instanceof BigInt64Array) return { type: 'int64', dims, data };
  return null;
}
