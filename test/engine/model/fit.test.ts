import { describe, expect, it } from 'vitest';
import { checkModelFits } from '../../../engine/model/check-fit';
import type { ModelContract, ModelTensor } from '../../../engine/model/model-contract';
import { checkModels } from '../../../engine/model/check-models';
import { openModel } from '../../../engine/model/open-model';
import type { PredictNode } from '../../../engine/plan/nodes/predict';
import type { Plan } from '../../../engine/plan/plan';
import { resolveTypes } from '../../../engine/plan/resolve-types';
import type { Schema } from '../../../engine/schema/schema';
import { referenceBytes } from '../../support/reference';

const contractOf = (inputs: readonly ModelTensor[], outputs: readonly ModelTensor[]): ModelContract => ({
  irVersion: 8,
  producer: '',
  opsets: new Map(),
  inputs,
  outputs,
  nodeCount: 1,
  ops: new Map()
});
const features: ModelTensor = { name: 'features', type: 'tensor(float)', shape: [null, 2] };
const score: ModelTensor = { name: 'score', type: 'tensor(float)', shape: [null, 1] };
const schema: Schema = {
  fields: [
    { name: 'rms', type: 'float64', nullable: false },
    { name: 'peakHz', type: 'float64', nullable: false },
    { name: 'n', type: 'int64', nullable: false },
    { name: 'x', type: { list: 'float32', size: 64 }, nullable: false },
    { name: 'ys', type: { list: 'float32' }, nullable: false }
  ]
};
const config: PredictNode['config'] = { model: 'bearing.onnx', inputs: { features: ['rms', 'peakHz'] }, outputs: { score: { column: 'score', type: 'float64' } }, onError: 'deadLetter' };

describe('a model and its predict step', () => {
  it('fit when names, widths and types do', () => {
    expect(checkModelFits(contractOf([features], [score]), config, schema)).toEqual([]);
    const convolution = contractOf([{ name: 'x', type: 'tensor(float)', shape: ['n', 1, 64] }], [score]);
    expect(checkModelFits(convolution, { ...config, inputs: { x: ['x'] } }, schema)).toEqual([]);
  });
  const misfits: [string, ModelContract, Partial<PredictNode['config']>, RegExp][] = [
    ['an input that gets nothing', contractOf([features, { ...features, name: 'state' }], [score]), {}, /input "state" gets no columns/],
    ['an input that does not exist', contractOf([features], [score]), { inputs: { feature: ['rms', 'peakHz'] } }, /no input "feature"; it has "features"\. Did you mean "features"\?/],
    ['a column that does not exist', contractOf([features], [score]), { inputs: { features: ['rms', 'peakHZ'] } }, /wants column "peakHZ".*Did you mean "peakHz"\?/],
    ['too few columns', contractOf([features], [score]), { inputs: { features: ['rms'] } }, /has shape \[\?, 2\].*gets 1 values per row/],
    ['numbers for texts', contractOf([{ ...features, type: 'tensor(string)' }], [score]), {}, /takes texts; column "rms" is float64/],
    ['a type that no column has', contractOf([{ ...features, type: 'tensor(bool)' }], [score]), {}, /is tensor\(bool\), which no column can be/],
    ['fractions for integers', contractOf([{ ...features, type: 'tensor(int64)' }], [score]), {}, /takes integers; column "rms" is float64/],
    ['an output that does not exist', contractOf([features], [score]), { outputs: { scores: { column: 's', type: 'float32' } } }, /no output "scores"; it has "score"/],
    ['an output in integers', contractOf([features], [score]), { outputs: { score: { column: 's', type: 'int64' } } }, /Declare it float32 or float64/]
  ];
  for (const [name, contract, changes, pattern] of misfits) {
    it(`do not fit with ${name}`, () => {
      const problems = checkModelFits(contract, { ...config, ...changes }, schema);
      expect(problems.join('\n')).toMatch(pattern);
      expect(problems[0]).toMatch(/^predict\("bearing\.onnx"\): /);
    });
  }
});

describe('opening a model', () => {
  it('refuses a dangerous file by name and reason', () => {
    expect(() => openModel('x.onnx', referenceBytes('onnx/bad/external-traversal.onnx'))).toThrow(/^model "x\.onnx": tensor "\w*" lies in another file/);
  });
});

describe('the models of a plan', () => {
  const model = referenceBytes('onnx/mlp-regressor.onnx');
  const input = openModel('m.onnx', model).inputs[0]!;
  const output = openModel('m.onnx', model).outputs[0]!;
  const planWith = (columns: readonly string[]): Plan => ({
    littoralPlan: 1,
    name: 'p',
    nodes: [
      {
        id: 'source',
        op: 'source',
        config: {
          connector: 'mqtt',
          topic: 't',
          connection: 'c',
          decoder: { format: 'json' },
          schema: { fields: [{ name: 't', type: 'timestampMs', nullable: false }, ...columns.map(name => ({ name, type: 'float64' as const, nullable: false }))] },
          eventTime: 't',
          maxOutOfOrdernessMs: 0,
          maxFutureSkewMs: null,
          idleTimeoutMs: null,
          watermarkPer: 'source'
        }
      },
      { id: 'predict', op: 'predict', input: 'source', config: { model: 'm.onnx', inputs: { [input.name]: columns }, outputs: { [output.name]: { column: 'y', type: 'float32' } }, onError: 'null' } },
      { id: 'sink', op: 'sink', input: 'predict', config: { connector: 'mqtt', name: 's', topic: 'o', connection: 'c', qos: 1, retain: false } }
    ]
  });
  const checkedModels = (plan: Plan, models: Readonly<Record<string, Uint8Array>>): Readonly<Record<string, Uint8Array>> => checkModels(plan, resolveTypes(plan), models);
  const columns = Array.from({ length: input.shape[1] as number }, (_, i) => `c${i}`);

  it('pass when each is there, harmless and fits its step', () => {
    expect(Object.keys(checkedModels(planWith(columns), { 'm.onnx': model, 'unused.onnx': model }))).toEqual(['m.onnx']);
  });
  it('are refused when one is missing, dangerous or does not fit', () => {
    expect(() => checkedModels(planWith(columns), {})).toThrow(/the file is missing/);
    expect(() => checkedModels(planWith(columns), { 'm.onnx': referenceBytes('onnx/bad/external-plain.onnx') })).toThrow(/lies in another file/);
    expect(() => checkedModels(planWith(columns.slice(1)), { 'm.onnx': model })).toThrow(/values per row from "c1"/);
  });
});
