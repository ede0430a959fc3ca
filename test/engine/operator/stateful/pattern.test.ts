import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../../engine/expression/parse';
import type { Schema } from '../../../../engine/schema/schema';
import type { StatefulPlan } from './stateful-runs';
import { messages, runEveryWay, runInPieces, runWhole, statefulPlan } from './stateful-runs';

const FIELDS: Schema['fields'] = [{ name: 't', type: 'timestampMs', nullable: false }, { name: 'k', type: 'utf8', nullable: true }, { name: 'x', type: 'float64', nullable: true }, { name: 'n', type: 'int64', nullable: true }];
const when = (text: string): unknown => parseExpression(text, { schema: { fields: [...FIELDS, ...['A', 'B', 'C'].flatMap(name => FIELDS.map(field => ({ ...field, name: `${name}.${field.name}`, nullable: true })))] }, subject: 'when' });
const variable = (name: string, text: string, min = 1, max: number | null = 1): object => ({ name, when: when(text), min, max });

const AB = [variable('A', 'r => r.x === 1'), variable('B', 'r => r.x === 2')];
const first = { name: 'a', fn: 'first', of: 'A', column: 'n' };

function plan(over: object, source: StatefulPlan['source'] = {}): StatefulPlan {
  return { op: 'pattern', config: { sequence: AB, contiguity: 'strict', withinMs: null, skip: { to: 'pastLastRow' }, absence: null, measures: [], ...over }, source };
}
/** Rows of one key, ten ms apart; `n` is the place in the list. */
const series = (...values: readonly number[]): object[] => values.map((x, index) => ({ t: index * 10, k: 'a', x, n: index }));

function matches(shape: StatefulPlan, records: readonly object[]) {
  const { rows, metrics } = runEveryWay(statefulPlan(shape), messages(records));
  return { rows, spans: rows.map(({ at, row }) => [at, row['matchStartMs'], row['matchEndMs']]), totals: metrics.totals };
}

describe('pattern', () => {
  it('measures the rows of each variable', () => {
    const measures = [
      { name: 'n', fn: 'count', of: 'B' },
      { name: 'from', fn: 'first', of: 'B', column: 'n' },
      { name: 'to', fn: 'last', of: 'B', column: 'n' },
      ...['mean', 'min', 'max'].map(fn => ({ name: fn, fn, of: 'B', column: 'x' })),
      { name: 'none', fn: 'mean', of: 'C', column: 'x' }
    ];
    const sequence = [variable('A', 'r => r.x === 0'), variable('B', 'r => r.x > 0', 1, null), variable('C', 'r => r.x < -100', 0, 1)];
    const { rows } = matches(plan({ sequence, measures }), series(0, 3, 1, 2, -1));
    expect(rows.map(({ row }) => row)).toEqual([{ k: 'a', matchStartMs: 0, matchEndMs: 30, n: 3n, from: 1n, to: 3n, mean: 2, min: 1, max: 3, none: null }]);
  });

  it('passes over rows that do not fit when it is relaxed', () => {
    expect(matches(plan({ contiguity: 'relaxed', withinMs: 100 }), series(1, 7, 2, 1, 1, 7, 2)).spans).toEqual([[3, 0, 20], [7, 30, 60]]);
    expect(matches(plan({ contiguity: 'relaxed', withinMs: 30 }), series(1, 7, 7, 2, 9)).spans).toEqual([]);
  });

  it('decides what has run out of time on the watermark, without a further row of the key', () => {
    const sequence = [variable('A', 'r => r.x === 1', 1, null)];
    const other = { t: 500, k: 'b', x: 9, n: 0 };
    const { rows } = matches(plan({ sequence, withinMs: 100 }), [...series(1, 1), other, { ...other, t: 600 }]);
    expect(rows.map(({ at, eventTimeMs, row }) => [at, eventTimeMs, row['matchEndMs']])).toEqual([[2, 100, 10]]);
  });

  it('goes on where skip says', () => {
    const sequence = [variable('A', 'r => r.x > 0'), variable('B', 'r => r.x > 0')];
    const starts = (skip: object): unknown[] => matches(plan({ sequence, skip }), series(1, 1, 1, 1)).spans.map(([, start]) => start);
    expect(starts({ to: 'pastLastRow' })).toEqual([0, 20]);
    expect(starts({ to: 'nextRow' })).toEqual([0, 10, 20]);
    expect(starts({ to: 'firstOf', variable: 'B' })).toEqual([0, 10, 20]);
    expect(starts({ to: 'lastOf', variable: 'A' })).toEqual([0, 10, 20]);
  });

  it('refers to the last row of the variable itself and of others', () => {
    const sequence = [variable('A', "r => isNull(r['A.x']) || r.x > r['A.x']", 2, null), variable('B', "r => r.x < r['A.x'] - 5")];
    expect(matches(plan({ sequence }), series(1, 3, 9, 2, 5, 4, 8, 1)).spans).toEqual([[4, 0, 30], [8, 50, 70]]);
  });

  describe('with an absence', () => {
    const absence = { when: when("r => r.x === 2 && r.n === r['A.n'] + 100"), withinMs: 50 };
    const requests = plan({ sequence: [variable('A', 'r => r.x === 1')], absence, measures: [first] });

    it('tells what was not followed, when the time has passed on the watermark', () => {
      const records = [{ t: 0, x: 1, n: 1 }, { t: 10, x: 1, n: 2 }, { t: 20, x: 2, n: 102 }, { t: 49, x: 9 }, { t: 51, x: 9 }].map(record => ({ ...record, k: 'a' }));
      const { rows } = matches(requests, records);
      expect(rows.map(({ at, eventTimeMs, row }) => [at, eventTimeMs, row['a']])).toEqual([[4, 50, 1n]]);
    });

    it('takes an answer at the very end for none', () => {
      const answered = (t: number): number => matches(requests, [{ t: 0, x: 1, n: 1, k: 'a' }, { t, x: 2, n: 101, k: 'a' }]).rows.length;
      expect([answered(49), answered(50)]).toEqual([0, 1]);
    });

    it('sees answers that came before the match was decided', () => {
      const sequence = [variable('A', 'r => r.x === 1', 1, 3)];
      const late = plan({ sequence, absence: { when: when('r => r.x === 2'), withinMs: 15 }, contiguity: 'relaxed', withinMs: 1000, measures: [first] });
      expect(matches(late, series(1, 1, 2, 9, 9)).rows).toEqual([]);
      expect(matches(late, series(1, 1, 9, 2, 9)).rows.map(({ row }) => row['a'])).toEqual([0n]);
    });
  });

  it('gives up a search that never ends, with one letter, and counts its rows', () => {
    const sequence = [variable('A', 'r => r.x === 1', 1, null), variable('B', 'r => r.x === 2')];
    const records = Array.from({ length: 10_003 }, (_, index) => ({ t: index, k: 'a', x: 1, n: index }));
    const { metrics, letters, rows } = runWhole(statefulPlan(plan({ sequence })), messages([...records, { t: 20_000, k: 'a', x: 2, n: 0 }]));
    expect(letters.map(({ code }) => code)).toEqual(['PATTERN_LIMIT']);
    expect(metrics.totals.dropped).toBe(10_000);
    expect(rows.length).toBe(1);
  });

  it('ends searches that begin alike together', () => {
    const sequence = [variable('A', 'r => r.x === 1', 1, null), variable('B', 'r => r.x === 2')];
    const records = Array.from({ length: 5000 }, (_, index) => ({ t: index, k: 'a', x: 1, n: index }));
    const { letters, rows } = runWhole(statefulPlan(plan({ sequence })), messages([...records, { t: 6000, k: 'a', x: 9 }]));
    expect({ letters, rows }).toEqual({ letters: [], rows: [] });
  });

  it('does not look at rows for ever when one row ends very many searches', () => {
    const sequence = [variable('A', 'r => r.x === 1', 1, 9000), variable('B', 'r => r.x === 2')];
    const records = Array.from({ length: 5000 }, (_, index) => ({ t: index, k: 'a', x: 1, n: index }));
    const { letters, rows, metrics } = runWhole(statefulPlan(plan({ sequence })), messages([...records, { t: 6000, k: 'a', x: 9 }, { t: 6001, k: 'a', x: 1 }, { t: 6002, k: 'a', x: 2 }]));
    expect(letters.map(({ code }) => code)).toEqual(['PATTERN_LIMIT']);
    expect(rows.length).toBe(1);
    expect(metrics.totals.dropped).toBeGreaterThan(4000);
  });

  it.each<[string, object, string]>([
    ['a sequence that may be empty', { sequence: [variable('A', 'r => true', 0, 1)] }, 'PATTERN'],
    ['a measure of no variable', { measures: [{ ...first, of: 'X' }] }, 'PATTERN'],
    ['a measure of no column', { measures: [{ ...first, column: 'y' }] }, 'UNKNOWN_COLUMN'],
    ['a mean of text', { measures: [{ ...first, fn: 'mean', column: 'k' }] }, 'COLUMN_TYPE'],
    ['a skip to the first row of the match', { skip: { to: 'firstOf', variable: 'A' } }, 'PATTERN'],
    ['a relaxed pattern without a time', { contiguity: 'relaxed' }, 'PATTERN'],
    ['a condition that is no condition', { sequence: [variable('A', 'r => r.x')] }, 'EXPRESSION_TYPE'],
    ['a reference to no variable', { sequence: [variable('A', "r => r['B.x'] > 1")] }, 'UNKNOWN_COLUMN'],
    ['a quantifier the wrong way round', { sequence: [variable('A', 'r => true', 3, 2)] }, 'PLAN_INVALID'],
    ['two variables of one name', { sequence: [AB[0], AB[0]] }, 'PLAN_INVALID']
  ])('refuses %s', (_, over, code) => {
    expect(() => statefulPlan(plan(over))).toThrow(expect.objectContaining({ code }));
  });
});

interface Oracle {
  readonly quantifiers: readonly (readonly [min: number, max: number | null])[];
  readonly fits: readonly ((x: number, lastA: number | null) => boolean)[];
  readonly isRelaxed: boolean;
  readonly withinMs: number;
}
interface Row {
  readonly t: number;
  readonly x: number;
}

/** How many rows the longest match from `rows[0]` on spans, by trying everything; 0 when there is none. */
function longest(rows: readonly Row[], { quantifiers, fits, isRelaxed, withinMs }: Oracle): number {
  let best = 0;
  const walk = (index: number, at: number, count: number, lastA: number | null): void => {
    const row = rows[index];
    if (row === undefined || row.t - rows[0]!.t >= withinMs) return;
    let fitted = false;
    const take = (next: number, nextCount: number): void => {
      if (!fits[next]!(row.x, lastA)) return;
      fitted = true;
      if (nextCount >= quantifiers[next]![0] && quantifiers.every(([min], later) => later <= next || min === 0)) best = Math.max(best, index + 1);
      walk(index + 1, next, nextCount, next === 0 ? row.x : lastA);
    };
    if (count < (quantifiers[at]![1] ?? Infinity)) take(at, count + 1);
    if (count >= quantifiers[at]![0]) {
      for (let next = at + 1; next < quantifiers.length; next++) {
        take(next, 1);
        if (quantifiers[next]![0] > 0) break;
      }
    }
    if (!fitted && isRelaxed && index > 0) walk(index + 1, at, count, lastA);
  };
  walk(0, 0, 0, null);
  return best;
}

describe('pattern against trying everything', () => {
  const bounds = fc.constantFrom<[number, number | null]>([1, 1], [0, 1], [1, null], [0, null], [2, 3], [0, 2]);
  const conditions = [
    { text: 'r => r.x >= 1', fits: (x: number) => x >= 1 },
    { text: 'r => r.x === 2', fits: (x: number) => x === 2 },
    { text: "r => r.x > r['A.x']", fits: (x: number, lastA: number | null) => lastA !== null && x > lastA },
    { text: 'r => r.x <= 1', fits: (x: number) => x <= 1 }
  ];

  it('finds the longest match from each row on', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(bounds, fc.constantFrom(...conditions)), { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 3 })), { maxLength: 14 }),
        fc.constantFrom([6, false], [1000, false], [8, true], [1000, true]) as fc.Arbitrary<readonly [number, boolean]>,
        fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 8 }),
        (variables, steps, [withinMs, isRelaxed], pieces) => {
          fc.pre(variables.some(([[min]]) => min > 0));
          let t = 0;
          const rows = steps.map(([gap, x]) => ({ t: (t += gap), x }));
          const sequence = variables.map(([[min, max], { text }], index) => variable('ABC'[index]!, text, min, max));
          const oracle: Oracle = { quantifiers: variables.map(([each]) => each), fits: variables.map(([, { fits }]) => fits), isRelaxed, withinMs };
          const wanted: number[][] = [];
          for (let start = 0; start < rows.length; ) {
            const length = longest(rows.slice(start), oracle);
            if (length > 0) wanted.push([start, start + length - 1]);
            start += Math.max(1, length);
          }
          const inputs = messages(rows.map((row, n) => ({ ...row, k: 'a', n })));
          const shape = plan({ sequence, contiguity: isRelaxed ? 'relaxed' : 'strict', withinMs: withinMs === 1000 && !isRelaxed ? null : withinMs }, { maxOutOfOrdernessMs: 2 });
          const seen = runInPieces(statefulPlan(shape), inputs, pieces);
          expect(seen.rows.map(({ row }) => [row['matchStartMs'], row['matchEndMs']])).toEqual(wanted.map(([from, to]) => [rows[from!]!.t, rows[to!]!.t]));
          expect(runInPieces(statefulPlan(shape), inputs, [])).toEqual(seen);
        }
      ),
      { numRuns: 150 }
    );
  });

  it('gives the same relaxed, with an absence, however the inputs are cut and wherever it is restored', () => {
    const relaxed = plan({ sequence: [variable('A', 'r => r.x === 1', 1, 2), variable('B', "r => r.x > r['A.x']", 0, 1)], contiguity: 'relaxed', withinMs: 20, skip: { to: 'nextRow' }, absence: { when: when("r => r.x < r['A.x']"), withinMs: 15 }, measures: [first] }, { maxOutOfOrdernessMs: 10 });
    const record = fc.record({ t: fc.integer({ min: 0, max: 120 }), k: fc.constantFrom('a', 'b', null), x: fc.integer({ min: 0, max: 3 }), n: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 }), (records, pieces) => {
        const inputs = messages(records);
        expect(runInPieces(statefulPlan(relaxed), inputs, pieces)).toEqual(runInPieces(statefulPlan(relaxed), inputs, []));
      }),
      { numRuns: 60 }
    );
  });
});
