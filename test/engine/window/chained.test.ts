import { describe, expect, test } from 'vitest';
import { count, float64, hopping, lake, last, mqtt, publish, schema, sum, timestampMs, tumbling, utf8 } from '../../../engine/api/littoral';
import { bindLittoral } from '../../../engine/api/bind';
import { createGraph } from '../../../engine/graph/create-graph';
import type { Plan } from '../../../engine/plan/plan';
import { END, message, pushAll } from '../../support/graph-runs';
import { FakeHost } from '../api/fake-host';

const { pipeline } = bindLittoral(new FakeHost());
const readings = schema({ t: timestampMs(), k: utf8(), x: float64() });
const rows = pipeline('chain').from(mqtt('plant/+/vibration', { connection: 'plant', schema: readings, eventTime: 't', maxOutOfOrdernessMs: 0 }));

function run(plan: Plan, records: readonly { readonly t: number; readonly k: string; readonly x: number }[], pieces?: readonly number[]): readonly Record<string, unknown>[] {
  const graph = createGraph(plan);
  const { rows: out } = pushAll(graph, [...records.map(record => message(record)), END], pieces);
  expect(graph.metrics().totals.conservationError).toBe(0);
  return out.map(({ sink, at, eventTimeMs, row }) => ({ sink, at, eventTimeMs, ...row }));
}

const steady = Array.from({ length: 40 }, (_, index) => ({ t: index * 5, k: index % 3 === 0 ? 'a' : 'b', x: index }));

describe('windows one after the other', () => {
  const plan = rows
    .keyBy('k')
    .window(tumbling({ sizeMs: 20 }))
    .aggregate({ n: count(), s: sum('x') })
    .window(hopping({ sizeMs: 80, hopMs: 40 }))
    .aggregate({ windows: count(), total: sum('s'), lastEnd: last('windowEndMs') })
    .to(publish('out'))
    .toPlan();

  test('take the results of the first at their end - 1', () => {
    const out = run(plan, steady);
    expect(out.map(({ k, windowStartMs, windowEndMs, windows, lastEnd }) => [k, windowStartMs, windowEndMs, windows, lastEnd])).toEqual(
      [-40, 0, 40, 80, 120, 160].flatMap(start =>
        ['a', 'b'].map(k => {
          const first = Math.max(start, 0);
          const end = Math.min(start + 80, 200);
          return [k, start, start + 80, BigInt((end - first) / 20), end];
        })
      )
    );
    const whole = out.filter(({ windowStartMs }) => windowStartMs === 0);
    expect(whole.map(({ total }) => total)).toEqual(['a', 'b'].map(k => steady.filter(row => row.k === k && row.t < 80).reduce((total, { x }) => total + x, 0)));
  });

  test('give the same whatever the cut', () => {
    expect(run(plan, steady, [1, 2, 3, 17])).toEqual(run(plan, steady));
  });
});

describe('rows that come too late', () => {
  const disordered = [5, 12, 31, 3, 33, 14, 55].map((t, x) => ({ t, k: 'a', x }));

  test('go their own way, as they came', () => {
    const plan = rows
      .keyBy('k')
      .window(tumbling({ sizeMs: 10 }), { latePolicy: 'sideOutput' })
      .aggregate({ n: count() }, { late: late => late.filter(r => r.x > 3).to(lake('late')) })
      .to(publish('out'))
      .toPlan();
    const out = run(plan, disordered);
    expect(out.filter(({ sink }) => sink === 'late')).toEqual([{ sink: 'late', at: 5, eventTimeMs: 14, t: 14, k: 'a', x: 5 }]);
    expect(out.filter(({ sink }) => sink === 'out').map(({ windowStartMs, n }) => [windowStartMs, n])).toEqual([[0, 1n], [10, 1n], [30, 2n], [50, 1n]]);
  });

  test('need a place to go', () => {
    const windowed = rows.window(tumbling({ sizeMs: 10 }), { latePolicy: 'sideOutput' });
    expect(() => Reflect.apply(windowed.aggregate, windowed, [{ n: count() }])).toThrow('late: got nothing; expected a function. Write { late: rows => rows.to(…) }.');
    const dropping = rows.window(tumbling({ sizeMs: 10 }));
    const late = { late: (lateRows: typeof rows) => lateRows.to(lake('late')) };
    expect(() => Reflect.apply(dropping.aggregate, dropping, [{ n: count() }, late])).toThrow("latePolicy is 'drop'");
  });

  test('make a column of revisions when windows can leave more than once', () => {
    const updated = rows.window(tumbling({ sizeMs: 10 }), { emit: 'onUpdate' }).aggregate({ n: count() }).filter(r => r.revision >= 1);
    const out = run(updated.to(publish('out')).toPlan(), disordered);
    expect(out.map(({ at, revision, n }) => [at, revision, n])).toEqual([[4, 1, 2n]]);
  });
});
