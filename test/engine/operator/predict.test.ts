import { describe, expect, test } from 'vitest';
import { createGraph } from '../../../engine/graph/create-graph';
import type { InferenceAnswer, InferenceRequest, Tensor } from '../../../engine/operator/operator';
import type { Plan, PlanNode } from '../../../engine/plan/plan';
import { END, message, planOf, pushAll, sinkNode, sourceNode } from '../../support/graph-runs';

function predictNode(config: Partial<Extract<PlanNode, { op: 'predict' }>['config']> = {}, id = 'predicted', input = 'in'): PlanNode {
  return {
    id,
    op: 'predict',
    input,
    config: { model: 'twice.onnx', inputs: { features: ['x', 'n'] }, outputs: { score: { column: 'score', type: 'float64' } }, onError: 'deadLetter', ...config }
  };
}
const windowed: PlanNode = {
  id: 'windowed',
  op: 'window',
  input: 'predicted',
  config: { window: { kind: 'tumbling', sizeMs: 10, offsetMs: 0 }, aggregates: [{ name: 'total', fn: 'sum', column: 'score' }], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose' }
};
const plan = (...config: Parameters<typeof predictNode>): Plan => planOf(sourceNode(), predictNode(...config), sinkNode('predicted'));

/** A model that doubles the first column. */
function twice(request: InferenceRequest): InferenceAnswer {
  const { dims, data } = request.inputs['features']!;
  const width = dims[1]!;
  const score: Tensor = { type: 'float64', dims: [request.rowCount, 1], data: Float64Array.from({ length: request.rowCount }, (_, row) => 2 * Number(data[row * width])) };
  return { id: request.id, outputs: { score } };
}

describe('predict', () => {
  test('asks once for all rows of a push, column beside column, and adds the answer', () => {
    const graph = createGraph(plan());
    graph.push([message({ t: 1, x: 1.5, n: 7 }), message({ t: 2, x: -2, n: 8 })]);
    const [request, ...others] = graph.pending();
    expect(others).toEqual([]);
    expect(request).toMatchObject({ node: 'predicted', model: 'twice.onnx', rowCount: 2, inputs: { features: { type: 'float64', dims: [2, 2], data: Float64Array.of(1.5, 7, -2, 8) } } });
    graph.answer(twice(request!));
    const { emissions } = graph.take();
    expect(emissions[0]!.batch.columns.at(-1)).toMatchObject({ kind: 'float64', values: Float64Array.of(3, -4) });
  });

  test('holds rows and progress back until the answer, so that nothing downstream can tell', () => {
    const full = planOf(sourceNode(), predictNode(), windowed, sinkNode('windowed'));
    const inputs = [1, 5, 12, 13, 31, 4].map(t => message({ t, x: t, n: 0 }));
    const whole = pushAll(createGraph(full), [...inputs, END], [7], twice);
    expect(whole.rows.map(({ at, row }) => [at, row['windowEndMs'], row['total']])).toEqual([
      [2, 10, 12],
      [4, 20, 50],
      [6, 40, 62]
    ]);
    expect(pushAll(createGraph(full), [...inputs, END], [1, 1, 1, 1, 1, 1, 1], twice)).toEqual(whole);
  });

  test('asks in pieces of at most 4096 rows and keeps their order whatever the order of the answers', () => {
    const graph = createGraph(plan());
    graph.push([message(Array.from({ length: 10_000 }, (_, t) => ({ t, x: t, n: 0 })))]);
    const requests = graph.pending();
    expect(requests.map(each => each.rowCount)).toEqual([4096, 4096, 1808]);
    for (const request of [...requests].reverse()) graph.answer(twice(request));
    const { emissions } = graph.take();
    const score = emissions[0]!.batch.columns.at(-1)!;
    expect(emissions).toHaveLength(1);
    expect(score.kind === 'float64' && score.values.every((value, row) => value === 2 * row)).toBe(true);
  });

  test('sends the rows of a failed inference to the dead letters', () => {
    const graph = createGraph(plan());
    const fails = ({ id }: InferenceRequest): InferenceAnswer => ({ id, error: { code: 'ORT', message: 'the session is gone' } });
    const { rows, letters } = pushAll(graph, [message({ t: 1, x: 1, n: 1 }), message({ t: 2, x: 2, n: 2 })], [2], fails);
    expect(rows).toEqual([]);
    expect(letters.map(({ at, node, code, topic }) => [at, node, code, topic])).toEqual([
      [0, 'predicted', 'INFERENCE', 'plant/a/vibration'],
      [1, 'predicted', 'INFERENCE', 'plant/a/vibration']
    ]);
    expect(graph.metrics().totals).toMatchObject({ deadLetters: { INFERENCE: 2 }, conservationError: 0 });
  });

  test('does not ask about rows with a null input', () => {
    const graph = createGraph(plan());
    const { rows, letters } = pushAll(graph, [message({ t: 1, x: null, n: 1 }), message({ t: 2, x: 2, n: 2 }), message({ t: 3, x: 3 })], [3], twice);
    expect(rows.map(({ row }) => [row['t'], row['score']])).toEqual([[2, 4]]);
    expect(letters.map(each => each.at)).toEqual([0, 2]);
  });

  test("with onError 'null' passes such rows on with null outputs", () => {
    const graph = createGraph(plan({ onError: 'null' }));
    const { rows, letters } = pushAll(graph, [message({ t: 1, x: null, n: 1 }), message({ t: 2, x: 2, n: 2 })], [2], twice);
    expect(rows.map(({ row }) => row['score'])).toEqual([null, 4]);
    expect(letters).toEqual([]);
    const failed = pushAll(createGraph(plan({ onError: 'null' })), [message({ t: 1, x: 1, n: 1 })]);
    expect(failed.rows.map(({ row }) => row['score'])).toEqual([null]);
  });

  test.each([
    ['no output of the name', {}],
    ['too many values', { score: { type: 'float64', dims: [1, 2], data: Float64Array.of(1, 2) } }],
    ['a value that does not fit', { score: { type: 'float64', dims: [1], data: Float64Array.of(1.5) } }]
  ] as [string, Record<string, Tensor>][])('treats an answer with %s as a failed inference', (_, outputs) => {
    const graph = createGraph(plan({ outputs: { score: { column: 'score', type: 'int32' } } }));
    const { letters } = pushAll(graph, [message({ t: 1, x: 1, n: 1 })], [1], ({ id }) => ({ id, outputs }));
    expect(letters.map(each => each.code)).toEqual(['INFERENCE']);
  });

  test('may follow another predict: one answer leads to the next request', () => {
    const second = predictNode({ inputs: { features: ['score'] }, outputs: { score: { column: 'again', type: 'float32' } } }, 'second', 'predicted');
    const { rows } = pushAll(createGraph(planOf(sourceNode(), predictNode(), second, sinkNode('second'))), [message({ t: 1, x: 3, n: 0 })], [1], twice);
    expect(rows[0]!.row).toMatchObject({ score: 6, again: 12 });
  });

  test('flattens lists of fixed size into the tensor and keeps a shared type', () => {
    const schema = {
      fields: [
        { name: 't', type: 'timestampMs', nullable: false },
        { name: 'signal', type: { list: 'float32', size: 3 }, nullable: false },
        { name: 'extra', type: 'float32', nullable: false }
      ]
    } as const;
    const graph = createGraph(planOf(sourceNode({ schema }), predictNode({ inputs: { features: ['signal', 'extra'] } }), sinkNode('predicted')));
    graph.push([message({ t: 1, signal: [1, 2, 3], extra: 4 }), message({ t: 2, signal: [5, 6, 7], extra: 8 })]);
    expect(graph.pending()[0]!.inputs['features']).toEqual({ type: 'float32', dims: [2, 4], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) });
  });

  test('leaves no step and no snapshot while an inference is pending', () => {
    const graph = createGraph(plan());
    graph.push([message({ t: 1, x: 1, n: 1 })]);
    expect(() => graph.take()).toThrowError(/pending/);
    expect(() => graph.snapshot()).toThrowError(/pending/);
  });

  describe('with a model in the shadow', () => {
    const shadowed = predictNode({ shadow: { model: 'next.onnx', tolerance: 0.5 } });
    const full = planOf(sourceNode(), shadowed, sinkNode('predicted'));
    /** The other model is off by the size of n, and fails for n = 9. */
    const both = (request: InferenceRequest): InferenceAnswer => {
      const answer = twice(request);
      if (request.model === 'twice.onnx' || 'error' in answer) return answer;
      const { data, dims } = request.inputs['features']!;
      if (Number(data[1]) === 9) return { id: request.id, error: { code: 'ORT', message: 'the next model is broken' } };
      return { id: request.id, outputs: { score: { ...answer.outputs['score']!, data: Float64Array.from({ length: request.rowCount }, (_, row) => 2 * Number(data[row * dims[1]!]) + Number(data[row * dims[1]! + 1])) } } };
    };
    const inputs = [message({ t: 1, x: 1, n: 0 }), message({ t: 2, x: 2, n: 0.5 }), message({ t: 3, x: 3, n: 2 }), message({ t: 4, x: null, n: 1 }), message({ t: 5, x: 5, n: 9 })];
    const tallies = { compared: 3, agreed: 2, failed: 1, maxDifference: 2, meanDifference: 2.5 / 3 };
    const floats = planOf(sourceNode({ schema: { fields: [{ name: 't', type: 'timestampMs', nullable: false }, { name: 'x', type: 'float64', nullable: true }, { name: 'n', type: 'float64', nullable: true }] } }), shadowed, sinkNode('predicted'));

    test('rows leave as without it, and agreement, differences and failures are counted, whatever the cut', () => {
      const alone = pushAll(createGraph({ ...floats, nodes: floats.nodes.map(node => (node.op === 'predict' ? { ...node, config: { ...node.config, shadow: undefined } } : node)) }), inputs, [5], twice);
      for (const pieces of [[1, 1, 1, 1, 1], [2, 1, 1, 1]]) {
        let graph = createGraph(floats);
        const rows = [];
        for (const [index, count] of pieces.entries()) {
          const from = pieces.slice(0, index).reduce((sum, each) => sum + each, 0);
          rows.push(...pushAll(graph, inputs.slice(from, from + count), [count], both).rows);
          const snapshot = graph.snapshot();
          graph = createGraph(floats);
          graph.restore(snapshot);
        }
        expect(rows).toEqual(alone.rows);
        expect(graph.metrics().nodes.get('predicted')!.tallies).toEqual(tallies);
        expect(graph.metrics().totals).toMatchObject({ deadLetters: { INFERENCE: 1 }, conservationError: 0, shadows: { predicted: tallies } });
      }
    });

    test('says of each request whether its answer is only compared', () => {
      const graph = createGraph(full);
      graph.push([message({ t: 1, x: 1, n: 1 })]);
      expect(graph.pending().map(({ model, shadow }) => [model, shadow])).toEqual([['twice.onnx', undefined], ['next.onnx', true]]);
    });
  });
});
