import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StatefulPlan } from './stateful-runs';
import { messages, runEveryWay, runInPieces, runWhole, statefulPlan } from './stateful-runs';

const y = (fn: string, column?: string, options?: object): object => ({ name: 'y', fn, ...(column === undefined ? {} : { column }), ...(options === undefined ? {} : { options }) });
const rolling = (span: object, aggregates: readonly object[], presentMin: number | null = 1): StatefulPlan => ({ op: 'rolling', config: { span, aggregates, presentMin } });
const series = (...rows: readonly (readonly [t: number, x: number | null, k?: string])[]): object[] => rows.map(([t, x, k = 'a'], n) => ({ t, k, x, n }));
const results = (shape: StatefulPlan, records: readonly object[]): unknown[] => runEveryWay(statefulPlan(shape), messages(records)).rows.map(({ row }) => row['y']);

describe('rolling', () => {
  it('aggregates the last rows of the key, whatever rows of other keys come between', () => {
    const records = series([0, 1], [1, 100, 'b'], [2, 2], [3, 200, 'b'], [4, 4], [5, 8]);
    expect(results(rolling({ rows: 2 }, [y('sum', 'x')]), records)).toEqual([1, 100, 3, 300, 6, 12]);
  });

  it('is null until enough rows have a value; counts are always given', () => {
    const records = series([0, 1], [1, null], [2, 3], [3, 5]);
    expect(results(rolling({ rows: 2 }, [y('mean', 'x')], null), records)).toEqual([null, null, null, 4]);
    expect(results(rolling({ rows: 2 }, [y('count', 'x')], null), records)).toEqual([1n, 1n, 1n, 2n]);
    expect(results(rolling({ rows: 2 }, [y('count')], null), records)).toEqual([1n, 2n, 2n, 2n]);
  });

  it('takes texts, whole numbers and pairs of columns', () => {
    const records = series([0, 1], [1, 2], [2, 3]);
    expect(results(rolling({ rows: 2 }, [y('first', 'n')]), records)).toEqual([0n, 0n, 1n]);
    expect(results(rolling({ rows: 3 }, [{ ...y('correlation', 'x'), otherColumn: 'n' }], 3), records)).toEqual([null, null, expect.closeTo(1)]);
  });

  it('aggregates the rows that have come of the last sizeMs, also when they come out of order', () => {
    const records = series([0, 1], [10, 2], [19, 4], [20, 8], [12, 16], [30, 32], [11, 64]);
    const shape = { ...rolling({ sizeMs: 10 }, [y('sum', 'x')]), source: { maxOutOfOrdernessMs: 20 } };
    expect(results(shape, records)).toEqual([1, 2, 6, 12, 18, 32, 66]);
  });

  it('sends rows without a result to the dead letters, and goes on', () => {
    const records = [0, 1, 2, 3].map(t => `{"t":${t},"k":"a","x":1,"n":${t === 3 ? 1 : '9223372036854775807'}}`);
    const inputs = records.map(text => ({ kind: 'message' as const, arrivalTimeMs: 0, topic: 'plant/a/vibration', payload: new TextEncoder().encode(text) }));
    const { rows, letters } = runWhole(statefulPlan(rolling({ rows: 2 }, [y('sum', 'n')])), inputs);
    expect(rows.map(({ row }) => row['y'])).toEqual([9223372036854775807n]);
    expect(letters.map(({ at, code }) => [at, code])).toEqual([[1, 'SUM_OVERFLOW'], [2, 'SUM_OVERFLOW'], [3, 'SUM_OVERFLOW']]);
  });

  it('gives the same however the inputs are cut and wherever it is restored', () => {
    const record = fc.record({ t: fc.integer({ min: 0, max: 60 }), k: fc.constantFrom('a', 'b', null), x: fc.option(fc.integer({ min: -8, max: 8 })), n: fc.option(fc.integer({ min: -3, max: 3 })) });
    const aggregates = [y('mean', 'x'), { name: 'z', fn: 'last', column: 'k' }, { name: 'w', fn: 'sum', column: 'n' }, { name: 'r', fn: 'rateOfChange', column: 'x' }];
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 }), fc.constantFrom({ rows: 3 }, { sizeMs: 15 }), (records, pieces, span) => {
        const plan = statefulPlan(rolling(span, aggregates, 2));
        const inputs = messages(records);
        expect(runInPieces(plan, inputs, pieces)).toEqual(runInPieces(plan, inputs, []));
      }),
      { numRuns: 60 }
    );
  });

  it.each<[string, StatefulPlan, string]>([
    ['no rows', rolling({ rows: 0 }, [y('mean', 'x')]), 'PLAN_INVALID'],
    ['no aggregate', rolling({ rows: 1 }, []), 'PLAN_INVALID'],
    ['an unknown aggregate', rolling({ rows: 1 }, [y('meen', 'x')]), 'UNKNOWN_AGGREGATE'],
    ['a mean of text', rolling({ rows: 1 }, [y('mean', 'k')]), 'AGGREGATE_TYPE'],
    ['a name that is taken', rolling({ rows: 1 }, [{ ...y('mean', 'x'), name: 'x' }]), 'DUPLICATE_COLUMN']
  ])('refuses %s', (_, shape, code) => {
    expect(() => statefulPlan(shape)).toThrow(expect.objectContaining({ code }));
  });
});
