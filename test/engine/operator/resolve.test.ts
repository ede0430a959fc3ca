import { describe, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { PlanError } from '../../../engine/error';
import { createGraph } from '../../../engine/graph/create-graph';
import { operatorSpecs } from '../../../engine/operator/registry';
import { aggregateSpecs } from '../../../engine/aggregate/registry';
import type { WindowSpec } from '../../../engine/plan/nodes/window';
import type { PlanNode } from '../../../engine/plan/plan';
import { planOf, sinkNode, sourceNode } from '../../support/graph-runs';

type WindowConfig = Extract<PlanNode, { op: 'window' }>['config'];
function windowNode(config: Partial<WindowConfig> = {}): PlanNode {
  return {
    id: 'w',
    op: 'window',
    input: 'in',
    config: { window: { kind: 'tumbling', sizeMs: 1000, offsetMs: 0 }, aggregates: [{ name: 'n', fn: 'count' }], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose', ...config }
  };
}
const aggregate = (fn: string, column?: string, options?: Record<string, number>): PlanNode => windowNode({ aggregates: [{ name: 'a', fn, column, options }] });
const x = { kind: 'column', name: 'x' } as const;

const refused: readonly [string, PlanNode, string][] = [
  ['an unknown column', aggregate('mean', 'y'), 'UNKNOWN_COLUMN'],
  ['an unknown aggregate', aggregate('meen', 'x'), 'UNKNOWN_AGGREGATE'],
  ['an aggregate by the name of an object method', aggregate('toString', 'x'), 'UNKNOWN_AGGREGATE'],
  ['an aggregate without its column', aggregate('sum'), 'AGGREGATE_COLUMN'],
  ['a sum of text', aggregate('sum', 'k'), 'AGGREGATE_TYPE'],
  ['an unknown option', aggregate('sum', 'x', { ddof: 1 }), 'AGGREGATE_OPTION'],
  ['a bad ddof', aggregate('stddev', 'x', { ddof: -1 }), 'AGGREGATE_OPTION'],
  ['a welchPeak without its rate', aggregate('welchPeak', 'x'), 'AGGREGATE_OPTION'],
  ['two results of one name', windowNode({ aggregates: [{ name: 'windowEndMs', fn: 'count' }] }), 'DUPLICATE_COLUMN'],
  ['negative lateness', windowNode({ allowedLatenessMs: -1 }), 'WINDOW'],
  ['a key that is not there', { id: 'w', op: 'keyBy', input: 'in', config: { columns: ['kk'] } }, 'UNKNOWN_COLUMN'],
  ['no key', { id: 'w', op: 'keyBy', input: 'in', config: { columns: [] } }, 'KEY_COLUMN'],
  ['a filter that is not a condition', { id: 'w', op: 'filter', input: 'in', config: { predicate: x } }, 'EXPRESSION_TYPE'],
  ['two selected columns of one name', { id: 'w', op: 'select', input: 'in', config: { columns: [{ name: 'a', expression: x }, { name: 'a', expression: x }] } }, 'DUPLICATE_COLUMN'],
  ['a prediction from text beside numbers', { id: 'w', op: 'predict', input: 'in', config: { model: 'm.onnx', inputs: { a: ['k', 'x'] }, outputs: {}, onError: 'null' } }, 'MODEL_INPUT'],
  ['a predicted column that exists', { id: 'w', op: 'predict', input: 'in', config: { model: 'm.onnx', inputs: { a: ['x'] }, outputs: { o: { column: 'x', type: 'int32' } }, onError: 'null' } }, 'DUPLICATE_COLUMN'],
  ['a topic placeholder without a column', { id: 'w', op: 'sink', input: 'in', config: { connector: 'mqtt', name: 'w', topic: 'a/{device}', connection: 'c', qos: 0, retain: false } }, 'UNKNOWN_COLUMN'],
  ['a partition without a column', { id: 'w', op: 'sink', input: 'in', config: { connector: 'lake', name: 'w', table: 't', partitionBy: ['day', 'device'] } }, 'UNKNOWN_COLUMN'],
  ['a merge by no column', { id: 'w', op: 'sink', input: 'in', config: { connector: 'lake', name: 'w', table: 't', partitionBy: [], mergeBy: ['k', 'device'] } }, 'UNKNOWN_COLUMN'],
  ['an input that does not exist', { id: 'w', op: 'keyBy', input: 'out', config: { columns: ['k'] } }, 'PLAN_INPUT']
];

describe('a plan is refused before it runs', () => {
  test.each(refused)('for %s', (_, node, code) => {
    const error = errorOf(() => createGraph(planOf(sourceNode(), node)));
    expect(error.code).toBe(code);
    expect(error.message.length).toBeGreaterThan(40);
  });

  test.each([
    ['eventTime', { eventTime: 'x' }, 'EVENT_TIME'],
    ['eventTime', { eventTime: 'ts' }, 'UNKNOWN_COLUMN'],
    ['maxOutOfOrdernessMs', { maxOutOfOrdernessMs: -5 }, 'SOURCE_TIME'],
    ['topicColumns', { topicColumns: { x: 1 } }, 'TOPIC_LEVEL']
  ] as const)('for a bad %s of the source: %o', (_, config, code) => {
    expect(errorOf(() => createGraph(planOf(sourceNode(config)))).code).toBe(code);
  });

  test('for the windows that Flink refuses', () => {
    const cases = JSON.parse(readFileSync(new URL('../../golden/flink/rejected-windows.json', import.meta.url), 'utf8')) as { window: WindowSpec }[];
    for (const { window } of cases.filter(each => each.window.kind === 'tumbling')) {
      expect(errorOf(() => createGraph(planOf(sourceNode(), windowNode({ window })))).code).toBe('WINDOW');
    }
  });

  test('with the next step and the nearest name in the message', () => {
    expect(errorOf(() => createGraph(planOf(sourceNode(), { id: 'w', op: 'keyBy', input: 'in', config: { columns: ['K'] } }))).message).toContain('Did you mean "k"?');
  });
});

test('every operator and aggregate says what it does, drops and keeps', () => {
  for (const [name, spec] of Object.entries(operatorSpecs)) {
    expect(spec.op).toBe(name);
    for (const text of [spec.doc, spec.drops, spec.memory]) expect(text).toMatch(/\.$/);
  }
  for (const [name, spec] of Object.entries(aggregateSpecs)) {
    expect(spec.fn).toBe(name);
    expect(spec.doc).toMatch(/\.$/);
  }
});

test('types say what leaves each node', () => {
  const graph = createGraph(
    planOf(sourceNode(), { id: 'keyed', op: 'keyBy', input: 'in', config: { columns: ['k'] } }, { ...windowNode({ allowedLatenessMs: 5, aggregates: [{ name: 'hi', fn: 'max', column: 'n' }] }), input: 'keyed' } as PlanNode, sinkNode('w'))
  );
  expect(graph.types.get('w')).toEqual({
    keys: ['k'],
    schema: {
      fields: [
        { name: 'k', type: 'utf8', nullable: true },
        { name: 'windowStartMs', type: 'timestampMs', nullable: false },
        { name: 'windowEndMs', type: 'timestampMs', nullable: false },
        { name: 'revision', type: 'int32', nullable: false },
        { name: 'hi', type: 'int64', nullable: true }
      ]
    }
  });
});

function errorOf(run: () => unknown): PlanError {
  try {
    run();
  } catch (error) {
    if (error instanceof PlanError) return error;
    throw error;
  }
  throw new Error('the plan was not refused');
}
