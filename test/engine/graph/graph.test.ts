import { describe, expect, test } from 'vitest';
import { createGraph } from '../../../engine/graph/create-graph';
import type { PlanNode } from '../../../engine/plan/plan';
import { collect, collected, END, message, planOf, pushAll, sinkNode, sourceNode } from '../../support/graph-runs';

const keyed: PlanNode = { id: 'keyed', op: 'keyBy', input: 'in', config: { columns: ['k'] } };
function windowNode(input: string, config: Partial<Extract<PlanNode, { op: 'window' }>['config']> = {}): PlanNode {
  return {
    id: 'windowed',
    op: 'window',
    input,
    config: { window: { kind: 'tumbling', sizeMs: 10, offsetMs: 0 }, aggregates: [{ name: 'rows', fn: 'count' }], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose', ...config }
  };
}

describe('the source', () => {
  test('takes only messages whose topic matches, unless the host names the source', () => {
    const graph = createGraph(planOf(sourceNode(), sinkNode('in')));
    const { rows } = pushAll(graph, [
      message({ t: 1 }),
      message({ t: 2 }, { topic: 'plant/a/temperature' }),
      { ...message({ t: 3 }, { topic: 'elsewhere' }), source: 'in' } as ReturnType<typeof message>,
      { ...message({ t: 4 }), source: 'other' } as ReturnType<typeof message>
    ]);
    expect(rows.map(({ at, eventTimeMs }) => [at, eventTimeMs])).toEqual([
      [0, 1],
      [2, 3]
    ]);
    expect(graph.metrics()).toMatchObject({ messagesIn: 4, totals: { rowsIn: 2, conservationError: 0 } });
    expect(graph.inputCount).toBe(4);
  });

  test('gives all rows of a payload with many the place of their message', () => {
    const { rows } = pushAll(createGraph(planOf(sourceNode(), sinkNode('in'))), [message({ t: 1 }), message([{ t: 3 }, { t: 2 }])]);
    expect(rows.map(({ at, eventTimeMs }) => [at, eventTimeMs])).toEqual([
      [0, 1],
      [1, 3],
      [1, 2]
    ]);
  });

  test('sends a payload that cannot be decoded to the dead letters, with its topic, arrival and bytes', () => {
    const graph = createGraph(planOf(sourceNode(), sinkNode('in')));
    const { rows, letters } = pushAll(graph, [message('{"t":', { arrivalTimeMs: 77 }), message({ t: 5 })]);
    expect(rows).toHaveLength(1);
    expect(letters).toEqual([{ at: 0, node: 'in', code: expect.stringMatching(/^JSON_/) as string, text: '{"t":', topic: 'plant/a/vibration', arrivalTimeMs: 77 }]);
    expect(graph.metrics().totals).toMatchObject({ rowsIn: 2, conservationError: 0 });
  });

  test('sends records of the future to the dead letters and does not move the watermark', () => {
    const graph = createGraph(planOf(sourceNode({ maxFutureSkewMs: 60_000 }), sinkNode('in')));
    const { rows, letters } = pushAll(graph, [message({ t: 160_000 }, { arrivalTimeMs: 100_000 }), message({ t: 160_001 }, { arrivalTimeMs: 100_000 })]);
    expect(rows).toHaveLength(1);
    expect(letters.map(each => each.code)).toEqual(['FUTURE_TIME']);
    expect(graph.metrics().totals).toMatchObject({ deadLetters: { FUTURE_TIME: 1 }, watermarkMs: 159_999 });
  });

  test('refuses single records of a payload with many', () => {
    const graph = createGraph(planOf(sourceNode({ maxFutureSkewMs: 10 }), sinkNode('in')));
    const { rows, letters } = pushAll(graph, [message([{ t: 1 }, { t: 99 }, { t: 2 }, { t: 98 }])]);
    expect(rows.map(each => each.eventTimeMs)).toEqual([1, 2]);
    expect(letters.map(each => each.code)).toEqual(['FUTURE_TIME', 'FUTURE_TIME']);
    expect(graph.metrics().totals).toMatchObject({ rowsIn: 4, conservationError: 0 });
  });

  test('refuses records without an event time that can be used', () => {
    const schema = { fields: [{ name: 't', type: 'int64', nullable: true }] } as const;
    const graph = createGraph(planOf(sourceNode({ schema }), sinkNode('in')));
    const { rows, letters } = pushAll(graph, [message('{"t":null}'), message('{"t":9007199254740993}'), message('{"t":-12}')]);
    expect(rows.map(each => each.eventTimeMs)).toEqual([-12]);
    expect(letters.map(each => each.code)).toEqual(['EVENT_TIME', 'EVENT_TIME']);
  });

  test('fills columns from the levels of the topic and refuses a topic that is too short', () => {
    const schema = {
      fields: [
        { name: 'plant', type: 'utf8', nullable: false },
        { name: 't', type: 'timestampMs', nullable: false },
        { name: 'line', type: 'utf8', nullable: true }
      ]
    } as const;
    const graph = createGraph(planOf(sourceNode({ schema, topic: '#', topicColumns: { plant: 1, line: 2 } }), sinkNode('in')));
    const { rows, letters } = pushAll(graph, [message({ t: 1 }, { topic: 'x/north/7' }), message({ t: 2 }, { topic: 'x/south' }), message({ t: 3 }, { topic: 'x' })]);
    expect(rows.map(each => each.row)).toEqual([
      { plant: 'north', t: 1, line: '7' },
      { plant: 'south', t: 2, line: null }
    ]);
    expect(letters.map(each => each.code)).toEqual(['TOPIC_LEVEL']);
    expect(graph.metrics().totals.conservationError).toBe(0);
  });

  test('releases windows by a tick when a topic with its own watermark has fallen silent', () => {
    const graph = createGraph(planOf(sourceNode({ watermarkPer: 'topic', idleTimeoutMs: 1000 }), windowNode('in'), sinkNode('windowed')));
    const { rows } = pushAll(graph, [
      message({ t: 5 }, { topic: 'plant/a/vibration', arrivalTimeMs: 0 }),
      message({ t: 6 }, { topic: 'plant/b/vibration', arrivalTimeMs: 1 }),
      message({ t: 25 }, { topic: 'plant/b/vibration', arrivalTimeMs: 900 }),
      { kind: 'tick', arrivalTimeMs: 1000 },
      { kind: 'tick', arrivalTimeMs: 1001 }
    ]);
    expect(rows).toEqual([{ sink: 'out', at: 4, eventTimeMs: 9, row: { windowStartMs: 0, windowEndMs: 10, rows: 2n } }]);
  });
});

describe('results', () => {
  test('leave in the order of (input, sink), across sinks and operators', () => {
    const plan = planOf(sourceNode(), windowNode('in'), sinkNode('windowed', 'slow'), sinkNode('in', 'fast'));
    const inputs = [message({ t: 1 }), message({ t: 12 }), message({ t: 13 }), message({ t: 25 }), END];
    const wanted = ['fast 0', 'slow 1', 'fast 1', 'fast 2', 'slow 3', 'fast 3', 'slow 4'];
    for (const pieces of [[5], [1, 1, 1, 1, 1], [2, 3]]) {
      expect(pushAll(createGraph(plan), inputs, pieces).rows.map(({ sink, at }) => `${sink} ${at}`)).toEqual(wanted);
    }
  });

  test('of one window come by first arrival of the key, null and NaN keys among them', () => {
    const number = { id: 'keyed', op: 'keyBy', input: 'in', config: { columns: ['x'] } } as const;
    const schema = {
      fields: [
        { name: 't', type: 'timestampMs', nullable: false },
        { name: 'x', type: 'float64', nullable: true }
      ]
    } as const;
    const graph = createGraph(planOf(sourceNode({ schema }), number, windowNode('keyed'), sinkNode('windowed')));
    const values = [3, null, NaN, -0, 0, NaN, null];
    graph.pushRows('in', {
      schema,
      rowCount: values.length,
      columns: [
        { kind: 'timestampMs', values: new Float64Array(values.length), validity: null },
        { kind: 'float64', values: Float64Array.from(values, Number), validity: Uint8Array.from(values, value => (value === null ? 0 : 1)) }
      ],
      eventTimeMs: new Float64Array(values.length),
      at: new Float64Array(0)
    });
    graph.push([END]);
    const into = collected();
    collect(graph.take(), into);
    expect(into.rows.map(({ row }) => [row['x'], row['rows']])).toEqual([
      [3, 1n],
      [null, 2n],
      [NaN, 2n],
      [0, 2n]
    ]);
  });

  test('of a key of several columns tell them apart', () => {
    const pair: PlanNode = { id: 'keyed', op: 'keyBy', input: 'in', config: { columns: ['k', 'n'] } };
    const graph = createGraph(planOf(sourceNode(), pair, windowNode('keyed'), sinkNode('windowed')));
    const { rows } = pushAll(graph, [...[['a', 1], ['a', 2], ['b', 1], ['a', 1], [null, 1], ['a', null]].map(([k, n]) => message({ t: 0, k, n })), END]);
    expect(rows.map(({ row }) => [row['k'], row['n'], row['rows']])).toEqual([
      ['a', 1n, 2n],
      ['a', 2n, 1n],
      ['b', 1n, 1n],
      [null, 1n, 1n],
      ['a', null, 1n]
    ]);
  });

  test('of an exact int64 sum that overflows go to the dead letters, and their rows are accounted for', () => {
    const aggregates = [
      { name: 'rows', fn: 'count' },
      { name: 'total', fn: 'sum', column: 'n' }
    ];
    const graph = createGraph(planOf(sourceNode(), keyed, windowNode('keyed', { aggregates }), sinkNode('windowed')));
    const { rows, letters } = pushAll(graph, [
      message('{"t":0,"k":"a","n":9223372036854775807}'),
      message('{"t":1,"k":"a","n":1}'),
      message('{"t":2,"k":"b","n":9223372036854775807}'),
      message('{"t":3,"k":"b","n":-9223372036854775808}'),
      END
    ]);
    expect(rows.map(each => each.row)).toEqual([{ k: 'b', windowStartMs: 0, windowEndMs: 10, rows: 2n, total: -1n }]);
    expect(letters).toMatchObject([{ at: 4, node: 'windowed', code: 'SUM_OVERFLOW', text: '{"k":"a","windowStartMs":0,"windowEndMs":10}' }]);
    expect(graph.metrics().nodes.get('windowed')).toMatchObject({ rowsIn: 4, rowsReleased: 2, deadLetters: 2, rowsInState: 0 });
    expect(graph.metrics().totals.conservationError).toBe(0);
  });

  test('of late rows go to the dead letters when the plan says so, with the row and where it came from', () => {
    const graph = createGraph(planOf(sourceNode(), windowNode('in', { latePolicy: 'deadLetter' }), sinkNode('windowed')));
    const { letters } = pushAll(graph, [message({ t: 20 }), message({ t: 3, k: 'a', x: 1.5, n: 7 }, { arrivalTimeMs: 44, topic: 'plant/z/vibration' })]);
    expect(letters).toEqual([{ at: 1, node: 'windowed', code: 'LATE', text: '{"t":3,"k":"a","x":1.5,"n":"7"}', topic: 'plant/z/vibration', arrivalTimeMs: 44 }]);
    expect(graph.metrics().totals).toMatchObject({ late: 0, deadLetters: { LATE: 1 }, conservationError: 0 });
  });

  test('say why rows were dropped, with the watermark of the moment', () => {
    const filter: PlanNode = { id: 'filtered', op: 'filter', input: 'in', config: { predicate: { kind: 'binary', op: '>', left: { kind: 'column', name: 'x' }, right: { kind: 'literal', value: 0, type: 'float64' } } } };
    const graph = createGraph(planOf(sourceNode(), filter, windowNode('filtered'), sinkNode('windowed')));
    graph.push([message({ t: 5, x: 1 }), message({ t: 21, x: 1 }), message({ t: 3, x: 1 }), message({ t: 30, x: -1 }), message({ t: 31, x: null })]);
    expect(graph.take().dropFacts).toEqual([
      { at: 2, node: 'windowed', reason: 'late', eventTimeMs: 3, watermarkMs: 20, windowEndMs: 10 },
      { at: 3, node: 'filtered', reason: 'filtered', eventTimeMs: 30, watermarkMs: 20, windowEndMs: null },
      { at: 4, node: 'filtered', reason: 'filtered', eventTimeMs: 31, watermarkMs: 29, windowEndMs: null }
    ]);
  });
});

describe('a snapshot', () => {
  const plan = planOf(sourceNode(), keyed, windowNode('keyed', { aggregates: ['count', 'sum', 'mean', 'min', 'max'].map(fn => ({ name: fn, fn, ...(fn === 'count' ? {} : { column: 'x' }) })) }), sinkNode('windowed'));
  const inputs = Array.from({ length: 200 }, (_, index) => message({ t: index % 10, k: `key-${index % 100}`, x: index }));

  test('takes at most 120 bytes per open key and window with five aggregates', () => {
    const graph = createGraph(plan);
    const empty = graph.snapshot().length;
    graph.push(inputs);
    graph.take();
    expect((graph.snapshot().length - empty) / 100).toBeLessThanOrEqual(120);
  });

  test('of another plan is refused, and the graph stays as it was', () => {
    const graph = createGraph(plan);
    graph.push(inputs);
    graph.take();
    const before = graph.snapshot();
    const other = createGraph(planOf(sourceNode({ maxOutOfOrdernessMs: 1 }), sinkNode('in'))).snapshot();
    expect(() => graph.restore(other)).toThrowError(/hash/);
    expect(graph.snapshot()).toEqual(before);
  });

  test('that is cut short or garbled is a typed error or a graph, never a crash', () => {
    const graph = createGraph(plan);
    graph.push(inputs);
    graph.take();
    const snapshot = graph.snapshot();
    for (let length = 0; length < snapshot.length; length += 97) expect(() => createGraph(plan).restore(snapshot.slice(0, length))).toThrowError(/SNAPSHOT|snapshot/);
    for (let place = 0; place < snapshot.length; place += 41) {
      const garbled = snapshot.slice();
      garbled[place]! ^= 0xff;
      try {
        createGraph(plan).restore(garbled);
      } catch (error) {
        expect((error as Error).name).toBe('LittoralError');
      }
    }
  });

  test('names windows of many kinds of state', () => {
    const aggregates = [
      ...['first', 'last', 'min', 'max', 'sum'].map(fn => ({ name: `${fn}N`, fn, column: 'n' })),
      ...['first', 'last'].map(fn => ({ name: `${fn}K`, fn, column: 'k' })),
      { name: 'sd', fn: 'stddev', column: 'x' },
      { name: 'rms', fn: 'rms', column: 'x' },
      { name: 'peak', fn: 'welchPeak', column: 'x', options: { sampleHz: 100 } }
    ];
    const rich = planOf(sourceNode(), windowNode('in', { aggregates, allowedLatenessMs: 20 }), sinkNode('windowed'));
    const messages = Array.from({ length: 60 }, (_, index) => message({ t: (index * 7) % 40, k: `k${index}`, x: index % 6 === 0 ? null : Math.sin(index), n: index * 3 }));
    const wanted = pushAll(createGraph(rich), [...messages, END]);
    const graph = createGraph(rich);
    const seen = pushAll(graph, messages.slice(0, 30));
    const resumed = createGraph(rich);
    resumed.restore(graph.snapshot());
    const rest = pushAll(resumed, [...messages.slice(30), END]);
    expect([...seen.rows, ...rest.rows]).toEqual(wanted.rows);
    expect(wanted.rows.length).toBeGreaterThan(4);
  });
});
