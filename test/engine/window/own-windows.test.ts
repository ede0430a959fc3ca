import { describe, expect, test } from 'vitest';
import { count, counting, float64, int64, lake, median, mqtt, publish, schema, session, sliding, sum, timestampMs, utf8 } from '../../../engine/api/littoral';
import { bindLittoral } from '../../../engine/api/bind';
import { PlanError } from '../../../engine/error';
import { createGraph } from '../../../engine/graph/create-graph';
import type { Pipeline } from '../../../engine/api/stages';
import type { WindowNode } from '../../../engine/plan/nodes/window';
import { checkWindow } from '../../../engine/window/check-window';
import { END, message, pushAll } from '../../support/graph-runs';
import { FakeHost } from '../api/fake-host';

const { pipeline } = bindLittoral(new FakeHost());
const readings = schema({ t: timestampMs(), k: utf8(), x: float64() });
const rows = pipeline('own').from(mqtt('plant/+/vibration', { connection: 'plant', schema: readings, eventTime: 't', maxOutOfOrdernessMs: 0 }));
const keyed = rows.keyBy('k');

/** Runs records of the key `a`, or of the key that stands first: what leaves by each sink, after the input that released it. */
function run(built: Pipeline, records: readonly (number | readonly [string, number])[], sink = 'out'): readonly Record<string, unknown>[] {
  const graph = createGraph(built.toPlan());
  const inputs = records.map((record, x) => message(typeof record === 'number' ? { t: record, k: 'a', x } : { t: record[1], k: record[0], x }));
  const { rows: out } = pushAll(graph, [...inputs, END]);
  expect(graph.metrics().totals.conservationError).toBe(0);
  return out.filter(each => each.sink === sink).map(({ at, eventTimeMs, row }) => ({ at, eventTimeMs, ...row }));
}

describe('a session that has changed after its result', () => {
  const late = keyed.window(session({ gapMs: 10 }), { allowedLatenessMs: 100 }).aggregate({ n: count() });
  const columns = (out: readonly Record<string, unknown>[]): unknown[] => out.map(({ at, windowStartMs, windowEndMs, revision, replaces, n }) => [at, windowStartMs, windowEndMs, revision, replaces, n]);

  test('leaves again under its bounds with a further revision', () => {
    expect(columns(run(late.to(publish('out')), [0, 5, ['b', 50], 3]).slice(0, 2))).toEqual([
      [2, 0, 15, 0, [], 2n],
      [3, 0, 15, 1, [], 3n]
    ]);
  });

  test('names the result under its former bounds, which a sink can then take back', () => {
    expect(columns(run(late.to(publish('out')), [0, 5, ['b', 50], 12, 21]).slice(0, 3))).toEqual([
      [2, 0, 15, 0, [], 2n],
      [3, 0, 22, 0, [0, 15], 3n],
      [4, 0, 31, 0, [0, 22], 4n]
    ]);
  });

  test('names both results when a late row has made two sessions one', () => {
    expect(columns(run(late.to(publish('out')), [0, 18, ['b', 50], 9, 4]).slice(0, 4))).toEqual([
      [1, 0, 10, 0, [], 1n],
      [2, 18, 28, 0, [], 1n],
      [3, 0, 28, 0, [0, 10, 18, 28], 3n],
      [4, 0, 28, 1, [0, 10, 18, 28], 4n]
    ]);
  });

  test('waits for its end when it has grown beyond the watermark', () => {
    expect(columns(run(late.to(publish('out')), [0, ['b', 12], 8, ['b', 30]]).slice(0, 2))).toEqual([
      [1, 0, 10, 0, [], 1n],
      [3, 0, 18, 0, [0, 10], 2n]
    ]);
  });

  test('is typed in the pipeline', () => {
    const first = late.filter(r => r.revision === 0 && r.windowEndMs > 15);
    expect(run(first.to(publish('out')), [0, 5, ['b', 50], 12]).map(({ n }) => n)).toEqual([3n, 1n]);
  });
});

describe('sessions', () => {
  test('leave after every row when they are asked to, each time under their bounds so far', () => {
    const built = keyed.window(session({ gapMs: 10 }), { emit: 'onUpdate' }).aggregate({ n: count() }).to(publish('out'));
    expect(run(built, [0, 4, 4, 100]).map(({ at, windowStartMs, windowEndMs, revision, replaces, n }) => [at, windowStartMs, windowEndMs, revision, replaces, n])).toEqual([
      [0, 0, 10, 0, [], 1n],
      [1, 0, 14, 0, [0, 10], 2n],
      [2, 0, 14, 1, [0, 10], 3n],
      [3, 100, 110, 0, [], 1n]
    ]);
  });

  test('leave whenever the watermark has passed a further second, if they have changed', () => {
    const built = keyed.window(session({ gapMs: 1_500 }), { emit: { everyMs: 1_000 } }).aggregate({ n: count() }).to(publish('out'));
    expect(run(built, [100, 900, 1_000, ['b', 2_050], 3_000]).map(({ at, k, windowEndMs, revision, replaces, n }) => [at, k, windowEndMs, revision, replaces, n])).toEqual([
      [0, 'a', 1_600, 0, [], 1n],
      [2, 'a', 2_500, 0, [100, 1_600], 3n],
      [3, 'b', 3_550, 0, [], 1n],
      [4, 'a', 4_500, 0, [], 1n]
    ]);
  });

  test('become no longer than they may', () => {
    const built = rows.window(session({ gapMs: 10, maxDurationMs: 30 })).aggregate({ n: count() }).to(publish('out'));
    expect(run(built, [0, 8, 16, 20, 24, 32, 100]).map(({ windowStartMs, windowEndMs, n }) => [windowStartMs, windowEndMs, n])).toEqual([
      [0, 30, 4n],
      [24, 42, 2n],
      [100, 110, 1n]
    ]);
  });

  test('give late rows their own way', () => {
    const built = keyed.window(session({ gapMs: 10 }), { latePolicy: 'sideOutput' }).aggregate({ n: count() }, { late: late => late.to(lake('late')) }).to(publish('out'));
    expect(run(built, [0, 50, 20, 45], 'late')).toEqual([{ at: 2, eventTimeMs: 20, t: 20, k: 'a', x: 2 }]);
  });
});

describe('windows of rows', () => {
  test('leave with the row that fills them, at a time that is late for nobody', () => {
    const built = keyed.window(counting({ rows: 2, emitPartial: true })).aggregate({ s: sum('x') }).window(session({ gapMs: 1_000 })).aggregate({ s: sum('s'), n: count() }).to(publish('out'));
    expect(run(built, [100, 50, ['b', 500], 70, 60, 90]).map(({ k, s, n }) => [k, s, n])).toEqual([
      ['a', 0 + 1 + 3 + 4 + 5, 3n],
      ['b', 2, 1n]
    ]);
  });
});

describe('sliding windows', () => {
  test('give a preview at once, and the result when no row can come before it any more', () => {
    const built = keyed.window(sliding({ sizeMs: 10 }), { emit: 'onArrival' }).aggregate({ n: count() }).filter(r => r.preview || r.n > 1).to(publish('out'));
    expect(run(built, [0, 3, 3]).map(({ at, eventTimeMs, windowStartMs, preview, n }) => [at, eventTimeMs, windowStartMs, preview, n])).toEqual([
      [0, 0, -9, true, 1n],
      [1, 3, -6, true, 2n],
      [2, 3, -6, true, 3n],
      [3, 3, -6, false, 3n],
      [3, 3, -6, false, 3n]
    ]);
  });

  test('give late rows their own way', () => {
    const built = keyed.window(sliding({ rows: 5 }), { latePolicy: 'sideOutput' }).aggregate({ n: count() }, { late: late => late.to(lake('late')) }).to(publish('out'));
    expect(run(built, [0, 50, 49, 48], 'late').map(({ at, t }) => [at, t])).toEqual([[2, 49], [3, 48]].filter(([, t]) => t! <= 49));
  });
});

describe('what does not go its way', () => {
  const whole = pipeline('whole').from(mqtt('plant/+/vibration', { connection: 'plant', schema: schema({ t: timestampMs(), k: utf8(), n: int64() }), eventTime: 't', maxOutOfOrdernessMs: 0 })).keyBy('k');
  const half = '{"k":"a","n":6000000000000000000,"t":';
  const results = {
    session: whole.window(session({ gapMs: 10 })).aggregate({ s: sum('n') }).to(publish('out')),
    counting: whole.window(counting({ rows: 2 })).aggregate({ s: sum('n') }).to(publish('out')),
    overlapping: whole.window(counting({ rows: 3, hopRows: 1, emitPartial: true })).aggregate({ s: sum('n') }).to(publish('out')),
    sliding: whole.window(sliding({ sizeMs: 10 })).aggregate({ s: sum('n') }).to(publish('out'))
  };

  test.each([
    ['session', 1],
    ['counting', 0],
    ['overlapping', 2],
    ['sliding', 2]
  ] as const)('a sum that leaves its range sends the window to the dead letters: %s', (kind, resultCount) => {
    const graph = createGraph(results[kind].toPlan());
    const { rows: out, letters } = pushAll(graph, [message(`${half}0}`), message(`${half}5}`), message('{"k":"a","n":1,"t":100}'), END]);
    expect(letters.map(({ code, node }) => [code, node])).toEqual([['SUM_OVERFLOW', 'window']]);
    expect(out.length).toBe(resultCount);
    const { totals, nodes } = graph.metrics();
    expect(totals.conservationError).toBe(0);
    expect(nodes.get('window')?.rowsInState).toBe(kind === 'counting' ? 1 : 0);
  });

  test.each([
    ['session', keyed.window(session({ gapMs: 10 }), { latePolicy: 'deadLetter' }).aggregate({ n: count() })],
    ['sliding', keyed.window(sliding({ rows: 3 }), { latePolicy: 'deadLetter' }).aggregate({ n: count() })]
  ] as const)('late rows are dead letters when they are to be kept: %s', (_, windowed) => {
    const graph = createGraph(windowed.to(publish('out')).toPlan());
    const { letters } = pushAll(graph, [...[0, 50, 20].map(t => message({ t, k: 'a', x: 1 })), END]);
    expect(letters.map(({ at, code }) => [at, code])).toEqual([[2, 'LATE']]);
    expect(graph.metrics().totals).toMatchObject({ late: 0, conservationError: 0 });
  });
});

describe('sliding windows with an aggregate that keeps its values', () => {
  const patient = pipeline('kept').from(mqtt('plant/+/vibration', { connection: 'plant', schema: readings, eventTime: 't', maxOutOfOrdernessMs: 1_000_000 })).keyBy('k');

  test('take as many rows of a key as every result can look at', () => {
    const graph = createGraph(patient.window(sliding({ rows: 2 })).aggregate({ middle: median('x') }).to(publish('out')).toPlan());
    const { rows: out, letters } = pushAll(graph, [...Array.from({ length: 10_002 }, (_, t) => message({ t, k: t === 10_001 ? 'b' : 'a', x: t })), END]);
    expect(letters.map(({ at, code }) => [at, code])).toEqual([[10_000, 'WINDOW_LIMIT']]);
    expect(out.length).toBe(10_001);
    expect(graph.metrics().totals.conservationError).toBe(0);
  });

  test('have no more rows than that', () => {
    expect(() => createGraph(patient.window(sliding({ rows: 20_000 })).aggregate({ middle: median('x') }).to(publish('out')).toPlan())).toThrow('rows is 20000, expected at most 10000');
  });
});

const SESSION = { kind: 'session', gapMs: 10, maxDurationMs: null } as const;
const COUNTING = { kind: 'counting', rows: 2, hopRows: 2, emitPartial: false } as const;
const SLIDING = { kind: 'sliding', sizeMs: 10 } as const;
const REFUSED: readonly (readonly [Partial<WindowNode['config']> & Pick<WindowNode['config'], 'window'>, string])[] = [
  [{ window: { ...SESSION, gapMs: 0 } }, 'gapMs is 0'],
  [{ window: { ...SESSION, maxDurationMs: 9 } }, 'maxDurationMs 9 is smaller than gapMs 10'],
  [{ window: { ...SESSION, maxDurationMs: 0.5 } }, 'maxDurationMs is 0.5'],
  [{ window: SESSION, emit: 'onArrival' }, "emit is 'onArrival', which only sliding windows have"],
  [{ window: SESSION, emit: { everyMs: 0 } }, 'everyMs is 0'],
  [{ window: SESSION, allowedLatenessMs: -1 }, 'allowedLatenessMs is -1'],
  [{ window: { ...COUNTING, rows: 0 } }, 'rows is 0'],
  [{ window: { ...COUNTING, hopRows: 1.5 } }, 'hopRows is 1.5'],
  [{ window: COUNTING, allowedLatenessMs: 5 }, 'none is late'],
  [{ window: COUNTING, latePolicy: 'deadLetter' }, 'none is late'],
  [{ window: COUNTING, emit: 'onUpdate' }, "expected 'onClose'"],
  [{ window: { ...SLIDING, sizeMs: -1 } }, 'sizeMs is -1'],
  [{ window: { kind: 'sliding', rows: 0 } }, 'rows is 0'],
  [{ window: SLIDING, allowedLatenessMs: 5 }, 'the result of a row leaves once'],
  [{ window: SLIDING, emit: { everyMs: 5 } }, "expected 'onClose' or 'onArrival'"]
];

describe('windows that are each key\'s own are refused', () => {
  test.each(REFUSED.map(([config, problem]) => [JSON.stringify(config), config, problem] as const))('%s', (_, config, problem) => {
    const check = (): void => checkWindow({ aggregates: [], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose', ...config }, 'nodes[1].config');
    expect(check).toThrow(PlanError);
    expect(check).toThrow(problem);
  });
});
