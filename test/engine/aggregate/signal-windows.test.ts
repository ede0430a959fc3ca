import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGraph } from '../../../engine/graph/create-graph';
import type { GraphInput } from '../../../engine/graph/graph-api';
import { parsePlan } from '../../../engine/plan/parse-plan';
import type { Plan } from '../../../engine/plan/plan';
import { detrend } from '../../../engine/signal/detrend';
import { crest } from '../../../engine/signal/level';
import { kurtosis } from '../../../engine/signal/moments';
import { welchPeakHz } from '../../../engine/signal/welch';
import { zeroCrossings } from '../../../engine/signal/zero-crossings';
import { collect, collected, END, message, sinkNode, sourceNode } from '../../support/graph-runs';

const SIZE_MS = 40;
const HOP_MS = 20;
const DISORDER_MS = 30;

interface Block {
  readonly t: number;
  readonly k: string;
  readonly x: readonly number[] | null;
}

const plan: Plan = parsePlan(
  JSON.parse(
    JSON.stringify({
      littoralPlan: 1,
      name: 'test',
      nodes: [
        sourceNode({
          schema: {
            fields: [
              { name: 't', type: 'timestampMs', nullable: false },
              { name: 'k', type: 'utf8', nullable: false },
              { name: 'x', type: { list: 'float64' }, nullable: true }
            ]
          },
          maxOutOfOrdernessMs: DISORDER_MS
        }),
        { id: 'keyed', op: 'keyBy', input: 'in', config: { columns: ['k'] } },
        {
          id: 'windowed',
          op: 'window',
          input: 'keyed',
          config: {
            window: { kind: 'hopping', sizeMs: SIZE_MS, hopMs: HOP_MS, offsetMs: 0 },
            aggregates: [
              { name: 'hz', fn: 'welchPeak', column: 'x', options: { sampleHz: 100, segmentSize: 8 } },
              { name: 'crossings', fn: 'zeroCrossings', column: 'x' },
              { name: 'flat', fn: 'detrend', column: 'x' },
              { name: 'crest', fn: 'crest', column: 'x' },
              { name: 'kurtosis', fn: 'kurtosis', column: 'x' }
            ],
            allowedLatenessMs: 0,
            latePolicy: 'drop',
            emit: 'onClose'
          }
        },
        sinkNode('windowed')
      ]
    })
  )
);

/** Rows of a run that is cut after each of `cuts` inputs and restored from its snapshot there. */
function run(inputs: readonly GraphInput[], cuts: readonly number[]): unknown[] {
  const seen = collected();
  let graph = createGraph(plan);
  let from = 0;
  for (const to of [...cuts, inputs.length]) {
    if (to <= from) continue;
    graph.push(inputs.slice(from, to));
    from = to;
    collect(graph.take(), seen);
    const snapshot = graph.snapshot();
    graph = createGraph(plan);
    graph.restore(snapshot);
  }
  expect(graph.metrics().totals).toMatchObject({ late: 0, deadLetters: {}, conservationError: 0 });
  return seen.rows.map(({ row }) => row);
}

/** What the samples of a window and key give, those of earlier blocks first; nothing without a row. */
function expectedRow(blocks: readonly Block[], startMs: number, k: string): Readonly<Record<string, unknown>> | null {
  const inside = blocks.filter(block => block.k === k && block.t >= startMs && block.t < startMs + SIZE_MS).sort((a, b) => a.t - b.t);
  if (inside.length === 0) return null;
  const x = Float64Array.from(inside.flatMap(block => block.x ?? []));
  const head = { k, windowStartMs: startMs, windowEndMs: startMs + SIZE_MS };
  if (x.length === 0) return { ...head, hz: null, crossings: null, flat: null, crest: null, kurtosis: null };
  const flat = x.slice();
  detrend(flat, 'linear');
  return { ...head, hz: welchPeakHz(x, { sampleHz: 100, segmentSize: 8 }), crossings: zeroCrossings(x), flat: [...flat], crest: close(crest(x)), kurtosis: close(kurtosis(x)) };
}

function close(value: number): unknown {
  return Number.isNaN(value) ? NaN : expect.closeTo(value, 9);
}

test('signal features of hopping windows equal those of the samples that fall in each, whatever the order, the pushes and restores', () => {
  const block = fc.record({ stepMs: fc.integer({ min: -12, max: 20 }), k: fc.constantFrom('a', 'b'), x: fc.option(fc.array(fc.integer({ min: -8, max: 8 }).map(halves => halves / 2), { maxLength: 12 }), { freq: 8 }) });
  fc.assert(
    fc.property(fc.array(block, { minLength: 1, maxLength: 14 }), fc.array(fc.integer({ min: 1, max: 14 }), { maxLength: 3 }), (steps, cuts) => {
      let t = 1000;
      let latest = 1000;
      const blocks = steps.map(({ stepMs, k, x }): Block => {
        t = Math.max(t + stepMs, latest - DISORDER_MS);
        latest = Math.max(latest, t);
        return { t, k, x };
      });
      const wanted: unknown[] = [];
      const keys = [...new Set(blocks.map(each => each.k))];
      for (let startMs = 900; startMs <= latest; startMs += HOP_MS) for (const k of keys) wanted.push(expectedRow(blocks, startMs, k));
      const inputs = [...blocks.map(each => message(each)), END];
      expect(run(inputs, cuts.sort((a, b) => a - b))).toEqual(wanted.filter(row => row !== null));
    }),
    { numRuns: 40, verbose: 1 }
  );
});
