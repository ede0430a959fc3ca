import { describe, expect, test } from 'vitest';
import { LittoralError } from '../../../../engine/error';
import { createGraph } from '../../../../engine/graph/create-graph';
import type { PlanNode } from '../../../../engine/plan/plan';
import type { StreamRecord } from '../../../support/two-streams';
import { inputsOf, planWithSink, sideSource } from '../../../support/two-streams';

const shared = { on: ['device'], as: { left: '', right: 'r_' }, latePolicy: 'drop' } as const;
const nodes: readonly PlanNode[] = [
  { id: 'j', op: 'union', inputs: ['L', 'R'], config: {} },
  { id: 'j', op: 'intervalJoin', inputs: ['L', 'R'], config: { ...shared, lowerMs: -50, upperMs: 50, type: 'left' } },
  { id: 'j', op: 'windowJoin', inputs: ['L', 'R'], config: { ...shared, window: { kind: 'hopping', sizeMs: 60, hopMs: 30, offsetMs: 0 }, allowedLatenessMs: 40 } },
  { id: 'j', op: 'temporalLookup', inputs: ['L', 'R'], config: { on: ['device'], columns: ['id'], as: { right: 'r_' }, missing: 'null', retentionMs: 30, ttlMs: 100, latePolicy: 'drop' } },
  { id: 'j', op: 'featureView', input: 'L', config: { keys: ['device', 'id'], ttlMs: 90 } },
  { id: 'j', op: 'featureView', input: 'L', config: { keys: ['t'], ttlMs: null } }
];
const before: readonly StreamRecord[] = Array.from({ length: 12 }, (_, i) => ({ side: i % 3 === 0 ? 'R' : 'L', t: 1_000 + ((i * 37) % 60), device: ['a', 'bb', null][i % 3 === 0 ? i % 2 : i % 2]! }));
const after: readonly StreamRecord[] = [{ side: 'L', t: 1_070, device: 'a' }, { side: 'R', t: 1_070, device: 'a' }, { side: 'L', t: 2_000, device: 'bb' }, { side: 'R', t: 2_000, device: 'a' }];

describe('a snapshot of operators over several streams', () => {
  test.each(nodes.map(node => [node.op, node] as const))('of %s that is cut short or garbled is a typed error or a graph that goes on', (_, node) => {
    const plan = planWithSink(sideSource('L'), sideSource('R'), ...(node.op === 'featureView' ? [{ id: 'both', op: 'union', inputs: ['L', 'R'], config: {} } as const, { ...node, input: 'both' }] : [node]));
    const graph = createGraph(plan);
    graph.push(inputsOf(before).slice(0, -1));
    graph.take();
    const snapshot = graph.snapshot();
    for (let length = 0; length < snapshot.length; length += 13) expect(() => createGraph(plan).restore(snapshot.slice(0, length))).toThrow(LittoralError);
    for (let place = 0; place < snapshot.length; place += 5) {
      const garbled = snapshot.slice();
      garbled[place]! ^= [0xff, 0x01, 0x80][place % 3]!;
      const next = createGraph(plan);
      try {
        next.restore(garbled);
      } catch (error) {
        expect(error).toBeInstanceOf(LittoralError);
        continue;
      }
      next.push(inputsOf(after));
      next.take();
    }
  });
});
