import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../../engine/expression/parse';
import { createGraph } from '../../../../engine/graph/create-graph';
import type { GraphInput } from '../../../../engine/graph/graph-api';
import type { Plan, SourceNode } from '../../../../engine/plan/plan';
import { parsePlan } from '../../../../engine/plan/parse-plan';
import { rowsOut } from '../../../../engine/rows/rows-out';
import type { Schema } from '../../../../engine/schema/schema';

const SCHEMA: Schema = { fields: [{ name: 't', type: 'timestampMs', nullable: false }, { name: 'x', type: 'float64', nullable: false }] };
const source = (id: string): SourceNode => ({
  id,
  op: 'source',
  config: {
    connector: 'mqtt',
    topic: `${id}/+`,
    connection: 'plant',
    decoder: { format: 'json' },
    schema: SCHEMA,
    eventTime: 't',
    maxOutOfOrdernessMs: 5,
    maxFutureSkewMs: null,
    idleTimeoutMs: 50,
    watermarkPer: 'source'
  }
});

const PLAN: Plan = parsePlan({
  littoralPlan: 1,
  name: 'both',
  nodes: [
    source('a'),
    source('b'),
    { id: 'some', op: 'filter', input: 'a', config: { predicate: parseExpression('r => r.x > 5', { schema: SCHEMA, subject: 'some' }) } },
    { id: 'all', op: 'union', inputs: ['a', 'b', 'some'], config: {} },
    { id: 'n', op: 'window', input: 'all', config: { window: { kind: 'tumbling', sizeMs: 10, offsetMs: 0 }, aggregates: [{ name: 'n', fn: 'count' }], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose' } },
    { id: 'rows', op: 'sink', input: 'all', config: { connector: 'lake', name: 'rows', table: 'rows', partitionBy: [] } },
    { id: 'counts', op: 'sink', input: 'n', config: { connector: 'lake', name: 'counts', table: 'counts', partitionBy: [] } }
  ]
});

function message(arrivalTimeMs: number, topic: string, t: number, x: number): GraphInput {
  return { kind: 'message', arrivalTimeMs, topic: `${topic}/1`, payload: new TextEncoder().encode(JSON.stringify({ t, x })) };
}

function run(inputs: readonly GraphInput[], pushSize: number): { rows: readonly unknown[]; late: number } {
  let graph = createGraph(PLAN);
  const rows: unknown[] = [];
  for (let from = 0; from < inputs.length; from += pushSize) {
    graph.push(inputs.slice(from, from + pushSize));
    rows.push(...graph.take().emissions.flatMap(rowsOut));
    expect(graph.metrics().totals.conservationError).toBe(0);
    const snapshot = graph.snapshot();
    graph = createGraph(PLAN);
    graph.restore(snapshot);
  }
  return { rows, late: graph.metrics().totals.late };
}

describe('union', () => {
  it('gives rows in the order in which they came and waits for the slower stream', () => {
    const { rows } = run([message(1, 'a', 100, 1), message(2, 'b', 40, 2), message(3, 'a', 101, 9), message(4, 'b', 60, 3), { kind: 'end' }], 2);
    expect(rows).toMatchObject([
      { sink: 'rows', at: 0, row: { x: 1 } },
      { sink: 'rows', at: 1, row: { x: 2 } },
      { sink: 'rows', at: 2, row: { x: 9 } },
      { sink: 'rows', at: 2, row: { x: 9 } },
      { sink: 'rows', at: 3, row: { x: 3 } },
      { sink: 'counts', at: 3, row: { windowStartMs: 40, n: 1 } },
      { sink: 'counts', at: 4, row: { windowStartMs: 60, n: 1 } },
      { sink: 'counts', at: 4, row: { windowStartMs: 100, n: 3 } }
    ]);
  });

  it('no longer waits for a stream that is idle', () => {
    const { rows } = run([message(1, 'b', 40, 1), message(1, 'a', 40, 1), message(60, 'a', 100, 1)], 3);
    expect(rows).toMatchObject([{ at: 0 }, { at: 1 }, { sink: 'rows', at: 2 }, { sink: 'counts', at: 2, row: { windowStartMs: 40, n: 2 } }]);
  });

  it('gives the same however the inputs are cut and wherever it is restored', () => {
    const event = fc.tuple(fc.nat(3), fc.boolean(), fc.nat(60), fc.nat(10));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.integer({ min: 1, max: 7 }), (events, pushSize) => {
        let arrivalTimeMs = 0;
        const inputs: GraphInput[] = events.map(([gap, isA, t, x]) => message((arrivalTimeMs += gap * 20), isA ? 'a' : 'b', arrivalTimeMs + t, x));
        inputs.push({ kind: 'end' });
        expect(run(inputs, pushSize)).toEqual(run(inputs, inputs.length));
      })
    );
  });
});
