import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CountingSpec } from '../../../engine/plan/nodes/window';
import type { Plan } from '../../../engine/plan/plan';
import type { OutRow } from '../../support/graph-runs';
import type { LawRecord, LawShape } from '../../support/window-laws';
import { expectSameForAnyCut, lawAggregates, lawCuts, lawPlan, lawRun, lawShapes, lawStreams } from '../../support/window-laws';

interface CountingShape extends LawShape {
  readonly spec: CountingSpec;
}

const shapes: fc.Arbitrary<CountingShape> = fc
  .record({ shape: lawShapes, rows: fc.integer({ min: 1, max: 9 }), hopRows: fc.integer({ min: 1, max: 12 }), emitPartial: fc.boolean() })
  .map(({ shape, ...rest }) => ({ ...shape, spec: { kind: 'counting', ...rest } }));

function planFrom(shape: CountingShape): Plan {
  return lawPlan(shape, { window: shape.spec, allowedLatenessMs: 0, emit: 'onClose', latePolicy: 'drop' });
}

interface Naive {
  readonly rows: OutRow[];
  inGap: number;
  inState: number;
}

/** Windows of rows from the words of the semantics: window k has the rows [k * hopRows, k * hopRows + rows) of its key. */
function naive(shape: CountingShape, records: readonly LawRecord[]): Naive {
  const { rows, hopRows, emitPartial } = shape.spec;
  const result: Naive = { rows: [], inGap: 0, inState: 0 };
  const byKey = new Map<string | null, number[]>();
  let maxTime = -Infinity;
  const rowOf = (key: string | null, members: readonly number[], at: number, watermark: number): OutRow => {
    const times = members.map(index => records[index]!.t);
    const bounds = { windowStartMs: Math.min(...times), windowEndMs: Math.max(...times) + 1 };
    const row = { ...(shape.keyed ? { k: key } : {}), ...bounds, ...lawAggregates(members.map(index => records[index]!.x), shape.withMedian) };
    return { sink: 'out', at, eventTimeMs: Math.max(bounds.windowEndMs - 1, watermark + 1), row };
  };
  const watermark = (): number => maxTime - shape.maxOutOfOrdernessMs - 1;
  records.forEach(({ t, k }, index) => {
    const key = shape.keyed ? k : null;
    const own = byKey.get(key) ?? [];
    byKey.set(key, own);
    own.push(index);
    if ((own.length - 1) % hopRows >= rows) result.inGap += 1;
    if (own.length >= rows && (own.length - rows) % hopRows === 0) result.rows.push(rowOf(key, own.slice(own.length - rows), index, watermark()));
    maxTime = Math.max(maxTime, t);
  });
  const begun = [...byKey].flatMap(([key, own]) => {
    const starts = Array.from({ length: Math.ceil(own.length / hopRows) }, (_, k) => k * hopRows).filter(start => start + rows > own.length);
    return starts.map(start => rowOf(key, own.slice(start), records.length, watermark()));
  });
  const stable = begun.map((row, index) => ({ row, index, values: row.row as { windowStartMs: number; windowEndMs: number } }));
  stable.sort((a, b) => a.values.windowEndMs - b.values.windowEndMs || a.values.windowStartMs - b.values.windowStartMs || a.index - b.index);
  if (emitPartial) result.rows.push(...stable.map(({ row }) => row));
  else for (const own of byKey.values()) result.inState += own.filter((_, position) => position % hopRows < rows && Math.floor(position / hopRows) * hopRows + rows > own.length).length;
  return result;
}

describe('windows of rows, on random streams', () => {
  test('are those of a naive recomputation, and nothing is lost', () => {
    fc.assert(
      fc.property(shapes, lawStreams, (shape, records) => {
        const wanted = naive(shape, records);
        const { seen, totals, rowsInState } = lawRun(planFrom(shape), records);
        expect(seen.rows).toEqual(wanted.rows);
        expect({ inGap: totals.inGap, late: totals.late, rowsInState }).toEqual({ inGap: wanted.inGap, late: 0, rowsInState: wanted.inState });
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
