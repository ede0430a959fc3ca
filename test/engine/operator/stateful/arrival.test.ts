import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StatefulPlan } from './stateful-runs';
import { messages, runEveryWay, runInPieces, runWhole, statefulPlan } from './stateful-runs';

type Record = { readonly t: number; readonly k: string | null; readonly x?: number | null; readonly n?: number | null };

/** Records of one key, one per value of x, a second apart. */
const series = (...values: readonly (number | null)[]): Record[] => values.map((x, index) => ({ t: index * 1000, k: 'a', x, n: index }));

function run(shape: StatefulPlan, records: readonly Record[]) {
  const { rows, metrics } = runEveryWay(statefulPlan(shape), messages(records));
  return { rows: rows.map(({ row }) => row), dropped: metrics.totals.dropped };
}
const values = (shape: StatefulPlan, records: readonly Record[], column: string): unknown[] => run(shape, records).rows.map(row => row[column]);
const kept = (shape: StatefulPlan, records: readonly Record[]): unknown[] => run(shape, records).rows.map(row => row['x']);

describe('lag', () => {
  const lag = (column: string, rows = 1): StatefulPlan => ({ op: 'lag', config: { column, as: 'y', rows } });

  it('gives the value some rows of the key before, whatever rows of other keys come between', () => {
    const records = [1, 10, 2, 20, 3, 30].map((x, index) => ({ t: index, k: index % 2 === 0 ? 'a' : 'b', x }));
    expect(values(lag('x', 2), records, 'y')).toEqual([null, null, null, null, 1, 10]);
  });

  it('gives texts, whole numbers and nulls as they were', () => {
    const plan = (column: string): StatefulPlan => ({ ...lag(column), keys: [] });
    expect(values(plan('k'), [{ t: 1, k: null }, { t: 2, k: 'ü' }, { t: 3, k: 'b' }], 'y')).toEqual([null, null, 'ü']);
    expect(values(plan('n'), [{ t: 0, k: 'a', n: 5 }, { t: 1, k: 'a', n: null }, { t: 2, k: 'a', n: 7 }], 'y')).toEqual([null, 5n, null]);
  });
});

describe('diff', () => {
  it('gives the difference from the row before, null where one of the two is missing', () => {
    expect(values({ op: 'diff', config: { column: 'x', as: 'y', order: 1 } }, series(1, 4, null, 2, 8), 'y')).toEqual([null, 3, null, null, 6]);
  });

  it('keeps whole numbers exact and gives null where they leave int64', () => {
    const records = (['-9223372036854775808', '9223372036854775807', '9223372036854775806'] as const).map((n, t) => `{"t":${t},"k":"a","n":${n}}`);
    const { rows } = runWhole(statefulPlan({ op: 'diff', config: { column: 'n', as: 'y', order: 1 } }), records.map(payload => ({ kind: 'message', arrivalTimeMs: 0, topic: 'plant/a/vibration', payload: new TextEncoder().encode(payload) })));
    expect(rows.map(({ row }) => row['y'])).toEqual([null, null, -1n]);
  });

  it('gives ms between times', () => {
    expect(values({ op: 'diff', config: { column: 't', as: 'y', order: 1 } }, series(1, 2, 3), 'y')).toEqual([null, 1000, 1000]);
  });
});

describe('deadband', () => {
  it('keeps what is further from the last kept value than the band, and counts the others as dropped', () => {
    const seen = run({ op: 'deadband', config: { column: 'x', band: { absolute: 1 } } }, series(5, 6, 4, 6.5, 5.5, 5.4));
    expect(seen.rows.map(row => row['x'])).toEqual([5, 6.5, 5.4]);
    expect(seen.dropped).toBe(3);
  });

  it('takes percent of the last kept value, to both sides of zero', () => {
    expect(kept({ op: 'deadband', config: { column: 'x', band: { percent: 10 } } }, series(-100, -110, -110.5, -99, 0, 0, 1e-9))).toEqual([-100, -110.5, -99, 0, 1e-9]);
  });

  it('keeps the change between a value and a missing one', () => {
    expect(kept({ op: 'deadband', config: { column: 'x', band: { absolute: 9 } } }, series(null, null, 0, 1, null, 1))).toEqual([null, 0, null, 1]);
  });
});

describe('reportByException', () => {
  it('keeps a row when one of the columns has changed', () => {
    const records = [[1, 1], [1, 1], [1, 2], [2, 2], [null, 2], [null, 2]].map(([x, n], t) => ({ t, k: 'a', x: x ?? null, n: n ?? null }));
    expect(values({ op: 'reportByException', config: { columns: ['x', 'n'], maxSilenceMs: null } }, records, 't')).toEqual([0, 2, 3, 4]);
  });

  it('keeps a row at the latest maxSilenceMs after the last kept one', () => {
    expect(values({ op: 'reportByException', config: { columns: ['x'], maxSilenceMs: 2000 } }, series(1, 1, 1, 1, 2, 2, 2), 't')).toEqual([0, 2000, 4000, 6000]);
  });
});

describe('throttle', () => {
  it('keeps one row per span of event time and key', () => {
    const records = [0, 400, 999, 1000, 900, 1500, 2000].flatMap(t => ['a', 'b'].map(k => ({ t, k, x: t })));
    expect(values({ op: 'throttle', config: { everyMs: 1000 } }, records, 't')).toEqual([0, 0, 1000, 1000, 2000, 2000]);
  });
});

describe('smooth, zScore and cusum', () => {
  it('smooth gives the mean and the variance by one step', () => {
    const shape: StatefulPlan = { op: 'smooth', config: { column: 'x', as: 'm', decay: { span: 3 }, adjust: false, ignoreNull: false, varianceAs: 'v', bias: true } };
    expect(run(shape, series(2, 4, 8)).rows.map(({ m, v }) => [m, v])).toEqual([[2, 0], [3, 1], [5.5, 6.75]]);
  });

  it('zScore compares with the rows before the value, so that an outlier does not widen its own measure', () => {
    const shape = (against: string): StatefulPlan => ({ op: 'zScore', config: { column: 'x', as: 'z', rows: 4, against, ddof: 0 } });
    expect(values(shape('before'), series(1, 3, 1, 3, 12), 'z')).toEqual([null, Infinity, -1, expect.closeTo(Math.SQRT2), 10]);
    expect(values(shape('all'), series(1, 3, 1, 3, 12), 'z')[4]).toBeLessThan(2);
  });

  it('cusum leaves its sums alone where the value is missing', () => {
    const shape: StatefulPlan = { op: 'cusum', config: { column: 'x', as: 'c', target: 0, slack: 1, threshold: 3, reset: true } };
    expect(run(shape, series(3, null, 4, -3)).rows.map(row => [row['cHigh'], row['cLow'], row['cAlarm']])).toEqual([
      [2, 0, false],
      [null, null, null],
      [5, 0, true],
      [0, 2, false]
    ]);
  });
});

const shapes: readonly StatefulPlan[] = [
  { op: 'lag', config: { column: 'k', as: 'y', rows: 2 } },
  { op: 'lag', config: { column: 'n', as: 'y', rows: 1 } },
  { op: 'diff', config: { column: 'x', as: 'y', order: 2 } },
  { op: 'diff', config: { column: 'n', as: 'y', order: 2 } },
  { op: 'smooth', config: { column: 'x', as: 'y', decay: { halfLifeRows: 2 }, adjust: true, ignoreNull: false, varianceAs: 'v', bias: false } },
  { op: 'cusum', config: { column: 'x', as: 'y', target: 0, slack: 0.5, threshold: 4, reset: true } },
  { op: 'zScore', config: { column: 'x', as: 'y', rows: null, against: 'before', ddof: 1 } },
  { op: 'zScore', config: { column: 'x', as: 'y', rows: 3, against: 'all', ddof: 0 } },
  { op: 'deadband', config: { column: 'x', band: { percent: 20 } } },
  { op: 'reportByException', config: { columns: ['x', 'k', 'n'], maxSilenceMs: 30 } },
  { op: 'throttle', config: { everyMs: 20 } }
];

describe('laws of the operators by arrival', () => {
  const records = fc.array(fc.record({ t: fc.integer({ min: -20, max: 100 }), k: fc.constantFrom('a', 'b', null), x: fc.option(fc.integer({ min: -8, max: 8 })), n: fc.option(fc.integer({ min: -3, max: 3 })) }), { maxLength: 40 });
  const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 });

  it.each(shapes.map(shape => ({ name: `${shape.op} ${JSON.stringify(shape.config)}`, shape })))('$name gives the same however the inputs are cut and wherever it is restored', ({ shape }) => {
    const plan = statefulPlan(shape);
    fc.assert(
      fc.property(records, cuts, (stream, pieces) => {
        const inputs = messages(stream);
        const whole = runInPieces(plan, inputs, []);
        expect(runInPieces(plan, inputs, pieces)).toEqual(whole);
      }),
      { numRuns: 40 }
    );
  });
});

describe('a config is refused', () => {
  it.each<[string, StatefulPlan, string]>([
    ['an unknown column', { op: 'lag', config: { column: 'y', as: 'z', rows: 1 } }, 'UNKNOWN_COLUMN'],
    ['a name that is taken', { op: 'lag', config: { column: 'x', as: 'n', rows: 1 } }, 'DUPLICATE_COLUMN'],
    ['a text where a number is wanted', { op: 'diff', config: { column: 'k', as: 'y', order: 1 } }, 'COLUMN_TYPE'],
    ['no way back', { op: 'lag', config: { column: 'x', as: 'y', rows: 0 } }, 'PLAN_INVALID'],
    ['an alpha of 0', { op: 'smooth', config: { column: 'x', as: 'y', decay: { alpha: 0 }, adjust: true, ignoreNull: false, varianceAs: null, bias: false } }, 'PLAN_INVALID'],
    ['two decays', { op: 'smooth', config: { column: 'x', as: 'y', decay: { alpha: 1, span: 2 }, adjust: true, ignoreNull: false, varianceAs: null, bias: false } }, 'PLAN_INVALID'],
    ['a negative band', { op: 'deadband', config: { column: 'x', band: { absolute: -1 } } }, 'PLAN_INVALID'],
    ['a band of neither kind', { op: 'deadband', config: { column: 'x', band: {} } }, 'PLAN_INVALID'],
    ['a field that nobody knows', { op: 'throttle', config: { everyMs: 1, everySeconds: 1 } }, 'PLAN_INVALID'],
    ['an alarm column that is there already', { op: 'cusum', config: { column: 'x', as: 'x', target: 0, slack: 0, threshold: 1, reset: false, h: 1 } }, 'PLAN_INVALID']
  ])('for %s', (_, shape, code) => {
    expect(() => statefulPlan(shape)).toThrow(expect.objectContaining({ code }));
  });
});
