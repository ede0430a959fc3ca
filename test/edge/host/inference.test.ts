import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InferenceRequest, InputTensor, Tensor } from '../../../engine/operator/operator';
import { loadModels } from '../../../edge/host/inference';
import type { Inference } from '../../../edge/host/inference';
import { passes, plain, referenceBytes, referenceCases } from '../../support/reference';

const MODELS = ['gru-state', 'string-onehot', 'isolation-forest', 'logistic-regression', 'gradient-boosting', 'conv-autoencoder', 'embedding-int64', 'mlp-regressor', 'mlp-autoencoder', 'pca-float64', 'quantized-int8', 'dft-power', 'other-conv1d-stride', 'other-sigmoid'].map(name => `${name}.onnx`);

interface JsonTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: readonly (number | string)[];
}
const cases = referenceCases('onnx/onnx.json').map(each => ({ ...each, model: 'model' in each ? String(each.model) : '' })).filter(each => MODELS.includes(each.model));

let inference: Inference;
beforeAll(async () => {
  const names = [...new Set(cases.map(each => each.model))];
  inference = await loadModels(Object.fromEntries(names.map(name => [name, referenceBytes(`onnx/${name}`)])));
});
afterAll(() => inference.dispose());

describe('inference in Node', () => {
  test.each(cases.map(each => [each.name, each] as const))('%s gives the outputs of the reference runtime', async (_name, each) => {
    const inputs = Object.fromEntries(Object.entries(each.input ?? {}).map(([name, tensor]) => [name, tensorOf(tensor)]));
    const answer = await inference.infer({ id: 1, node: 'predict', model: each.model, inputs, rowCount: each.model === 'gru-state.onnx' ? 1 : (Object.values(inputs)[0]?.dims[0] ?? 0) });
    if ('error' in answer) throw new Error(answer.error.message);
    for (const [name, expected] of Object.entries(each.expected ?? {})) {
      const seen = answer.outputs[name];
      const wanted: JsonTensor = expected;
      if (!['float32', 'float64', 'int32', 'int64'].includes(wanted.type)) continue;
      const numbers = Array.from(seen?.data ?? [], Number);
      expect(seen?.dims).toEqual(wanted.dims);
      wanted.data.forEach((value, index) => {
        const number = Number(plain(value));
        expect(passes(numbers[index] ?? NaN, number, each.relTolerance, each.absTolerance), `${name}[${index}]: ${numbers[index]}, expected ${number}`).toBe(true);
      });
    }
  });

  test('fits tensors to the model: doubles to floats, a flat row to its form, rows to a fixed number', async () => {
    const rows = 5;
    const flat: Tensor = { type: 'float64', dims: [rows, 64], data: Float64Array.from({ length: rows * 64 }, (_none, i) => Math.sin(i / 7)) };
    const shaped: Tensor = { type: 'float32', dims: [rows, 1, 64], data: Float32Array.from(flat.data as Float64Array) };
    const [a, b] = [await inference.infer(ask('conv-autoencoder.onnx', { signal: flat }, rows)), await inference.infer(ask('conv-autoencoder.onnx', { signal: shaped }, rows))];
    expect(a).toEqual(b);
    const three: Tensor = { type: 'float64', dims: [3, 40], data: Float64Array.from({ length: 120 }, (_none, i) => Math.cos(i)) };
    const answer = await inference.infer(ask('other-conv1d-stride.onnx', { '0': three }, 3));
    expect('outputs' in answer && answer.outputs['3']?.dims).toEqual([3, 5, 4]);
  });

  test('answers a failing run, an unknown model and an unknown input with an error', async () => {
    const one: Tensor = { type: 'float32', dims: [1, 3], data: new Float32Array(3) };
    for (const request of [ask('mlp-regressor.onnx', { x: one }, 1), ask('absent.onnx', { x: one }, 1), ask('mlp-regressor.onnx', { y: one }, 1)]) {
      expect(await inference.infer(request)).toMatchObject({ id: 1, error: { code: 'INFERENCE_FAILED', message: expect.stringContaining(request.model) } });
    }
  });

  test('refuses bytes that are no model', async () => {
    await expect(loadModels({ 'bad.onnx': Uint8Array.of(1, 2, 3) })).rejects.toMatchObject({ code: 'MODEL_UNLOADABLE', details: { model: 'bad.onnx' } });
  });
});

function ask(model: string, inputs: Readonly<Record<string, Tensor>>, rowCount: number): InferenceRequest {
  return { id: 1, node: 'predict', model, inputs, rowCount };
}

function tensorOf({ type, dims, data }: JsonTensor): InputTensor {
  if (type === 'string') return { type, dims, data: data.map(value => String(plain(value))) };
  const values = data.map(value => Number(plain(value)));
  if (type === 'float32') return { type, dims, data: Float32Array.from(values) };
  if (type === 'float64') return { type, dims, data: Float64Array.from(values) };
  if (type === 'int32') return { type, dims, data: Int32Array.from(values) };
  if (type === 'int64') return { type, dims, data: BigInt64Array.from(values, BigInt) };
  throw new Error(`tensor type ${type} is not for predict`);
}
