import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGraph } from '../../../engine/graph/create-graph';
import type { GraphInput } from '../../../engine/graph/graph-api';
import type { InferenceAnswer, InferenceRequest } from '../../../engine/operator/operator';
import { parsePlan } from '../../../engine/plan/parse-plan';
import type { Plan, PlanNode } from '../../../engine/plan/plan';
import { END, message, planOf, pushAll, sinkNode, sourceNode } from '../../support/graph-runs';
import { runPlan } from '../../support/two-streams';

const windowed: PlanNode = {
  id: 'windowed',
  op: 'window',
  input: 'in',
  config: { window: { kind: 'tumbling', sizeMs: 10, offsetMs: 0 }, aggregates: [{ name: 'n', fn: 'count' }], allowedLatenessMs: 0, latePolicy: 'deadLetter', emit: 'onClose' }
};
const table = { schema: { fields: [{ name: 'code', type: 'utf8', nullable: false }, { name: 'grave', type: 'bool', nullable: false }] }, rows: [['LATE', false]] } as const;

/** Late rows and refused messages in one stream of letters, of which some are refused once more. */
const PLAN: Plan = parsePlan(
  planOf(
    sourceNode({ maxFutureSkewMs: 1_000 }),
    windowed,
    sinkNode('windowed', 'counts'),
    { id: 'letters', op: 'union', inputs: ['in#deadLetters', 'windowed#deadLetters'], config: {} },
    sinkNode('letters', 'letters'),
    { id: 'known', op: 'lookup', input: 'letters', config: { table, on: ['code'], columns: ['grave'], as: { right: '' }, missing: 'deadLetter' } },
    sinkNode('known', 'known')
  )
);

describe('dead letters as a stream', () => {
  test('are rows in the order of their inputs, whichever node wrote them', () => {
    const graph = createGraph(PLAN);
    const { rows, letters } = pushAll(graph, [message({ t: 25 }, { arrivalTimeMs: 30 }), message('{', { arrivalTimeMs: 31 }), message({ t: 3 }, { arrivalTimeMs: 32 }), message({ t: 9_000 }, { arrivalTimeMs: 33 }), END]);
    const seen = rows.filter(({ sink }) => sink === 'letters').map(({ at, eventTimeMs, row }) => [at, eventTimeMs, row['node'], row['code'], row['topic'], row['truncated']]);
    expect(seen).toEqual([
      [1, 31, 'in', letters[0]!.code, 'plant/a/vibration', false],
      [2, 32, 'windowed', 'LATE', 'plant/a/vibration', false],
      [3, 33, 'in', 'FUTURE_TIME', 'plant/a/vibration', false]
    ]);
    expect(letters.map(({ at, node }) => [at, node])).toEqual([[1, 'in'], [1, 'known'], [2, 'windowed'], [3, 'in'], [3, 'known']]);
    expect(graph.metrics().totals).toMatchObject({ conservationError: 0, deadLetters: { LATE: 1, FUTURE_TIME: 1, LOOKUP_MISSING: 2 } });
    expect(rows.filter(({ sink }) => sink === 'known').map(({ row }) => row['code'])).toEqual(['LATE']);
  });

  test('carry the bytes of the payload and the words of the reason', () => {
    const { rows } = pushAll(createGraph(PLAN), [message('{"t":', { arrivalTimeMs: 77 })]);
    const [letter] = rows.filter(({ sink }) => sink === 'letters');
    expect(new TextDecoder().decode(letter!.row['bytes'] as Uint8Array)).toBe('{"t":');
    expect(letter!.row['message']).toMatch(/\w/u);
  });

  test('a letter that the end released has the arrival of the last input before', () => {
    const plan = parsePlan(
      planOf(
        sourceNode(),
        { id: 'sums', op: 'window', input: 'in', config: { window: { kind: 'tumbling', sizeMs: 10, offsetMs: 0 }, aggregates: [{ name: 's', fn: 'sum', column: 'n' }], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose' } },
        sinkNode('sums'),
        sinkNode('sums#deadLetters', 'letters')
      )
    );
    const most = '9223372036854775807';
    const inputs = [message(`{"t":1,"n":${most}}`, { arrivalTimeMs: 5 }), message(`{"t":2,"n":${most}}`, { arrivalTimeMs: 8 }), END];
    const whole = runPlan(plan, inputs);
    expect(whole.rows).toMatchObject([{ sink: 'letters', at: 2, eventTimeMs: 8, row: { node: 'sums', code: 'SUM_OVERFLOW', topic: '' } }]);
    expect(runPlan(plan, inputs, { pushSize: 1, restoring: true })).toEqual(whole);
  });

  test('their sinks have a type in the graph', () => {
    expect(createGraph(PLAN).types.get('in#deadLetters')?.schema.fields.map(({ name }) => name)).toEqual(['node', 'code', 'message', 'topic', 'arrivalTimeMs', 'bytes', 'truncated']);
  });

  test('how the inputs are cut changes nothing, nor does a restart', () => {
    const input: fc.Arbitrary<GraphInput> = fc.oneof(
      fc.tuple(fc.integer({ min: 0, max: 60 }), fc.nat(40)).map(([t, arrivalTimeMs]) => message({ t }, { arrivalTimeMs })),
      fc.nat(40).map(arrivalTimeMs => message('{', { arrivalTimeMs })),
      fc.nat(40).map(arrivalTimeMs => ({ kind: 'tick', arrivalTimeMs }) as const),
      fc.nat(40).map(arrivalTimeMs => message({ t: 5_000 }, { arrivalTimeMs }))
    );
    fc.assert(
      fc.property(fc.array(input, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (inputs, pushSize) => {
        const all = [...inputs, END];
        const whole = runPlan(PLAN, all);
        const pieces = runPlan(PLAN, all, { pushSize, restoring: true });
        expect(pieces).toEqual(whole);
      })
    );
  });

  test('wait for the model, as the rows do that meet them again', () => {
    const plan = parsePlan(
      planOf(
        sourceNode(),
        { id: 'scored', op: 'predict', input: 'in', config: { model: 'm.onnx', inputs: { f: ['x'] }, outputs: { s: { column: 's', type: 'float64' } }, onError: 'deadLetter' } },
        sinkNode('scored#deadLetters', 'failed'),
        { id: 'plain', op: 'select', input: 'scored', config: { columns: [{ name: 'x', expression: { kind: 'column', name: 'x' } }] } },
        { id: 'before', op: 'select', input: 'in', config: { columns: [{ name: 'x', expression: { kind: 'column', name: 'x' } }] } },
        { id: 'both', op: 'union', inputs: ['plain', 'before'], config: {} },
        sinkNode('both')
      )
    );
    const infer = ({ id, rowCount, inputs }: InferenceRequest): InferenceAnswer => {
      const given = inputs['f']!.data as Float32Array;
      return given.some(value => value < 0) ? { id, error: { code: 'MODEL', message: 'the model takes nothing below 0' } } : { id, outputs: { s: { type: 'float64', dims: [rowCount, 1], data: new Float64Array(rowCount) } } };
    };
    const inputs = [3, -1, 4, -1, 5].map((x, t) => message({ t, x }, { arrivalTimeMs: t }));
    const singly = pushAll(createGraph(plan), [...inputs, END], [1, 1, 1, 1, 1, 1], infer);
    expect(singly.rows.filter(({ sink }) => sink === 'failed').map(({ at, row }) => [at, row['node'], row['code']])).toEqual([[1, 'scored', 'INFERENCE'], [3, 'scored', 'INFERENCE']]);
    expect(singly.rows.filter(({ sink }) => sink === 'out').map(({ at, row }) => [at, row['x']])).toEqual([[0, 3], [0, 3], [1, -1], [2, 4], [2, 4], [3, -1], [4, 5], [4, 5]]);
  });
});
