import { describe, expect, test } from 'vitest';
import { carryState } from '../../../engine/graph/carry-state';
import { createGraph } from '../../../engine/graph/create-graph';
import { compareState } from '../../../engine/graph/state-compatibility';
import type { Plan, PlanNode } from '../../../engine/plan/plan';
import { message, planOf, pushAll, sinkNode, sourceNode } from '../../support/graph-runs';

const above = (limit: number, id = 'above', input = 'in'): PlanNode => ({ id, op: 'filter', input, config: { predicate: { kind: 'binary', op: '>', left: { kind: 'column', name: 'x' }, right: { kind: 'literal', value: limit, type: 'float64' } } } });
const windowOf = (input: string, sizeMs = 10, id = 'windowed'): PlanNode => ({
  id,
  op: 'window',
  input,
  config: { window: { kind: 'tumbling', sizeMs, offsetMs: 0 }, aggregates: [{ name: 'n', fn: 'count' }, { name: 'total', fn: 'sum', column: 'x' }], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose' }
});
const dedupe = (config: object, id = 'once', input = 'in'): PlanNode => ({ id, op: 'deduplicate', input, config }) as PlanNode;
const { fields } = (sourceNode() as Extract<PlanNode, { op: 'source' }>).config.schema;
const wider = sourceNode({ schema: { fields: [{ name: 'z', type: 'float64', nullable: true }, ...fields] } });
const base = planOf(sourceNode(), above(0), windowOf('above'), sinkNode('windowed'));
const early = [1, 4, 12, 13].map(t => message({ t, x: t - 2, k: 'a' }));
const later = [14, 21, 35].map(t => message({ t, x: t, k: 'a' }));

function runBefore(plan: Plan): Uint8Array {
  const graph = createGraph(plan);
  pushAll(graph, early);
  return graph.snapshot();
}
const verdicts = (from: Plan, to: Plan): Record<string, string> => Object.fromEntries(compareState(from, to).nodes.map(({ id, verdict }) => [id, verdict]));

describe('carrying state into a new plan', () => {
  test('the same plan goes on as if nothing had happened', () => {
    const whole = createGraph(base);
    pushAll(whole, early);
    const carried = carryState(runBefore(base), base, { ...base, slo: { p99LatencyMs: 5 } });
    expect(carried.compatibility.rowsLost).toBe(0);
    const next = createGraph(base);
    next.restore(carried.snapshot!);
    expect(pushAll(next, later)).toEqual(pushAll(whole, later));
    expect(next.metrics()).toEqual(whole.metrics());
    expect(next.snapshot()).toEqual(whole.snapshot());
  });

  test('a changed threshold keeps the open windows and every account', () => {
    const to = planOf(sourceNode(), above(20), windowOf('above'), sinkNode('windowed'));
    const carried = carryState(runBefore(base), base, to);
    expect(Object.fromEntries(carried.compatibility.nodes.map(({ id, verdict }) => [id, verdict]))).toEqual({ in: 'carried', above: 'replaced', windowed: 'carried', 'sink-out': 'carried' });
    expect(carried.compatibility.nodes[2]).toMatchObject({ reason: expect.stringContaining('"above"') as unknown, rowsLost: 0 });
    const next = createGraph(to);
    next.restore(carried.snapshot!);
    expect(pushAll(next, later).rows.map(({ row }) => [row['n'], row['total']])).toEqual([[2n, 21], [1n, 21]]);
    expect(next.metrics().totals).toMatchObject({ rowsIn: 7, filtered: 2, conservationError: 0 });
  });

  test('a changed window begins anew, what it held is counted, and the watermark goes on', () => {
    const to = planOf(sourceNode(), above(0), windowOf('above', 100), sinkNode('windowed'));
    const carried = carryState(runBefore(base), base, to);
    expect(carried.compatibility.nodes[2]).toMatchObject({ verdict: 'fresh', reason: 'its window changed', rowsLost: 2 });
    expect(carried.compatibility.rowsLost).toBe(2);
    const next = createGraph(to);
    next.restore(carried.snapshot!);
    expect(next.metrics().totals.watermarkMs).toBe(12);
    pushAll(next, later);
    expect(next.metrics().totals.conservationError).toBe(0);
    const again = createGraph(to);
    again.restore(next.snapshot());
    expect(again.metrics()).toEqual(next.metrics());
  });

  test('a window goes on when its rows get a further column', () => {
    const to = planOf(wider, above(0), windowOf('above'), sinkNode('windowed'));
    const next = createGraph(to);
    next.restore(carryState(runBefore(base), base, to).snapshot!);
    const unchanged = createGraph(base);
    pushAll(unchanged, early);
    expect(pushAll(next, later).rows).toEqual(pushAll(unchanged, later).rows);
    expect(next.metrics().totals.conservationError).toBe(0);
  });

  test('nodes may come, go and be rewired around a state that stays', () => {
    const to = planOf(sourceNode(), above(-5, 'newcomer'), windowOf('newcomer'), sinkNode('windowed'), sinkNode('newcomer', 'raw'));
    const carried = carryState(runBefore(base), base, to);
    expect(carried.compatibility.nodes.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(['in carried', 'newcomer added', 'windowed carried', 'sink-out carried', 'sink-raw added', 'above removed']);
    const next = createGraph(to);
    next.restore(carried.snapshot!);
    const { rows } = pushAll(next, later);
    expect(rows.filter(row => row.sink === 'out').map(({ row }) => row['n'])).toEqual([3n, 1n]);
    expect(next.metrics().totals.conservationError).toBe(0);
  });

  test.each<[string, Plan, Plan, Record<string, string>]>([
    ['a further column in front keeps time and windows', base, planOf(wider, above(0), windowOf('above'), sinkNode('windowed')), { in: 'carried', above: 'replaced', windowed: 'carried' }],
    ['another type of a column that a window reads begins anew', base, planOf(sourceNode({ schema: { fields: fields.map(field => (field.name === 'x' ? { ...field, type: 'int32' } : field)) } }), windowOf('in'), sinkNode('windowed')), { in: 'carried', windowed: 'fresh' }],
    ['another filter of topics keeps all', base, planOf(sourceNode({ topic: 'site/#', connection: 'other', sharedGroup: 'line7', acknowledge: 'afterEffects' } as object), above(0), windowOf('above'), sinkNode('windowed')), { in: 'carried', windowed: 'carried' }],
    ['another filter of topics with a time of their own begins anew', planOf(sourceNode({ watermarkPer: 'topic' }), windowOf('in'), sinkNode('windowed')), planOf(sourceNode({ watermarkPer: 'topic', topic: 'site/#' }), windowOf('in'), sinkNode('windowed')), { in: 'fresh', windowed: 'fresh' }],
    ['another time begins anew', base, planOf(sourceNode({ maxOutOfOrdernessMs: 5 }), above(0), windowOf('above'), sinkNode('windowed')), { in: 'fresh', above: 'replaced', windowed: 'fresh' }],
    ['what follows an operator that may hold rows back begins anew with it', planOf(sourceNode(), dedupe({ by: ['n'], keep: 'last', withinMs: 5, identitiesMax: 10 }), windowOf('once'), sinkNode('windowed')), planOf(sourceNode(), dedupe({ by: ['n'], keep: 'last', withinMs: 9, identitiesMax: 10 }), windowOf('once'), sinkNode('windowed')), { in: 'carried', once: 'fresh', windowed: 'fresh' }],
    ['another operator under the same name begins anew', base, planOf(sourceNode(), windowOf('in', 10, 'above'), sinkNode('above')), { above: 'fresh', 'sink-out': 'replaced', windowed: 'removed' }]
  ])('%s', (_name, from, to, wanted) => {
    expect(verdicts(from, to)).toMatchObject(wanted);
    expect(Object.values(verdicts(from, from)).every(verdict => verdict === 'carried')).toBe(true);
  });

  test('nothing is carried between plans that share nothing', () => {
    const to = planOf({ ...sourceNode(), id: 'elsewhere' }, windowOf('elsewhere', 10, 'w'), sinkNode('w', 'there'));
    const carried = carryState(runBefore(base), base, to);
    expect(carried.snapshot).toBeNull();
    expect(carried.compatibility.rowsLost).toBe(2);
  });
});
