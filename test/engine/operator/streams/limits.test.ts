import { describe, expect, test } from 'vitest';
import type { Batch } from '../../../../engine/batch/batch';
import { Dictionary } from '../../../../engine/batch/batch';
import { createGraph } from '../../../../engine/graph/create-graph';
import type { Chunk, DeadLetter, Operator, Output, StreamType } from '../../../../engine/operator/operator';
import { IntervalJoinOperator } from '../../../../engine/operator/streams/interval-join-operator';
import { joinedColumns, lookedUpColumns } from '../../../../engine/operator/streams/joined-type';
import type { StreamLimits } from '../../../../engine/operator/streams/limits';
import { TemporalLookupOperator } from '../../../../engine/operator/streams/temporal-lookup-operator';
import { WindowJoinOperator } from '../../../../engine/operator/streams/window-join-operator';
import { imbalance } from '../../../../engine/operator/counters';
import { assignerOf } from '../../../../engine/window/assigner';
import type { PlanNode } from '../../../../engine/plan/plan';
import { inputsOf, planWithSink, runPlan, sideSource } from '../../../support/two-streams';

const TYPE: StreamType = { schema: { fields: [{ name: 'k', type: 'utf8', nullable: false }, { name: 'text', type: 'utf8', nullable: false }] }, keys: [] };
const WHERE = { op: 'join', path: 'test' };
const SHARED = { on: ['k'], as: { left: '', right: 'r_' }, latePolicy: 'drop' } as const;
const COLUMNS = joinedColumns({ ...SHARED, rightMayMiss: false }, TYPE.schema, TYPE.schema, WHERE);
const NONE: StreamLimits = { rowsMax: 1_000, rowsPerKeyMax: 1_000, bytesMax: 1_000_000, pairsMax: 1_000, entriesMax: 1_000 };
const limited = (limits: Partial<StreamLimits>): StreamLimits => ({ ...NONE, ...limits });

const joinOf = (limits: Partial<StreamLimits>): Operator =>
  new IntervalJoinOperator({ node: 'j', config: { ...SHARED, lowerMs: -5, upperMs: 5, type: 'inner' }, inputs: [TYPE, TYPE], columns: COLUMNS, limits: limited(limits) });
const windowsOf = (limits: Partial<StreamLimits>): Operator =>
  new WindowJoinOperator({
    node: 'j',
    config: { ...SHARED, window: { kind: 'hopping', sizeMs: 4, hopMs: 2, offsetMs: 0 }, allowedLatenessMs: 0 },
    inputs: [TYPE, TYPE],
    assigner: assignerOf({ kind: 'hopping', sizeMs: 4, hopMs: 2, offsetMs: 0 }),
    schema: { fields: [] },
    columns: COLUMNS,
    limits: limited(limits)
  });
const LOOKED_UP = lookedUpColumns({ on: ['k'], columns: ['text'], as: { left: '', right: 'r_' }, rightMayMiss: true }, TYPE.schema, TYPE.schema, WHERE);
const lookupOf = (limits: Partial<StreamLimits>): Operator =>
  new TemporalLookupOperator({
    node: 'j',
    config: { on: ['k'], columns: ['text'], as: { right: 'r_' }, missing: 'null', retentionMs: 0, ttlMs: null, latePolicy: 'drop' },
    inputs: [TYPE, TYPE],
    schema: { fields: LOOKED_UP.map(({ field }) => field) },
    columns: LOOKED_UP,
    limits: limited(limits)
  });

type Row = readonly [port: number, t: number, k: string, text?: string];

function chunkOf([, t, k, text = ''] : Row, at: number): Chunk {
  const textColumn = (value: string) => {
    const dictionary = new Dictionary();
    return { kind: 'utf8', codes: Int32Array.of(dictionary.encode(value)), dictionary, validity: null } as const;
  };
  const batch: Batch = { schema: TYPE.schema, rowCount: 1, columns: [textColumn(k), textColumn(text)], eventTimeMs: Float64Array.of(t), at: Float64Array.of(at) };
  return { batch, progress: { count: 0, at: new Float64Array(0), watermarkMs: new Float64Array(0) } };
}

/** Feeds rows and gives the letters. No row may be unaccounted for. */
function feed(operator: Operator, rows: readonly Row[]): DeadLetter[] {
  const letters: DeadLetter[] = [];
  const output: Output = { emit: () => undefined, emitSide: () => undefined, dropped: () => undefined, requestInference: () => undefined, deadLetter: letter => letters.push(letter) };
  rows.forEach((row, at) => {
    operator.process(chunkOf(row, at), row[0], output);
    operator.settle?.(output);
  });
  expect(imbalance(operator.counters)).toBe(0);
  expect(operator.counters.deadLetters).toBe(letters.length);
  return letters;
}

describe('state of operators over several streams is bounded', () => {
  const three: readonly Row[] = [[0, 1, 'a'], [0, 2, 'a'], [0, 3, 'b']];
  test.each<[string, Operator, readonly Row[], readonly number[], string, RegExp]>([
    ['rows of an interval join', joinOf({ rowsMax: 2 }), three, [2], 'JOIN_LIMIT', /more than 2 rows wait for partners/u],
    ['rows of one key of an interval join', joinOf({ rowsPerKeyMax: 1 }), three, [1], 'JOIN_LIMIT', /more than 1 rows of one key wait/u],
    ['texts of an interval join', joinOf({ bytesMax: 10 }), [[0, 1, 'a', 'xyz'], [0, 1, 'a', 'x'], [0, 1, 'b', 'x']], [1, 2], 'JOIN_LIMIT', /hold more than 10 bytes/u],
    ['rows of a window join', windowsOf({ rowsMax: 2 }), three, [2], 'JOIN_LIMIT', /more than 2 rows of one stream are in open windows/u],
    ['rows of a window join, once for each window', windowsOf({ entriesMax: 4 }), three, [2], 'JOIN_LIMIT', /more than 4 rows are in open windows, counted once for each/u],
    ['rows of one key of a window join', windowsOf({ rowsPerKeyMax: 1 }), three, [1], 'JOIN_LIMIT', /more than 1 rows of one key/u],
    ['pairs of a window join', windowsOf({ pairsMax: 1 }), [[0, 1, 'a'], [1, 1, 'a'], [1, 1, 'a'], [0, 9, 'a']], [2], 'JOIN_LIMIT', /more than 1 pairs of one key in one window/u],
    ['texts of a window join', windowsOf({ bytesMax: 8 }), [[0, 1, 'a', 'xyz'], [0, 1, 'a']], [1], 'JOIN_LIMIT', /hold more than 8 bytes/u],
    ['rows that wait for a lookup', lookupOf({ rowsMax: 2 }), three, [2], 'LOOKUP_LIMIT', /more than 2 rows.* wait for the watermark/u],
    ['versions of a lookup', lookupOf({ rowsMax: 1 }), [[1, 1, 'a'], [1, 1, 'b']], [1], 'LOOKUP_LIMIT', /more than 1 versions are kept/u],
    ['versions of one key of a lookup', lookupOf({ rowsPerKeyMax: 1 }), [[1, 1, 'a'], [1, 2, 'a'], [1, 1, 'b']], [1], 'LOOKUP_LIMIT', /more than 1 versions of one key/u]
  ])('%s', (_, operator, rows, refused, code, words) => {
    const letters = feed(operator, rows);
    expect(letters.map(letter => letter.at)).toEqual(refused);
    for (const letter of letters) {
      expect(letter.code).toBe(code);
      expect(letter.message).toMatch(words);
    }
  });
});

describe('keys without rows are forgotten', () => {
  const nodes: readonly PlanNode[] = [
    { id: 'j', op: 'intervalJoin', inputs: ['L', 'R'], config: { on: ['device'], as: { left: '', right: 'r_' }, latePolicy: 'drop', lowerMs: -5, upperMs: 5, type: 'left' } },
    { id: 'j', op: 'windowJoin', inputs: ['L', 'R'], config: { on: ['device'], as: { left: '', right: 'r_' }, latePolicy: 'drop', window: { kind: 'tumbling', sizeMs: 5, offsetMs: 0 }, allowedLatenessMs: 0 } },
    { id: 'j', op: 'temporalLookup', inputs: ['L', 'R'], config: { on: ['device'], columns: ['id'], as: { right: 'r_' }, missing: 'null', retentionMs: 0, ttlMs: 10, latePolicy: 'drop' } }
  ];

  test.each(nodes.map(node => [node.op, node] as const))('by %s: a thousand keys that are gone leave no trace in the snapshot', (_, node) => {
    const plan = planWithSink(sideSource('L'), sideSource('R'), node);
    const sizeAfter = (keys: number): number => {
      const graph = createGraph(plan);
      const records = Array.from({ length: keys }, (_unused, i) => ({ side: i % 2 === 0 ? 'L' : 'R', t: i, device: `device ${i}` }));
      const last = [...records, { side: 'L', t: 99_999, device: 'a' }, { side: 'R', t: 99_999, device: 'a' }];
      graph.push(inputsOf(last).slice(0, -1));
      graph.take();
      return graph.snapshot().length;
    };
    expect(sizeAfter(1_000)).toBe(sizeAfter(2));
  });
});

describe('rows with every type of column', () => {
  test('go through a join and a restart as they were', () => {
    const fields = [
      { name: 't', type: 'timestampMs' as const, nullable: false },
      { name: 'device', type: 'utf8' as const, nullable: false },
      { name: 'i', type: 'int64' as const, nullable: true },
      { name: 'f', type: 'float32' as const, nullable: true },
      { name: 'b', type: 'bool' as const, nullable: true },
      { name: 'x', type: { list: 'float64' as const }, nullable: true },
      { name: 'text', type: 'utf8' as const, nullable: true }
    ];
    const plan = planWithSink(sideSource('L', { schema: { fields } }), sideSource('R', { schema: { fields } }), { id: 'j', op: 'intervalJoin', inputs: ['L', 'R'], config: { on: ['device'], as: { left: '', right: 'r_' }, latePolicy: 'drop', lowerMs: 0, upperMs: 50, type: 'left' } });
    const left = { i: '9007199254740993', f: 0.5, b: true, x: [1, -2.5], text: 'grün' };
    const text = (record: object): string => JSON.stringify(record).replace('"9007199254740993"', '9007199254740993');
    const push = (topic: string, record: object, arrivalTimeMs: number) => ({ kind: 'message' as const, arrivalTimeMs, topic, payload: new TextEncoder().encode(text(record)) });
    const inputs = [push('L', { t: 10, device: 'a', ...left }, 0), push('L', { t: 11, device: 'b', i: null, f: null, b: null, x: null, text: null }, 1), push('R', { t: 20, device: 'a', ...left, x: [] }, 2), { kind: 'end' as const }];
    const { rows } = runPlan(plan, inputs, { pushSize: 1, restoring: true });
    const values = { i: 9007199254740993n, f: 0.5, b: true, x: [1, -2.5], text: 'grün' };
    expect(rows.map(({ at, row }) => ({ at, ...row }))).toEqual([
      { at: 2, t: 10, device: 'a', ...values, r_t: 20, r_i: values.i, r_f: 0.5, r_b: true, r_x: [], r_text: 'grün' },
      { at: 3, t: 11, device: 'b', i: null, f: null, b: null, x: null, text: null, r_t: null, r_i: null, r_f: null, r_b: null, r_x: null, r_text: null }
    ]);
  });
});

describe('many results of one step', () => {
  const counted: PlanNode = { id: 'n', op: 'window', input: 'j', config: { window: { kind: 'tumbling', sizeMs: 1_000, offsetMs: 0 }, aggregates: [{ name: 'n', fn: 'count' }], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose' } };
  test.each<PlanNode>([
    { id: 'j', op: 'windowJoin', inputs: ['L', 'R'], config: { on: ['device'], as: { left: '', right: 'r_' }, latePolicy: 'drop', window: { kind: 'tumbling', sizeMs: 1_000, offsetMs: 0 }, allowedLatenessMs: 0 } },
    { id: 'j', op: 'intervalJoin', inputs: ['L', 'R'], config: { on: ['device'], as: { left: '', right: 'r_' }, latePolicy: 'drop', lowerMs: -1_000, upperMs: 1_000, type: 'inner' } }
  ])('of $op leave in pieces, each with its watermarks', node => {
    const plan = planWithSink(sideSource('L'), sideSource('R'), node, counted);
    const records = Array.from({ length: 800 }, (_, i) => ({ side: i % 2 === 0 ? 'L' : 'R', t: 5_000 + Math.floor(i / 2), device: 'a' }));
    const inputs = inputsOf([...records, { side: 'L', t: 9_000, device: 'b' }, { side: 'R', t: 9_000, device: 'b' }]);
    const whole = runPlan(plan, inputs);
    expect(whole.rows.map(({ row }) => row['n'])).toEqual([160_000n, 1n]);
    expect(runPlan(plan, inputs, { pushSize: 3 })).toEqual(whole);
  });
});
