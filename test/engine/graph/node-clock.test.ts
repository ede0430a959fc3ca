import { describe, expect, it } from 'vitest';
import { createGraph } from '../../../engine/graph/create-graph';
import { NodeClock } from '../../../engine/graph/node-clock';
import { countingPlan } from '../../edge/bundles';

describe('the account of who computes how long', () => {
  it('gives each node its own time, without that of the nodes that it calls', () => {
    let nowMs = 0;
    const clock = new NodeClock(() => nowMs);
    const none = clock.enter('source');
    nowMs = 3;
    const source = clock.enter('window');
    nowMs = 10;
    const window = clock.enter('sink');
    nowMs = 11;
    clock.enter(window);
    nowMs = 12;
    clock.enter(source);
    nowMs = 13;
    clock.enter(none);
    nowMs = 100;
    clock.enter('window');
    nowMs = 102;
    clock.enter(null);
    expect([none, source, window]).toEqual([null, 'source', 'window']);
    expect(['source', 'window', 'sink', 'other'].map(node => clock.spentMs(node))).toEqual([4, 10, 1, 0]);
  });

  it('adds up to all that the graph did, changes no result, and is not kept without a clock', () => {
    const plan = countingPlan({ lake: false });
    const inputs = Array.from({ length: 50 }, (_none, index) => ({ kind: 'message' as const, arrivalTimeMs: 1_700_000_000_000 + index * 100, topic: 'plant/a/value', payload: Buffer.from(JSON.stringify({ tMs: 1_700_000_000_000 + index * 100, value: index })) }));
    let readings = 0;
    const timed = createGraph(plan, { clockMs: () => readings++ });
    const plain = createGraph(plan);
    timed.push(inputs);
    plain.push(inputs);
    expect(timed.take()).toEqual(plain.take());
    expect(timed.snapshot()).toEqual(plain.snapshot());
    const busy = [...timed.metrics().nodes.values()].map(({ busyMs }) => busyMs ?? NaN);
    expect(busy.every(ms => ms >= 0)).toBe(true);
    expect(busy.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(readings);
    expect(timed.metrics().nodes.get('in')?.busyMs).toBeGreaterThan(0);
    expect([...plain.metrics().nodes.values()].some(node => 'busyMs' in node)).toBe(false);
  });
});
