import { describe, expect, test } from 'vitest';
import type { Explanation } from '../../../engine/explain/explanation';
import { RecordExplainer } from '../../../engine/explain/record-explainer';
import type { GraphInput } from '../../../engine/graph/graph-api';
import type { WindowNode, WindowSpec } from '../../../engine/plan/nodes/window';
import type { SourceSettings } from '../../../engine/plan/nodes/source';
import type { Plan } from '../../../engine/plan/plan';
import { END, message, planOf, sinkNode, sourceNode } from '../../support/graph-runs';

function planWith(window: WindowSpec, source: Partial<SourceSettings> = {}): Plan {
  const windowed: WindowNode = { id: 'windowed', op: 'window', input: 'keyed', config: { window, aggregates: [{ name: 'rows', fn: 'count' }], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose' } };
  return planOf(sourceNode(source), { id: 'keyed', op: 'keyBy', input: 'in', config: { columns: ['k'] } }, windowed, sinkNode('windowed'));
}

async function explain(plan: Plan, line: number, inputs: readonly GraphInput[]): Promise<Explanation> {
  const explainer = new RecordExplainer(plan, line, ({ id }) => Promise.resolve({ id, error: { code: 'NO_MODEL', message: 'none' } }));
  await explainer.feed(inputs);
  await explainer.feed([END]);
  return explainer.result()!;
}

const at = (t: number, k = 'a', topic = 'plant/a/vibration'): GraphInput => message({ t, k, x: 1 }, { arrivalTimeMs: t, topic });

describe('the explanation of a record', () => {
  test('names the windows it falls in and the rows it had a part in', async () => {
    const seen = await explain(planWith({ kind: 'hopping', sizeMs: 20, hopMs: 10, offsetMs: 0 }), 1, [at(1), at(15), at(16, 'b'), at(50)]);
    expect(seen.windows).toEqual([{ node: 'windowed', startMs: 10, endMs: 30, keys: ['k'] }, { node: 'windowed', startMs: 0, endMs: 20, keys: ['k'] }]);
    expect(seen.results.map(({ at: line, row }) => [line, row['k'], row['windowStartMs'], row['rows']])).toEqual([[3, 'a', 0, 2], [3, 'a', 10, 1]]);
    expect(seen.path.map(({ node, rowsIn }) => [node, rowsIn])).toEqual([['in', 1], ['keyed', 1], ['windowed', 1]]);
  });

  test('names the windows in which two streams meet, and the pairs it is in', async () => {
    const join = { on: ['k'], as: { left: '', right: 'r_' }, latePolicy: 'drop', window: { kind: 'tumbling', sizeMs: 10, offsetMs: 0 }, allowedLatenessMs: 0 } as const;
    const right = { ...sourceNode({ topic: 'plant/+/set' }), id: 'set' };
    const plan = planOf(sourceNode(), right, { id: 'joined', op: 'windowJoin', inputs: ['in', 'set'], config: join }, sinkNode('joined'));
    const seen = await explain(plan, 1, [at(11), at(15, 'a', 'plant/a/set'), at(16, 'b', 'plant/a/set'), at(40), at(40, 'a', 'plant/a/set')]);
    expect(seen.windows).toEqual([{ node: 'joined', startMs: 10, endMs: 20, keys: ['k'] }]);
    expect(seen.results.map(({ at: line, row }) => [line, row['k'], row['t'], row['r_t']])).toEqual([[4, 'a', 11, 15]]);
    expect(seen.path.map(({ node, rowsIn }) => [node, rowsIn])).toEqual([['in', 0], ['set', 1], ['joined', 1]]);
  });

  test('finds the session that closed over it, whose bounds its time alone does not tell', async () => {
    const seen = await explain(planWith({ kind: 'session', gapMs: 10, maxDurationMs: null }), 1, [at(100), at(105), at(112), at(110, 'b'), at(500)]);
    expect(seen.windows).toEqual([{ node: 'windowed', startMs: 100, endMs: 122, keys: ['k'] }]);
    expect(seen.results.map(({ row }) => row['rows'])).toEqual([3]);
  });

  test('says who held the watermark: the topic that is furthest behind, and the line of its newest record', async () => {
    const plan = planWith({ kind: 'tumbling', sizeMs: 10, offsetMs: 0 }, { watermarkPer: 'topic', idleTimeoutMs: 1_000, topic: 'plant/+/+' });
    const inputs = [at(100, 'a', 'plant/a/x'), at(40, 'b', 'plant/b/x'), at(120, 'a', 'plant/a/x'), at(130, 'a', 'plant/a/x')];
    const seen = await explain(plan, 3, inputs);
    expect(seen.heldBy).toEqual([{ source: 'in', topic: 'plant/b/x', eventTimeMs: 40, at: 1, idle: [] }]);
    expect([seen.watermarkBeforeMs, seen.watermarkAfterMs]).toEqual([99, 99]);
    const later = await explain(plan, 4, [...inputs, at(2_000, 'a', 'plant/a/x')]);
    expect(later.heldBy[0]).toMatchObject({ topic: 'plant/b/x', idle: [] });
    const idle = await explain(plan, 5, [...inputs, at(2_000, 'a', 'plant/a/x'), at(2_001, 'a', 'plant/a/x')]);
    expect(idle.heldBy[0]).toEqual({ source: 'in', topic: 'plant/a/x', eventTimeMs: 2_000, at: 4, idle: ['plant/b/x'] });
  });

  test('says why it was dropped: late by its window and the watermark, or in no window', async () => {
    const late = await explain(planWith({ kind: 'tumbling', sizeMs: 10, offsetMs: 0 }), 2, [at(5), at(30), at(7), at(40)]);
    expect(late.drops).toEqual([{ node: 'windowed', reason: 'late', eventTimeMs: 7, watermarkMs: 29, windowEndMs: 10 }]);
    expect(late.results).toEqual([]);
    const gap = await explain(planWith({ kind: 'hopping', sizeMs: 5, hopMs: 10, offsetMs: 0 }), 0, [at(7), at(40)]);
    expect(gap.drops).toMatchObject([{ node: 'windowed', reason: 'gap', eventTimeMs: 7 }]);
    expect(gap.windows).toEqual([]);
  });

  test('tells of each branch: dropped in one, counted in the window of another', async () => {
    const plan = planWith({ kind: 'tumbling', sizeMs: 10, offsetMs: 0 });
    const branched = { ...plan, nodes: [...plan.nodes, { id: 'band', op: 'deadband', input: 'keyed', config: { column: 'x', band: { absolute: 5 } } } as const, sinkNode('band', 'changed')] };
    const seen = await explain(branched, 1, [at(1), at(2), at(30)]);
    expect(seen.drops).toMatchObject([{ node: 'band', reason: 'dropped' }]);
    expect(seen.results.map(({ sink, row }) => [sink, row['rows']])).toEqual([['out', 2]]);
  });

  test('tells of a record that no source can decode', async () => {
    const seen = await explain(planWith({ kind: 'tumbling', sizeMs: 10, offsetMs: 0 }), 0, [message('{"t":')]);
    expect(seen.deadLetters).toMatchObject([{ node: 'in', code: 'JSON_TRUNCATED' }]);
  });
});
