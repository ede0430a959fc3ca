import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGraph } from '../../../../engine/graph/create-graph';
import type { GraphInput } from '../../../../engine/graph/graph-api';
import type { ExplodeNode } from '../../../../engine/plan/nodes/shaping';
import { parsePlan } from '../../../../engine/plan/parse-plan';
import type { PlanNode } from '../../../../engine/plan/plan';
import { END, message, planOf, pushAll, sinkNode, sourceNode } from '../../../support/graph-runs';

const source = (maxOutOfOrdernessMs = 0): PlanNode =>
  sourceNode({
    maxOutOfOrdernessMs,
    schema: {
      fields: [
        { name: 't', type: 'timestampMs', nullable: false },
        { name: 'x', type: { list: 'float64' }, nullable: true, unit: 'g' },
        { name: 'y', type: { list: 'int32' }, nullable: true }
      ]
    }
  });
const explode = (config: Partial<ExplodeNode['config']> = {}): PlanNode => ({ id: 'e', op: 'explode', input: 'in', config: { columns: { x: 'x' }, index: null, everyMs: null, stamped: 'first', timeColumn: null, whenEmpty: 'drop', ...config } });
const graphOf = (config?: Partial<ExplodeNode['config']>) => createGraph(parsePlan(planOf(source(), explode(config), sinkNode('e'))));

describe('explode', () => {
  it('gives one row per element with its own event time, position and time column', () => {
    const graph = graphOf({ columns: { x: 'v', y: 'y' }, index: 'i', everyMs: 0.4, timeColumn: 'at' });
    const { rows } = pushAll(graph, [message({ t: 100, x: [1.5, 2.5, 3.5, 4.5], y: [1, 2, 3, 4] })]);
    expect(rows.map(({ eventTimeMs, row }) => [eventTimeMs, ...Object.values(row)])).toEqual([
      [100, 100, 1.5, 1, 0, 100],
      [100, 100, 2.5, 2, 1, 100],
      [100, 100, 3.5, 3, 2, 100],
      [101, 100, 4.5, 4, 3, 101]
    ]);
    expect(graph.types.get('e')!.schema.fields).toEqual([
      { name: 't', type: 'timestampMs', nullable: false },
      { name: 'v', type: 'float64', nullable: false, unit: 'g' },
      { name: 'y', type: 'int32', nullable: false },
      { name: 'i', type: 'int32', nullable: false },
      { name: 'at', type: 'timestampMs', nullable: false }
    ]);
  });

  it('counts back from the last element when that has the time of the row', () => {
    const { rows } = pushAll(graphOf({ everyMs: 10, stamped: 'last' }), [message({ t: 100, x: [1, 2, 3], y: null })]);
    expect(rows.map(({ eventTimeMs }) => eventTimeMs)).toEqual([80, 90, 100]);
  });

  it('counts rows without elements as dropped, sends lists of different lengths to the dead letters', () => {
    const graph = graphOf({ columns: { x: 'x', y: 'y' } });
    const { rows, letters } = pushAll(graph, [message({ t: 1, x: [], y: null }), message({ t: 2, x: [1], y: [1, 2] }), message({ t: 3, x: [7], y: [8] }), END]);
    expect(rows.map(({ row }) => row)).toEqual([{ t: 3, x: 7, y: 8 }]);
    expect(letters).toMatchObject([{ at: 1, node: 'e', code: 'LIST_LENGTH' }]);
    expect(graph.metrics().totals).toMatchObject({ dropped: 1, deadLetters: { LIST_LENGTH: 1 }, conservationError: 0 });
  });

  it('keeps rows without elements when it is told to', () => {
    const graph = graphOf({ index: 'i', whenEmpty: 'null' });
    expect(pushAll(graph, [message({ t: 1, x: null, y: [1] }), message({ t: 2, x: [3], y: null })]).rows.map(({ row }) => row)).toEqual([{ t: 1, x: null, y: [1], i: null }, { t: 2, x: 3, y: null, i: 0 }]);
    expect(graph.metrics().totals).toMatchObject({ dropped: 0, conservationError: 0 });
  });

  it('cuts long lists into pieces and tells watermarks between them in their place', () => {
    const windows: PlanNode = { id: 'w', op: 'window', input: 'e', config: { window: { kind: 'tumbling', sizeMs: 10, offsetMs: 0 }, aggregates: [{ name: 'n', fn: 'count' }], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose' } };
    const graph = createGraph(parsePlan(planOf(source(), explode(), windows, sinkNode('w'))));
    const list = JSON.stringify(Array.from({ length: 50_000 }, () => 1));
    const inputs = [5, 15, 25, 35].map(t => message(`{"t":${t},"x":${list},"y":null}`));
    const { rows } = pushAll(graph, [...inputs, END]);
    expect(rows.map(({ at, row }) => [at, row['n']])).toEqual([[1, 50_000n], [2, 50_000n], [3, 50_000n], [4, 50_000n]]);
    expect(graph.metrics().totals).toMatchObject({ late: 0, conservationError: 0 });
  });

  it('gives the same however the inputs are cut and wherever it is restored', () => {
    const record = fc.tuple(fc.nat(30), fc.option(fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 5 })));
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), fc.integer({ min: 1, max: 6 }), (records, pushSize) => {
        const inputs: GraphInput[] = [...records.map(([t, x]) => message({ t, x, y: null })), END];
        let graph = graphOf({ everyMs: 3, index: 'i' });
        const rows: unknown[] = [];
        for (let from = 0; from < inputs.length; from += pushSize) {
          rows.push(...pushAll(graph, inputs.slice(from, from + pushSize)).rows);
          const snapshot = graph.snapshot();
          graph = graphOf({ everyMs: 3, index: 'i' });
          graph.restore(snapshot);
        }
        expect(rows).toEqual(pushAll(graphOf({ everyMs: 3, index: 'i' }), inputs).rows);
      })
    );
  });

  it.each<[string, Partial<ExplodeNode['config']>, RegExp]>([
    ['a column that is no list', { columns: { t: 'a' } }, /the column is timestampMs; expected a list/u],
    ['two columns of one name', { columns: { x: 'y' } }, /two columns would be called "y"/u],
    ['an index that is there', { index: 't' }, /two columns would be called "t"/u],
    ['elements that are no time apart', { everyMs: 0 }, /everyMs: got 0; expected a number/u]
  ])('refuses %s', (_name, config, expected) => {
    expect(() => graphOf(config)).toThrow(expected);
  });
});
