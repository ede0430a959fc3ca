import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../../engine/expression/parse';
import { parsePlan } from '../../../../engine/plan/parse-plan';
import type { Plan } from '../../../../engine/plan/plan';
import type { Schema } from '../../../../engine/schema/schema';
import { sinkNode, sourceNode } from '../../../support/graph-runs';
import type { StatefulPlan } from './stateful-runs';
import { messages, runEveryWay, runInPieces, runWhole, statefulPlan } from './stateful-runs';

interface Record {
  readonly t: number;
  readonly k: string | null;
  readonly x?: number | null;
  readonly n?: number | null;
}

const RECORD_SCHEMA: Schema = { fields: [{ name: 't', type: 'timestampMs', nullable: false }, { name: 'k', type: 'utf8', nullable: true }, { name: 'x', type: 'float64', nullable: true }, { name: 'n', type: 'int64', nullable: true }] };

const ofA = (...rows: readonly (readonly [t: number, x: number | null])[]): Record[] => rows.map(([t, x]) => ({ t, k: 'a', x }));

function run(shape: StatefulPlan, records: readonly Record[]) {
  const { rows, metrics, letters } = runEveryWay(statefulPlan(shape), messages(records));
  return { rows, letters, metrics, totals: metrics.totals };
}

describe('lead', () => {
  const lead = (rows: number, withinMs: number | null = null): StatefulPlan => ({ op: 'lead', config: { column: 'x', as: 'y', rows, withinMs } });

  it('holds rows until the later one is there; at the end they leave with null', () => {
    const { rows } = run(lead(2), ofA([0, 1], [1, 2], [2, 3], [3, 4]));
    expect(rows.map(({ at, row }) => [at, row['x'], row['y']])).toEqual([[2, 1, 3], [3, 2, 4], [4, 3, null], [4, 4, null]]);
  });

  it('lets a row go without the later one when it has waited long enough', () => {
    const { rows } = run(lead(1, 10), [...ofA([0, 1]), { t: 10, k: 'b', x: 9 }, { t: 11, k: 'b', x: 8 }, ...ofA([12, 2], [30, 3])]);
    expect(rows.map(({ at, row }) => [at, row['x'], row['y']])).toEqual([[1, 1, null], [2, 9, 8], [4, 2, 3], [4, 8, null], [5, 3, null]]);
  });
});

describe('debounce', () => {
  const debounce: StatefulPlan = { op: 'debounce', config: { quietMs: 10 }, source: { maxOutOfOrdernessMs: 0 } };

  it('keeps the last row of each burst once the watermark shows the silence', () => {
    const { rows, totals } = run(debounce, ofA([0, 1], [9, 2], [18, 3], [28, 4], [37, 5], [60, 6]));
    expect(rows.map(({ at, row }) => [at, row['x']])).toEqual([[3, 3], [5, 5], [6, 6]]);
    expect(totals.dropped).toBe(3);
  });

  it('sorts rows that come out of order, and counts those behind the watermark as late', () => {
    const { rows, totals } = run({ ...debounce, source: { maxOutOfOrdernessMs: 20 } }, ofA([0, 1], [20, 3], [9, 2], [50, 4], [5, 9], [29, 5]));
    expect(rows.map(({ row }) => row['x'])).toEqual([2, 3, 4]);
    expect(totals.late).toBe(2);
  });
});

describe('swingingDoor', () => {
  const door = (deviation: number, maxSilenceMs: number | null = null): StatefulPlan => ({ op: 'swingingDoor', config: { column: 'x', deviation, maxSilenceMs } });

  it('keeps the corners of a line and drops what is on it', () => {
    const { rows, totals } = run(door(0.1), ofA([0, 0], [1, 1], [2, 2.05], [3, 3], [4, 3], [5, 3], [6, 3.05], [7, 9]));
    expect(rows.map(({ row }) => row['t'])).toEqual([0, 3, 6, 7]);
    expect(totals.dropped).toBe(4);
  });

  it('keeps the rows around a gap', () => {
    expect(run(door(1), ofA([0, 1], [1, 1], [2, 1], [3, null], [4, 1], [5, 1], [6, 1])).rows.map(({ row }) => row['t'])).toEqual([0, 2, 3, 4, 6]);
  });

  it('keeps a row at the latest maxSilenceMs after the last one', () => {
    const { rows } = run(door(1, 10), ofA(...Array.from({ length: 31 }, (_, t) => [t, 5] as const)));
    expect(rows.map(({ row }) => row['t'])).toEqual([0, 9, 18, 27, 30]);
  });

  it('is never further from a dropped row than the deviation', () => {
    const series = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.double({ min: -3, max: 3, noNaN: true })), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(series, fc.constantFrom(0, 0.3, 1, 2.5), (steps, deviation) => {
        let t = 0;
        const records = steps.map(([gap, x]) => ({ t: (t += gap), k: 'a', x }));
        const archived = runWhole(statefulPlan(door(deviation)), messages(records)).rows.map(({ row }) => ({ t: row['t'] as number, x: row['x'] as number }));
        for (const { t: time, x } of records) {
          const errors = archived.flatMap((from, index) => {
            const to = archived[index + 1] ?? from;
            if (time < from.t || time > to.t) return [];
            const between = to.t === from.t ? [from.x, to.x] : [from.x + ((to.x - from.x) * (time - from.t)) / (to.t - from.t)];
            return between.map(value => Math.abs(value - x));
          });
          expect(Math.min(...errors)).toBeLessThanOrEqual(deviation + 1e-9);
        }
      }),
      { numRuns: 150 }
    );
  });
});

describe('deduplicate', () => {
  const config = { by: ['n'], keep: 'first', withinMs: null, identitiesMax: 1000 };

  it('keeps the first in event time of rows with equal key and columns, and reports the others as duplicates', () => {
    const records = [[5, 'a', 1], [3, 'a', 1], [4, 'b', 1], [6, 'a', 2], [30, 'a', 1], [30, 'a', null], [31, 'a', null]].map(([t, k, n]) => ({ t: t as number, k: k as string, n: n as number | null }));
    const { rows, totals } = run({ op: 'deduplicate', config, source: { maxOutOfOrdernessMs: 10 } }, records);
    expect(rows.map(({ row }) => row['t'])).toEqual([3, 4, 6, 30]);
    expect({ duplicates: totals.duplicates, dropped: totals.dropped }).toEqual({ duplicates: 3, dropped: 0 });
  });

  it('begins anew after withinMs', () => {
    const records = [0, 9, 10, 19, 20].map(t => ({ t, k: 'a', n: 1 }));
    expect(run({ op: 'deduplicate', config: { ...config, withinMs: 10 } }, records).rows.map(({ row }) => row['t'])).toEqual([0, 10, 20]);
  });

  it('forgets what was kept longest ago when there is too much to remember', () => {
    const records = [1, 2, 3, 1, 3].map((n, t) => ({ t, k: 'a', n }));
    expect(run({ op: 'deduplicate', config: { ...config, identitiesMax: 2 } }, records).rows.map(({ row }) => Number(row['n']))).toEqual([1, 2, 3, 1]);
  });

  it('keeps the last with the number of rows it replaces', () => {
    const records = [[0, 1], [5, 1], [3, 1], [5, 2], [5, 1], [50, 1]].map(([t, n]) => ({ t: t!, k: 'a', n: n! }));
    const { rows, totals } = run({ op: 'deduplicate', config: { ...config, keep: 'last', withinMs: 40 } }, records);
    expect(rows.map(({ at, row }) => [at, row['t'], row['revision']])).toEqual([[0, 0, 0], [1, 5, 1], [3, 5, 0], [4, 5, 2], [5, 50, 0]]);
    expect(totals.duplicates).toBe(1);
  });

  it.each([
    ['a stream without keys and no columns', { op: 'deduplicate', config: { ...config, by: [] }, keys: [] }, 'KEY_COLUMN'],
    ['a column that is not there', { op: 'deduplicate', config: { ...config, by: ['id'] } }, 'UNKNOWN_COLUMN'],
    ['nothing to remember', { op: 'deduplicate', config: { ...config, identitiesMax: 0 } }, 'PLAN_INVALID']
  ])('refuses %s', (_, shape, code) => {
    expect(() => statefulPlan(shape)).toThrow(expect.objectContaining({ code }));
  });
});

const shapes: readonly StatefulPlan[] = [
  { op: 'lead', config: { column: 'k', as: 'y', rows: 2, withinMs: 30 } },
  { op: 'lead', config: { column: 'x', as: 'y', rows: 1, withinMs: null } },
  { op: 'debounce', config: { quietMs: 15 } },
  { op: 'swingingDoor', config: { column: 'x', deviation: 1, maxSilenceMs: 40 } },
  { op: 'swingingDoor', config: { column: 'x', deviation: 2, maxSilenceMs: null } },
  { op: 'deduplicate', config: { by: ['n'], keep: 'first', withinMs: 25, identitiesMax: 4 } },
  { op: 'deduplicate', config: { by: ['x'], keep: 'last', withinMs: null, identitiesMax: 1000 } }
];

const condition = (text: string): unknown => parseExpression(text, { schema: RECORD_SCHEMA, subject: 'when' });

/** Operators that give rows of their own, at the moment that decides them. */
const deciders: readonly StatefulPlan[] = [
  {
    op: 'stateMachine',
    config: {
      initial: 'low',
      states: ['low', 'high', 'lost'],
      transitions: [{ from: '*', to: 'high', when: condition('r => r.x > 1') }, { from: 'high', to: 'low', when: condition('r => r.x < 0') }],
      timeouts: [{ state: 'high', afterMs: 70, to: 'lost' }, { state: 'lost', afterMs: 150, to: 'low' }],
      columns: ['x']
    }
  },
  {
    op: 'pattern',
    config: {
      sequence: [{ name: 'A', when: condition('r => r.x > 0'), min: 1, max: 2 }, { name: 'B', when: condition('r => r.x <= 0'), min: 0, max: null }],
      contiguity: 'relaxed',
      withinMs: 250,
      skip: { to: 'nextRow' },
      absence: { when: condition('r => r.n === 3'), withinMs: 130 },
      measures: []
    }
  }
];

/** The rows of the operator through a window, which counts those that come behind the watermark as late. */
function throughWindow(shape: StatefulPlan): Plan {
  const window = { window: { kind: 'tumbling', sizeMs: 1, offsetMs: 0 }, aggregates: [{ name: 'rows', fn: 'count' }], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose' };
  const nodes = [
    sourceNode({ maxOutOfOrdernessMs: 1000 }),
    { id: 'keyed', op: 'keyBy', input: 'in', config: { columns: ['k'] } },
    { id: 'op', op: shape.op, input: 'keyed', config: shape.config },
    { id: 'w', op: 'window', input: 'op', config: window },
    sinkNode('w')
  ];
  return parsePlan(JSON.parse(JSON.stringify({ littoralPlan: 1, name: 'test', nodes })));
}

describe('laws of the operators that hold rows', () => {
  const records = fc.array(fc.record({ t: fc.integer({ min: -20, max: 100 }), k: fc.constantFrom('a', 'b', null), x: fc.option(fc.integer({ min: -3, max: 3 })), n: fc.option(fc.integer({ min: 0, max: 3 })) }), { maxLength: 40 });
  const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 });
  const named = shapes.map(shape => ({ name: `${shape.op} ${JSON.stringify(shape.config)}`, shape }));

  it.each(named)('$name gives the same however the inputs are cut and wherever it is restored', ({ shape }) => {
    const plan = statefulPlan({ ...shape, source: { maxOutOfOrdernessMs: 20 } });
    fc.assert(
      fc.property(records, cuts, (stream, pieces) => {
        const inputs = messages(stream);
        expect(runInPieces(plan, inputs, pieces)).toEqual(runInPieces(plan, inputs, []));
      }),
      { numRuns: 40 }
    );
  });

  it.each([...named, ...deciders.map(shape => ({ name: shape.op, shape }))])('$name lets no watermark pass the rows that it still holds', ({ shape }) => {
    const plan = throughWindow(shape);
    fc.assert(
      fc.property(records, stream => {
        const growing = stream.map((record, index) => ({ ...record, t: record.t + index * 100 }));
        expect(runWhole(plan, messages(growing)).metrics.totals.late).toBe(0);
      }),
      { numRuns: 40 }
    );
  });
});
