import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web/wasm';
import { LittoralError } from '../../engine/error';
import { answerRequest } from '../../engine/model/answer-request';
import type { ModelSession } from '../../engine/model/answer-request';
import { sessionInputs } from '../../engine/model/session-inputs';
import type { InferenceAnswer, InferenceRequest, InputTensor, Tensor } from '../../engine/operator/operator';

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
  const opened = new Map<string, InferenceSession>();
  const sessions = new Map<string, ModelSession>();
  for (const [name, bytes] of Object.entries(models)) {
    const runtime = await loadRuntime();
    const session = await openSession(runtime, name, bytes);
    opened.set(name, session);
    sessions.set(name, { inputs: sessionInputs(session.inputMetadata), run: inputs => runSession(runtime, session, inputs) });
  }
  return {
    infer: request => answerRequest(sessions.get(request.model), request),
    async dispose() {
      for (const session of opened.values()) await session.release();
      opened.clear();
      sessions.clear();
    }
  };
}

type Runtime = typeof import('onnxruntime-web/wasm');

/** Loaded with the first model: a plan without one does not pay for it. */
async function loadRuntime(): Promise<Runtime> {
  const runtime = await import('onnxruntime-web/wasm');
  runtime.env.wasm.numThreads = 1;
  runtime.env.logLevel = 'fatal';
  return runtime;
}

async function openSession(runtime: Runtime, name: string, bytes: Uint8Array): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 });
  } catch (cause) {
    const seen = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? cause.message) : String(cause);
    throw new LittoralError(
      'MODEL_UNLOADABLE',
      `model "${name}": ONNX Runtime refuses it (${seen}); expected a model of the default and ai.onnx.ml domains. Export it again and look at it with \`littoral inspect\`.`,
      { cause, details: { model: name } }
    );
  }
}

async function runSession(runtime: Runtime, session: InferenceSession, inputs: Readonly<Record<string, InputTensor>>): Promise<Record<string, Tensor>> {
  const feeds: Record<string, OrtTensor> = {};
  for (const [name, tensor] of Object.entries(inputs)) feeds[name] = new runtime.Tensor(tensor.type, tensor.data, tensor.dims);
  const outputs: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries(await session.run(feeds))) {
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
