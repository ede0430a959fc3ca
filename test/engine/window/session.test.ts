import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../engine/plan/plan';
import { expectSameForAnyCut, lawCuts, lawPlan, lawRun, lawShapes, lawStreams } from '../../support/window-laws';
import type { SessionShape } from './session-oracle';
import { sessionOracle } from './session-oracle';

const shapes: fc.Arbitrary<SessionShape> = fc
  .record({
    shape: lawShapes,
    gapMs: fc.constantFrom(1, 20, 45, 300),
    longer: fc.constantFrom(null, null, 0, 15, 100, 500),
    allowedLatenessMs: fc.constantFrom(0, 0, 1, 40, 500),
    emit: fc.constantFrom('onClose' as const, 'onClose' as const, 'onUpdate' as const, { everyMs: 1 }, { everyMs: 70 })
  })
  .map(({ shape, gapMs, longer, ...rest }) => ({ ...shape, ...rest, spec: { kind: 'session', gapMs, maxDurationMs: longer === null ? null : gapMs + longer } }));

function planFrom(shape: SessionShape): Plan {
  const { spec: window, allowedLatenessMs, emit } = shape;
  return lawPlan(shape, { window, allowedLatenessMs, emit, latePolicy: 'drop' });
}

describe('sessions, on random streams', () => {
  test('are those of a naive recomputation, and nothing is lost', () => {
    fc.assert(
      fc.property(shapes, lawStreams, (shape, records) => {
        const wanted = sessionOracle(shape, records);
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
