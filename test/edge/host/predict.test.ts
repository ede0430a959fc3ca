import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { valueAt } from '../../../engine/batch/value';
import { createGraph } from '../../../engine/graph/create-graph';
import { drive } from '../../../engine/graph/drive';
import type { Graph, GraphInput } from '../../../engine/graph/graph-api';
import { checkModels } from '../../../engine/model/check-models';
import { parsePlan } from '../../../engine/plan/parse-plan';
import type { PredictNode } from '../../../engine/plan/nodes/predict';
import type { Plan, SourceConfig } from '../../../engine/plan/plan';
import { resolveTypes } from '../../../engine/plan/resolve-types';
import type { Field } from '../../../engine/schema/schema';
import { loadModels } from '../../../edge/host/inference';
import type { Inference } from '../../../edge/host/inference';
import { END, message, sinkNode, sourceNode } from '../../support/graph-runs';
import { passes, referenceBytes, referenceCases } from '../../support/reference';

interface JsonTensor {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}
type Rows = Record<string, unknown>[];

const MODELS = ['gru-state.onnx', 'string-onehot.onnx', 'conv-autoencoder.onnx', 'logistic-regression.onnx'];
const bytes = Object.fromEntries(MODELS.map(name => [name, referenceBytes(`onnx/${name}`)]));
let inference: Inference;
beforeAll(async () => void (inference = await loadModels(bytes)));
afterAll(() => inference.dispose());

function planWith(fields: readonly Field[], config: Pick<PredictNode['config'], 'model' | 'inputs' | 'outputs'> & Partial<PredictNode['config']>): Plan {
  const schema: SourceConfig['schema'] = { fields: [{ name: 't', type: 'timestampMs', nullable: false }, { name: 'k', type: 'utf8', nullable: false }, ...fields] };
  const plan = parsePlan({
    littoralPlan: 1,
    name: 'models',
    nodes: [sourceNode({ schema }), { id: 'keyed', op: 'keyBy', input: 'in', config: { columns: ['k'] } }, { id: 'predicted', op: 'predict', input: 'keyed', config: { onError: 'deadLetter', ...config } }, sinkNode('predicted')]
  });
  checkModels(plan, resolveTypes(plan), bytes);
  return plan;
}

async function run(plan: Plan, inputs: readonly GraphInput[], pushSize = inputs.length, infer = (request: Parameters<Inference['infer']>[0]) => inference.infer(request)): Promise<{ rows: Rows; graph: Graph; letters: string[] }> {
  const rows: Rows = [];
  const letters: string[] = [];
  let graph = createGraph(plan);
  for (let from = 0; from < inputs.length; from += pushSize) {
    const step = await drive(graph, inputs.slice(from, from + pushSize), infer);
    letters.push(...step.deadLetters.map(letter => `${letter.code}: ${letter.message}`));
    for (const { batch } of step.emissions) for (let row = 0; row < batch.rowCount; row++) rows.push(Object.fromEntries(batch.schema.fields.map((field, index) => [field.name, valueAt(batch.columns[index]!, row)])));
    expect(graph.metrics().totals.conservationError).toBe(0);
    const snapshot = graph.snapshot();
    graph = createGraph(plan);
    graph.restore(snapshot);
  }
  return { rows, graph, letters };
}

const list: Field = { name: 'x', type: { list: 'float32' }, nullable: false };

describe('predict with the models of the reference', () => {
  const steps = referenceCases('onnx/onnx.json').filter(each => each.name.startsWith('gru-state')).map(each => ({ ...each, x: (each.input as { x: JsonTensor }).x, h0: (each.input as { h0: JsonTensor }).h0, y: (each.expected as { y: JsonTensor }).y }));
  /** Sequences of runs with two keys side by side, each beginning with a state of zeros. */
  const sequences = steps.reduce<(typeof steps)[]>((all, step) => {
    if (step.h0.data.every(value => value === 0) || all.length === 0) all.push([]);
    all.at(-1)!.push(step);
    return all;
  }, []).filter(([first]) => first!.h0.data.every(value => value === 0) && first!.x.dims[1] === 2);

  test.each([1, 3, 100])('a recurrent model carries its state for each key, across steps and restores of %i rows', async pushSize => {
    expect(sequences.length).toBeGreaterThan(0);
    const plan = planWith([list], { model: 'gru-state.onnx', inputs: { x: ['x'] }, outputs: { y: { column: 'y', type: { list: 'float32', size: 2 } } }, state: { h0: { output: 'hn', shape: [1, 1, 8] } }, shapes: { x: [null, 1, 3] } });
    for (const sequence of sequences) {
      const inputs = sequence.flatMap(({ x }, t) => ['a', 'b'].map((k, key) => message({ t, k, x: partOfKey(x, key) })));
      const { rows } = await run(plan, [...inputs, END], pushSize);
      sequence.forEach(({ y, relTolerance, absTolerance }, step) => {
        const seen = rows.slice(2 * step, 2 * step + 2).flatMap(row => row['y'] as number[]);
        y.data.forEach((value, index) => expect(passes(seen[index]!, value, relTolerance, absTolerance), `step ${step}: ${seen[index]} for ${value}`).toBe(true));
      });
    }
  });

  test('texts go into inputs of texts', async () => {
    const fields: Field[] = [{ name: 'kind', type: 'utf8', nullable: false }, { name: 'a', type: 'float64', nullable: false }, { name: 'b', type: 'float64', nullable: false }];
    const plan = planWith(fields, { model: 'string-onehot.onnx', inputs: { kind: ['kind'], a: ['a'], b: ['b'] }, outputs: { variable: { column: 'score', type: 'float32' } } });
    for (const each of referenceCases('onnx/onnx.json').filter(each => each.name.startsWith('string-onehot'))) {
      const { kind, a, b } = each.input as unknown as { kind: { data: string[] }; a: JsonTensor; b: JsonTensor };
      const wanted = (each.expected as { variable: JsonTensor }).variable.data;
      const { rows } = await run(plan, kind.data.map((text, t) => message({ t, k: 'a', kind: text, a: a.data[t], b: b.data[t] })));
      wanted.forEach((value, index) => expect(passes(rows[index]!['score'] as number, value, each.relTolerance, each.absTolerance)).toBe(true));
    }
  });

  test('an output of many numbers per row becomes a list, lists of other lengths a batch of their own', async () => {
    const plan = planWith([list], { model: 'conv-autoencoder.onnx', inputs: { signal: ['x'] }, outputs: { reconstruction: { column: 'again', type: { list: 'float32', size: 64 } }, error: { column: 'error', type: 'float32' } } });
    const signal = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(i / 5));
    const { rows, letters } = await run(plan, [64, 3, 64].map((count, t) => message({ t, k: 'a', x: signal(count) })));
    expect(rows.map(row => [row['t'], (row['again'] as number[]).length])).toEqual([[0, 64], [2, 64]]);
    expect(rows[0]!['error']).toBe(rows[1]!['error']);
    expect(letters).toEqual([expect.stringMatching(/^INFERENCE: model "conv-autoencoder.onnx"/)]);
  });

  const numbers: Field[] = ['a', 'b', 'c', 'd'].map(name => ({ name, type: 'float64', nullable: true }));
  const rowsOf4 = [[1, 2, 3, 4], [0, 0, null, 0], [-1, 0.5, 2, 1]].map(([a, b, c, d], t) => message({ t, k: 'a', a, b, c, d }));
  const logistic = { model: 'logistic-regression.onnx', inputs: { x: ['a', 'b', 'c', 'd'] }, outputs: { label: { column: 'label', type: 'int64' } } } as const;

  test('a shadow model answers beside the live one, and its failures are only nulls', async () => {
    const plan = planWith(numbers, { ...logistic, shadow: { model: 'logistic-regression.onnx', outputs: { label: { column: 'shadow', type: 'int64' } } } });
    const { rows } = await run(plan, rowsOf4);
    expect(rows.map(row => row['label'] === row['shadow'])).toEqual([true, true]);
    let asked = 0;
    const failing = await run(plan, rowsOf4, 3, async request => (asked++ % 2 === 1 ? { id: request.id, error: { code: 'X', message: 'the shadow is gone' } } : inference.infer(request)));
    expect(failing.rows.map(row => [typeof row['label'], row['shadow']])).toEqual([['bigint', null], ['bigint', null]]);
    expect(failing.letters).toHaveLength(1);
  });

  test('a shadow model that only compares adds no column', async () => {
    const { rows, graph } = await run(planWith(numbers, { ...logistic, shadow: { model: 'logistic-regression.onnx' } }), rowsOf4, 2);
    expect(rows.map(row => Object.keys(row))).toEqual([1, 2].map(() => ['t', 'k', 'a', 'b', 'c', 'd', 'label']));
    expect(graph.metrics().nodes.get('predicted')!.tallies).toEqual({ compared: 2, agreed: 2, failed: 0, maxDifference: 0, meanDifference: 0 });
  });

  test('rows without an answer get the fallback', async () => {
    const { rows, letters } = await run(planWith(numbers, { ...logistic, onError: 'fallback', fallback: { label: -1 } }), rowsOf4);
    expect(rows.map(row => row['label'])).toEqual([expect.any(BigInt), -1n, expect.any(BigInt)]);
    expect(letters).toEqual([]);
  });

  test.each([
    ['a state input that the model does not have', { state: { h1: { output: 'hn', shape: [1, 1, 8] } } }, /state input "h1"/],
    ['a state of another shape', { state: { h0: { output: 'hn', shape: [1, 1, 9] } } }, /expected floats of the shape \[1, 1, 9\]/],
    ['a form of another shape', { state: { h0: { output: 'hn', shape: [1, 1, 8] } }, shapes: { x: [null, 1, 4] } }, /shapes says/]
  ] as const)('refuses %s when the plan is bound to the model', (_name, extras, words) => {
    expect(() => planWith([list], { model: 'gru-state.onnx', inputs: { x: ['x'] }, outputs: { y: { column: 'y', type: { list: 'float32' } } }, ...extras })).toThrowError(words);
  });

  test.each([
    ['a fallback without its policy', { fallback: { label: 0 } }],
    ['a policy without its values', { onError: 'fallback' }],
    ['a fallback that is no whole number', { onError: 'fallback', fallback: { label: 0.5 } }],
    ['a fallback for a column that is no output', { onError: 'fallback', fallback: { label: 0, other: 1 } }],
    ['a state and a shadow', { state: { h0: { output: 'hn', shape: [1] } }, shadow: { model: 'logistic-regression.onnx', outputs: { label: { column: 's', type: 'int64' } } } }],
    ['a shape without a state', { shapes: { x: [null, 4] } }]
  ] as const)('refuses %s when the plan is built', (_name, extras) => {
    expect(() => planWith(numbers, { ...logistic, ...(extras as Partial<PredictNode['config']>) })).toThrowError(/predict\("logistic-regression.onnx"\)/);
  });
});

/** The values of one key out of a tensor [time, keys, 3]. */
function partOfKey({ dims, data }: JsonTensor, key: number): number[] {
  const keys = dims[1]!;
  return Array.from({ length: dims[0]! }, (_, time) => data.slice((time * keys + key) * 3, (time * keys + key + 1) * 3)).flat();
}
