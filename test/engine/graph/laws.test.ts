import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGraph } from '../../../engine/graph/create-graph';
import type { GraphInput } from '../../../engine/graph/graph-api';
import type { Plan, PlanNode } from '../../../engine/plan/plan';
import { collect, collected, END, message, planOf, pushAll, sinkNode, sourceNode } from '../../support/graph-runs';
import type { OraclePlan, OracleRecord } from './oracle';
import { oracle } from './oracle';

const x = { kind: 'column', name: 'x' } as const;
const number = (value: number) => ({ kind: 'literal', value, type: 'float64' }) as const;

function planFrom(shape: OraclePlan): Plan {
  const nodes: PlanNode[] = [sourceNode({ maxOutOfOrdernessMs: shape.maxOutOfOrdernessMs, maxFutureSkewMs: shape.maxFutureSkewMs })];
  const add = (node: (input: string) => PlanNode): void => void nodes.push(node(nodes.at(-1)!.id));
  if (shape.threshold !== null) add(input => ({ id: 'filtered', op: 'filter', input, config: { predicate: { kind: 'binary', op: '>', left: x, right: number(shape.threshold!) } } }));
  if (shape.keyed) add(input => ({ id: 'keyed', op: 'keyBy', input, config: { columns: ['k'] } }));
  if (shape.select) {
    const doubled = { kind: 'binary', op: '+', left: { kind: 'binary', op: '*', left: x, right: number(2) }, right: number(1) } as const;
    add(input => ({ id: 'selected', op: 'select', input, config: { columns: [{ name: 'x', expression: doubled }] } }));
  }
  add(input => ({
    id: 'windowed',
    op: 'window',
    input,
    config: {
      window: { kind: 'tumbling', sizeMs: shape.sizeMs, offsetMs: shape.offsetMs },
      aggregates: [
        { name: 'rows', fn: 'count' },
        { name: 'present', fn: 'count', column: 'x' },
        { name: 'sum', fn: 'sum', column: 'x' },
        { name: 'lo', fn: 'min', column: 'x' },
        { name: 'hi', fn: 'max', column: 'x' },
        { name: 'first', fn: 'first', column: 'x' },
        { name: 'last', fn: 'last', column: 'x' }
      ],
      allowedLatenessMs: shape.allowedLatenessMs,
      latePolicy: 'drop',
      emit: 'onClose'
    }
  }));
  return planOf(...nodes, sinkNode(nodes.at(-1)!.id));
}

const shapes: fc.Arbitrary<OraclePlan> = fc
  .record({
    maxOutOfOrdernessMs: fc.constantFrom(0, 1, 30, 200),
    maxFutureSkewMs: fc.constantFrom(null, 100),
    threshold: fc.constantFrom(null, -2, 3.5),
    select: fc.boolean(),
    keyed: fc.boolean(),
    sizeMs: fc.constantFrom(1, 7, 50, 1000),
    offset: fc.double({ min: -0.99, max: 0.99, noNaN: true }),
    allowedLatenessMs: fc.constantFrom(0, 0, 1, 40, 500)
  })
  .map(({ offset, ...shape }) => ({ ...shape, offsetMs: Math.trunc(offset * shape.sizeMs) }));

const record: fc.Arbitrary<Omit<OracleRecord, 't'> & { readonly step: number }> = fc.record({
  step: fc.integer({ min: -60, max: 90 }),
  k: fc.constantFrom('a', 'b', 'c', null),
  x: fc.option(fc.integer({ min: -80, max: 80 }).map(eighths => eighths / 8), { freq: 6 }),
  arrivalTimeMs: fc.integer({ min: 0, max: 800 })
});
const streams: fc.Arbitrary<OracleRecord[]> = fc.array(record, { maxLength: 120 }).map(steps => {
  let t = 0;
  return steps.map(({ step, ...rest }) => ({ ...rest, t: (t += step) }));
});
const cuts = fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 40 });

function inputsOf(records: readonly OracleRecord[]): GraphInput[] {
  return [...records.map(({ arrivalTimeMs, ...payload }) => message(payload, { arrivalTimeMs })), END];
}

describe('laws of a graph, on random plans and streams', () => {
  test('a graph gives what a naive recomputation gives, and loses nothing', () => {
    fc.assert(
      fc.property(shapes, streams, (shape, records) => {
        const graph = createGraph(planFrom(shape));
        const seen = pushAll(graph, inputsOf(records));
        const wanted = oracle(shape, records);
        expect(seen.rows).toEqual(wanted.rows);
        const { late, filtered, deadLetters, conservationError, rowsIn } = graph.metrics().totals;
        expect({ late, filtered, conservationError, rowsIn }).toEqual({ late: wanted.late, filtered: wanted.filtered, conservationError: 0, rowsIn: records.length });
        expect(deadLetters['FUTURE_TIME'] ?? 0).toBe(wanted.future);
      }),
      { numRuns: 300 }
    );
  });

  test('how the inputs are cut into pushes changes nothing', () => {
    fc.assert(
      fc.property(shapes, streams, cuts, (shape, records, pieces) => {
        const plan = planFrom(shape);
        const whole = pushAll(createGraph(plan), inputsOf(records));
        expect(pushAll(createGraph(plan), inputsOf(records), pieces)).toEqual(whole);
      }),
      { numRuns: 200 }
    );
  });

  test('snapshot, restore and continue is the same as never having stopped', () => {
    fc.assert(
      fc.property(shapes, streams, cuts, (shape, records, pieces) => {
        const plan = planFrom(shape);
        const inputs = inputsOf(records);
        const whole = createGraph(plan);
        const wanted = pushAll(whole, inputs);
        const seen = collected();
        let graph = createGraph(plan);
        let from = 0;
        for (const count of [...pieces, inputs.length]) {
          if (from >= inputs.length) break;
          graph.push(inputs.slice(from, from + count));
          from += count;
          collect(graph.take(), seen);
          expect(graph.metrics().totals.conservationError).toBe(0);
          const snapshot = graph.snapshot();
          graph = createGraph(plan);
          graph.restore(snapshot);
          expect(graph.snapshot()).toEqual(snapshot);
        }
        expect(seen).toEqual(wanted);
        expect(graph.metrics()).toEqual(whole.metrics());
        expect(graph.snapshot()).toEqual(whole.snapshot());
      }),
      { numRuns: 80 }
    );
  });
});
