import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SlidingSpec } from '../../../engine/plan/nodes/window';
import type { Plan } from '../../../engine/plan/plan';
import type { OutRow } from '../../support/graph-runs';
import type { LawRecord, LawShape } from '../../support/window-laws';
import { expectSameForAnyCut, lawAggregates, lawCuts, lawPlan, lawRun, lawShapes, lawStreams } from '../../support/window-laws';

interface SlidingShape extends LawShape {
  readonly spec: SlidingSpec;
  readonly emit: 'onClose' | 'onArrival';
}

const specs: fc.Arbitrary<SlidingSpec> = fc.oneof(
  fc.constantFrom(1, 20, 90, 1_000).map(sizeMs => ({ kind: 'sliding' as const, sizeMs })),
  fc.constantFrom(1, 2, 5, 40).map(rows => ({ kind: 'sliding' as const, rows }))
);
const shapes: fc.Arbitrary<SlidingShape> = fc.record({ shape: lawShapes, spec: specs, emit: fc.constantFrom('onClose' as const, 'onArrival' as const) }).map(({ shape, ...rest }) => ({ ...shape, ...rest }));

function planFrom(shape: SlidingShape): Plan {
  return lawPlan(shape, { window: shape.spec, allowedLatenessMs: 0, emit: shape.emit, latePolicy: 'drop' });
}

/** Sliding windows from the words of the semantics: every result looks at all records that were not late. */
function naive(shape: SlidingShape, records: readonly LawRecord[]): { rows: OutRow[]; late: number } {
  const { spec } = shape;
  const rows: OutRow[] = [];
  const accepted: number[] = [];
  let done = 0;
  let late = 0;
  let watermark = -Infinity;
  let maxTime = -Infinity;
  const keyOf = (index: number): string | null => (shape.keyed ? records[index]!.k : null);
  const inOrder = (): number[] => [...accepted].sort((a, b) => records[a]!.t - records[b]!.t || a - b);
  const rowOf = (index: number, at: number, preview: boolean): OutRow => {
    const { t } = records[index]!;
    const own = inOrder().filter(other => keyOf(other) === keyOf(index));
    const members = 'rows' in spec ? own.slice(0, own.indexOf(index) + 1).slice(-spec.rows) : own.filter(other => records[other]!.t > t - spec.sizeMs && records[other]!.t <= t);
    const byArrival = [...members].sort((a, b) => a - b).map(other => records[other]!.x);
    const start = 'rows' in spec ? records[members[0]!]!.t : t - spec.sizeMs + 1;
    const marks = shape.emit === 'onArrival' ? { preview } : {};
    return { sink: 'out', at, eventTimeMs: t, row: { ...(shape.keyed ? { k: keyOf(index) } : {}), windowStartMs: start, windowEndMs: t + 1, ...marks, ...lawAggregates(byArrival, shape.withMedian) } };
  };
  const advance = (to: number, at: number): void => {
    watermark = to;
    const due = inOrder().filter(index => records[index]!.t <= to).slice(done);
    for (const index of due) rows.push(rowOf(index, at, false));
    done += due.length;
  };
  records.forEach(({ t }, index) => {
    if (t <= watermark) late += 1;
    else {
      accepted.push(index);
      if (shape.emit === 'onArrival') rows.push(rowOf(index, index, true));
    }
    maxTime = Math.max(maxTime, t);
    if (maxTime - shape.maxOutOfOrdernessMs - 1 > watermark) advance(maxTime - shape.maxOutOfOrdernessMs - 1, index);
  });
  advance(Infinity, records.length);
  return { rows, late };
}

describe('sliding windows, on random streams', () => {
  test('are those of a naive recomputation, and nothing is lost', () => {
    fc.assert(
      fc.property(shapes, lawStreams, (shape, records) => {
        const wanted = naive(shape, records);
        const { seen, totals, rowsInState } = lawRun(planFrom(shape), records);
        expect(seen.rows).toEqual(wanted.rows);
        expect({ late: totals.late, rowsInState }).toEqual({ late: wanted.late, rowsInState: 0 });
      }),
      { numRuns: 500 }
    );
  });

  test('do not depend on cuts, and survive a restart anywhere', () => {
    fc.assert(
      fc.property(shapes, lawStreams, lawCuts, (shape, records, pieces) => expectSameForAnyCut(planFrom(shape), records, pieces)),
      { numRuns: 120 }
    );
  });
});

describe('sums over sliding windows', () => {
  test('do not remember what has left', () => {
    const shape: SlidingShape = { maxOutOfOrdernessMs: 0, keyed: false, withMedian: false, spec: { kind: 'sliding', sizeMs: 1_000 }, emit: 'onClose' };
    const records = [1e16, 1, 2, 4].map((x, index) => ({ t: index * 600, k: 'a', x }));
    expect(lawRun(planFrom(shape), records).seen.rows.map(({ row }) => row['sum'])).toEqual([1e16, 1e16, 3, 6]);
  });
});
