import { describe, expect, test } from 'vitest';
import { createGraph } from '../../../engine/graph/create-graph';
import type { GraphInput } from '../../../engine/graph/graph-api';
import type { Plan } from '../../../engine/plan/plan';
import { welchPeakHz } from '../../../engine/signal/welch';
import { END, message, planOf, pushAll, sinkNode, sourceNode } from '../../support/graph-runs';

const SAMPLE_HZ = 1000;
const schema = {
  fields: [
    { name: 't', type: 'timestampMs', nullable: false },
    { name: 'x', type: { list: 'float64' }, nullable: true }
  ]
} as const;

function plan(maxOutOfOrdernessMs: number): Plan {
  return planOf(
    sourceNode({ schema, maxOutOfOrdernessMs }),
    {
      id: 'windowed',
      op: 'window',
      input: 'in',
      config: {
        window: { kind: 'tumbling', sizeMs: 1000, offsetMs: 0 },
        aggregates: [
          { name: 'peakHz', fn: 'welchPeak', column: 'x', options: { sampleHz: SAMPLE_HZ } },
          { name: 'blocks', fn: 'count' },
          { name: 'samples', fn: 'count', column: 'x' },
          { name: 'rms', fn: 'rms', column: 'x' }
        ],
        allowedLatenessMs: 0,
        latePolicy: 'drop',
        emit: 'onClose'
      }
    },
    sinkNode('windowed')
  );
}

const signal = (sample: number): number => Math.sin((2 * Math.PI * 120 * sample) / SAMPLE_HZ) + 0.3 * Math.cos((2 * Math.PI * 31 * sample) / SAMPLE_HZ);
/** Ten blocks of 100 samples. */
const blocks: GraphInput[] = Array.from({ length: 10 }, (_, block) => message({ t: block * 100, x: Array.from({ length: 100 }, (_, i) => signal(block * 100 + i)) }));

describe('welchPeak over blocks of a signal', () => {
  const wanted = welchPeakHz(Float64Array.from({ length: 1000 }, (_, sample) => signal(sample)), { sampleHz: SAMPLE_HZ });

  test('finds the strongest line of the whole window, and the other aggregates see every sample', () => {
    const { rows } = pushAll(createGraph(plan(0)), [...blocks, END]);
    expect(rows).toHaveLength(1);
    expect(rows[0]!.row).toMatchObject({ peakHz: wanted, blocks: 10n, samples: 1000n });
    expect(Math.abs(wanted - 120)).toBeLessThan(SAMPLE_HZ / 256);
    expect(rows[0]!.row['rms']).toBeCloseTo(Math.sqrt((1 + 0.09) / 2), 3);
  });

  test('puts blocks that overtook one another where they belong', () => {
    const shuffled = [3, 0, 1, 5, 2, 4, 9, 7, 8, 6].map(index => blocks[index]!);
    const { rows } = pushAll(createGraph(plan(1000)), [...shuffled, END]);
    expect(rows[0]!.row).toMatchObject({ peakHz: wanted, samples: 1000n });
  });

  test('is null without samples and skips null blocks', () => {
    const { rows } = pushAll(createGraph(plan(0)), [message({ t: 0, x: null }), message({ t: 1, x: [] }), END]);
    expect(rows[0]!.row).toMatchObject({ peakHz: null, blocks: 2n, samples: 0n, rms: null });
  });

  test('is NaN when a sample is', () => {
    const graph = createGraph(plan(0));
    graph.pushRows('in', {
      schema,
      rowCount: 1,
      columns: [
        { kind: 'timestampMs', values: new Float64Array(1), validity: null },
        { kind: 'list', offsets: Int32Array.of(0, 3), values: Float64Array.of(1, NaN, 2), validity: null }
      ],
      eventTimeMs: new Float64Array(1),
      at: new Float64Array(1)
    });
    graph.push([END]);
    const peak = graph.take().emissions[0]!.batch.columns[2]!;
    expect(peak).toMatchObject({ kind: 'float64', values: Float64Array.of(NaN), validity: null });
  });
});
