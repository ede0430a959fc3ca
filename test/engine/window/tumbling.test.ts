import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGraph } from '../../../engine/graph/create-graph';
import { floorToGrid } from '../../../engine/window/tumbling';
import { planOf, sinkNode, sourceNode } from '../../support/graph-runs';

const TIME_MAX_MS = 8_640_000_000_000_000;

function floorExactly(time: number, size: number, offset: number): number {
  const [t, s, o] = [BigInt(time), BigInt(size), BigInt(offset)];
  return Number(t - ((((t - o) % s) + s) % s));
}

const sizes = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 86_400_000 }), fc.integer({ min: 1, max: 2 ** 45 }), fc.constantFrom(2 ** 41 - 1, 2 ** 41 + 1, 86_400_000 * 365));
const offsets = fc.double({ min: -0.999, max: 0.999, noNaN: true });
/** Times at and around window bounds, near zero and far from it. */
const nearBounds = fc.record({ window: fc.integer({ min: -2000, max: 2000 }), step: fc.integer({ min: -2, max: 2 }) });

describe('the windows of a tumbling grid', () => {
  test('are exact to the millisecond over the whole range of times', () => {
    fc.assert(
      fc.property(fc.integer({ min: -TIME_MAX_MS, max: TIME_MAX_MS }), sizes, offsets, (time, size, share) => {
        const offset = Math.trunc(share * size);
        expect(floorToGrid(time, size, offset)).toBe(floorExactly(time, size, offset));
      }),
      { numRuns: 2000 }
    );
  });

  test('take the rows that exact arithmetic gives them, however far apart they are', () => {
    fc.assert(
      fc.property(sizes, offsets, fc.array(nearBounds, { minLength: 1, maxLength: 40 }), (size, share, places) => {
        const offset = Math.trunc(share * size);
        const times = places.map(({ window, step }) => window * size + offset + step).filter(time => Math.abs(time) <= TIME_MAX_MS / 2);
        const graph = createGraph(
          planOf(
            sourceNode({ maxOutOfOrdernessMs: Number.MAX_SAFE_INTEGER }),
            { id: 'w', op: 'window', input: 'in', config: { window: { kind: 'tumbling', sizeMs: size, offsetMs: offset }, aggregates: [], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose' } },
            sinkNode('w')
          )
        );
        graph.pushRows('in', {
          schema: graph.types.get('in')!.schema,
          rowCount: times.length,
          columns: ['timestampMs', 'utf8', 'float64', 'int64'].map(() => ({ kind: 'timestampMs', values: Float64Array.from(times), validity: null })),
          eventTimeMs: Float64Array.from(times),
          at: new Float64Array(0)
        });
        graph.push([{ kind: 'end' }]);
        const starts = graph.take().emissions.flatMap(({ batch }) => [...(batch.columns[0] as { values: Float64Array }).values]);
        const wanted = [...new Set(times.map(time => floorExactly(time, size, offset)))].sort((a, b) => a - b);
        expect(starts).toEqual(wanted);
        expect(graph.metrics().totals.conservationError).toBe(0);
      }),
      { numRuns: 300 }
    );
  });
});
