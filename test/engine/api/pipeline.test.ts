import { describe, expect, expectTypeOf, it } from 'vitest';
import { bindLittoral } from '../../../engine/api/bind';
import { clamp, coalesce, contains, count, first, float64, int64, isNull, isPipeline, lake, list, max, mean, min, mqtt, publish, schema, sqrt, timestampMs, tumbling, utf8 } from '../../../engine/api/littoral';
import type { RowOf, Signal } from '../../../engine/api/row-types';
import type { KeyedStream, Pipeline, Stream } from '../../../engine/api/stages';
import { PlanError } from '../../../engine/error';
import { inputsOf } from '../../../engine/plan/inputs-of';
import { parsePlan } from '../../../engine/plan/parse-plan';
import { planToJson } from '../../../engine/plan/canonical-json';
import { FakeHost, recording } from './fake-host';

const vibration = schema({ tMs: timestampMs(), device: utf8(), x: list('float64', { size: 100, unit: 'm/s²' }), load: float64({ nullable: true }), serial: int64() });
const source = mqtt('plant/+/vibration', { connection: 'plant', schema: vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 1_500, topicColumns: { device: 1 } });
const host = new FakeHost();
const { pipeline, record, replay } = bindLittoral(host);

const rows = (): Stream<RowOf<typeof vibration>> => pipeline('bearing-watch').from(source);
const windows = (): KeyedStream<{ readonly device: string; readonly windowStartMs: number; readonly windowEndMs: number; readonly n: number; readonly m: number }, 'device'> =>
  rows().keyBy('device').window(tumbling({ sizeMs: 1_000 })).aggregate({ n: count(), m: mean('x') });

type RowsIn<S> = S extends Stream<infer R> ? R : never;

function whole(): Pipeline {
  return windows()
    .predict('bearing.onnx', { inputs: { features: ['m', 'n'] }, outputs: { score: 'score' } })
    .branch(all => all.to(lake('vibration', { partitionBy: ['day', 'device'] })))
    .filter((r, p) => r.score > p.threshold, { threshold: 0.8 })
    .to(publish('alerts/{device}'));
}

function refusalOf(build: () => unknown): PlanError {
  try {
    build();
  } catch (error) {
    if (error instanceof PlanError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a pipeline', () => {
  it('is a Plan with the defaults of the operators written out', () => {
    const plan = whole().toPlan();
    expect(plan.nodes.map(node => [node.id, node.op, inputsOf(node)[0] ?? null])).toEqual([
      ['source', 'source', null],
      ['keyBy', 'keyBy', 'source'],
      ['window', 'window', 'keyBy'],
      ['predict', 'predict', 'window'],
      ['vibration', 'sink', 'predict'],
      ['filter', 'filter', 'predict'],
      ['alerts', 'sink', 'filter']
    ]);
    expect(plan.nodes[0]?.config).toEqual({
      connector: 'mqtt',
      topic: 'plant/+/vibration',
      connection: 'plant',
      decoder: { format: 'json' },
      schema: { fields: vibration.fields },
      eventTime: 'tMs',
      topicColumns: { device: 1 },
      maxOutOfOrdernessMs: 1_500,
      maxFutureSkewMs: 60_000,
      idleTimeoutMs: null,
      watermarkPer: 'source'
    });
    expect(plan.nodes[2]?.config).toEqual({
      window: { kind: 'tumbling', sizeMs: 1_000, offsetMs: 0 },
      aggregates: [
        { name: 'n', fn: 'count' },
        { name: 'm', fn: 'mean', column: 'x' }
      ],
      allowedLatenessMs: 0,
      latePolicy: 'drop',
      emit: 'onClose'
    });
    expect(plan.nodes[3]?.config).toEqual({ model: 'bearing.onnx', inputs: { features: ['m', 'n'] }, outputs: { score: { column: 'score', type: 'float32' } }, onError: 'deadLetter' });
    expect(plan.nodes[5]?.config).toMatchObject({ predicate: { op: '>', left: { kind: 'column', name: 'score' }, right: { kind: 'literal', value: 0.8 } } });
    expect(plan.nodes[6]?.config).toEqual({ connector: 'mqtt', name: 'alerts', topic: 'alerts/{device}', connection: 'plant', qos: 1, retain: false });
  });

  it('survives the way through JSON, and is the same whenever it is built', () => {
    const text = planToJson(whole().toPlan());
    expect(planToJson(parsePlan(JSON.parse(text)))).toBe(text);
    expect(planToJson(whole().toPlan())).toBe(text);
  });

  it('is recognised, and nothing else is', () => {
    expect(isPipeline(whole())).toBe(true);
    for (const other of [null, {}, whole().toPlan(), windows(), { toPlan: () => whole().toPlan() }]) expect(isPipeline(other)).toBe(false);
  });

  it('asks its host to run, replay, validate and export its Plan', async () => {
    const complete = whole();
    await (await complete.run({ seconds: 5 })).stop();
    await complete.replay(recording);
    await replay(complete, recording);
    await complete.validate(recording, { slo: { p99LatencyMs: 200 } });
    await complete.export({ evidence: recording });
    expect(await record('plant/#', { seconds: 60 })).toBe(recording);
    expect(host.calls.map(call => [call.verb, call.options])).toEqual([
      ['run', { seconds: 5 }],
      ['replay', recording],
      ['replay', recording],
      ['validate', { slo: { p99LatencyMs: 200 } }],
      ['export', { evidence: recording }],
      ['record plant/#', { seconds: 60 }]
    ]);
    expect(host.calls.slice(0, 5).every(call => call.plan === complete.toPlan())).toBe(true);
  });

  it('can be continued from any step in several ways', () => {
    const start = windows();
    const a = start.filter(r => r.n > 1).to(lake('a')).toPlan();
    const b = start.to(lake('b')).toPlan();
    expect(a.nodes.map(node => node.id)).toEqual(['source', 'keyBy', 'window', 'filter', 'a']);
    expect(b.nodes.map(node => node.id)).toEqual(['source', 'keyBy', 'window', 'b']);
  });

  it('numbers steps of one kind, also over branches', () => {
    const plan = rows()
      .filter(r => r.load > 0)
      .branch(all => all.filter(r => r.load > 1).branch(inner => inner.to(lake('inner'))).to(lake('outer')))
      .filter(r => r.load > 2)
      .to(lake('main'))
      .toPlan();
    expect(plan.nodes.map(node => [...inputsOf(node), node.id].join(' → '))).toEqual([
      'source',
      'source → filter',
      'filter → filter-2',
      'filter-2 → inner',
      'filter-2 → outer',
      'filter → filter-3',
      'filter-3 → main'
    ]);
  });

  it('reads expressions with functions imported by name', () => {
    const plan = rows()
      .filter(r => !isNull(r.load) && contains(r.device, 'b') && min(r.load, 2) < max(r.load, sqrt(2)))
      .select({ level: r => clamp(coalesce(r.load, 0), 0, 1) })
      .to(lake('levels'))
      .toPlan();
    expect(plan.nodes[2]?.config).toMatchObject({ columns: [{ name: 'level', expression: { fn: 'clamp', args: [{ fn: 'coalesce' }, { value: 0 }, { value: 1 }] } }] });
  });

  it('takes options for delivery and limits', () => {
    const plan = pipeline('p', { delivery: 'exactlyOnceEffects', slo: { lateShareMax: 0.01 } }).from(source).to(lake('t')).toPlan();
    expect(plan).toMatchObject({ delivery: 'exactlyOnceEffects', slo: { lateShareMax: 0.01 } });
  });

  it.each<[string, () => unknown, string]>([
    ['a name that cannot be a file', () => pipeline('a/b'), 'pipeline: got the name "a/b"; expected'],
    ['a variable from outside', () => rows().filter(r => r.load > host.calls.length), '{ threshold: 0.8 }'],
    ['an unknown parameter', () => rows().filter((r, p) => r.load > p.limit, { lmit: 1 } as unknown as { limit: number }), 'Did you mean "lmit"?'],
    ['a sink name twice', () => rows().branch(all => all.to(lake('t'))).to(lake('t')), "Add { name: 't-2' }"],
    ['a branch without a sink', () => rows().branch(all => all as unknown as Pipeline), 'rows.to(…)'],
    ['a branch of another pipeline', () => rows().branch(() => pipeline('other').from(mqtt('a', { connection: 'plant', schema: vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 0 })).to(lake('t'))), 'did not begin with its rows'],
    ['a window of no length', () => rows().window(tumbling({ sizeMs: 0 })).aggregate({ n: count() }), 'window.window.sizeMs: got 0'],
    ['no aggregates', () => rows().window(tumbling({ sizeMs: 1 })).aggregate({}), 'window.aggregates'],
    ['a topic filter that is none', () => mqtt('a/#/b', { connection: 'plant', schema: vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 0 }), 'mqtt("a/#/b").topic'],
    ['a filter that is text', () => rows().filter('load > 1' as unknown as () => boolean), 'filter: got a string; expected an arrow function'],
    ['a model in a folder', () => windows().predict('models/x.onnx', { inputs: { f: ['m'] }, outputs: { s: 's' } }), 'predict("models/x.onnx").model'],
    ['a column the compiler was kept from seeing', () => windows().filter(r => (r as unknown as { scroe: number }).scroe > 1), 'names no column']
  ])('refuses %s where it is written', (_name, build, text) => {
    expect(refusalOf(build).message).toContain(text);
  });
});

describe('a call the compiler would have refused', () => {
  const never = undefined as never;
  it.each<[string, () => unknown, string]>([
    ['mqtt without options', () => mqtt('t', never), 'mqtt("t"): got nothing; expected { connection, schema, eventTime, maxOutOfOrdernessMs }.'],
    ['mqtt without schema', () => mqtt('t', { connection: 'plant' } as never), 'mqtt("t").schema: got nothing; expected schema({ … }) with its columns.'],
    ['mqtt without connection', () => mqtt('t', { schema: vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 0 } as never), 'mqtt("t").connection: it is missing; expected'],
    ['mqtt with an option of another name', () => mqtt('t', { connection: 'p', schema: vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 0, idleTimeout: 5 } as never), 'unknown field "idleTimeout"; expected only'],
    ['schema without columns', () => schema(never), 'schema: got nothing; expected its columns'],
    ['a column that is a text', () => schema({ x: 'float64' as never }), 'schema.x: got a string; expected a column, e.g. float64().'],
    ['a column that is not called', () => schema({ x: float64 as never }), 'schema.x: got a function; expected a column, e.g. float64().'],
    ['tumbling without size', () => rows().window(tumbling(never)), 'tumbling: got nothing; expected { sizeMs }'],
    ['from nothing', () => pipeline('p').from(never), 'from: got nothing; expected a source'],
    ['window of nothing', () => rows().window(never), 'window: got nothing; expected a window'],
    ['aggregates of nothing', () => rows().window(tumbling({ sizeMs: 1 })).aggregate(never), 'aggregate: got nothing; expected aggregates by name'],
    ['an aggregate that is a function', () => rows().window(tumbling({ sizeMs: 1 })).aggregate({ n: count as never }), "aggregate.n: got a function; expected an aggregate, e.g. mean('x')."],
    ['an unknown option of a window', () => rows().window(tumbling({ sizeMs: 1 }), { allowedLatenessMs: '1s' as never }).aggregate({ n: count() }), 'window.allowedLatenessMs: got "1s"; expected a whole number from 0.'],
    ['predict without options', () => windows().predict('m.onnx', never), 'predict("m.onnx"): got nothing; expected { inputs, outputs }'],
    ['predict without outputs', () => windows().predict('m.onnx', { inputs: { f: ['m'] } } as never), 'predict("m.onnx").outputs: got nothing'],
    ['a branch without a function', () => windows().branch(never), 'branch: got nothing; expected a function'],
    ['a sink that is none', () => windows().to(never), 'to: got nothing; expected a sink'],
    ['select of nothing', () => rows().select(never), 'select: got nothing; expected computed columns']
  ])('says what is wanted: %s', (_name, call, text) => {
    expect(refusalOf(call).message).toContain(text);
  });
});

describe('types of the steps', () => {
  it('follow the columns', () => {
    expectTypeOf<RowOf<typeof vibration>>().toEqualTypeOf<{ readonly tMs: number; readonly device: string; readonly x: Signal; readonly load: number; readonly serial: number }>();
    expectTypeOf(rows().select({ a: r => r.load + 1, b: r => r.device, c: r => r.load > 1, d: r => r.x })).toEqualTypeOf<Stream<{ readonly a: number; readonly b: string; readonly c: boolean; readonly d: Signal }>>();
    expectTypeOf(rows().keyBy('device').select({ a: r => r.load })).toEqualTypeOf<KeyedStream<{ readonly device: string; readonly a: number }, 'device'>>();
    const firsts = rows().window(tumbling({ sizeMs: 1 })).aggregate({ who: first('device'), m: mean('x') });
    expectTypeOf<RowsIn<typeof firsts>>().toEqualTypeOf<{ readonly windowStartMs: number; readonly windowEndMs: number; readonly who: string; readonly m: number }>();
    expectTypeOf(rows().window(tumbling({ sizeMs: 1 }), { allowedLatenessMs: 5 }).aggregate({ n: count() })).toEqualTypeOf<Stream<{ readonly windowStartMs: number; readonly windowEndMs: number; readonly revision: number; readonly n: number }>>();
    expectTypeOf(windows().filter(r => r.n > 1)).toEqualTypeOf<ReturnType<typeof windows>>();
    expectTypeOf(windows().to(lake('t'))).toEqualTypeOf<Pipeline>();
  });

  it('agree with the columns of the Plan', () => {
    const aggregated = rows().window(tumbling({ sizeMs: 1 }), { allowedLatenessMs: 5 }).aggregate({ n: count() });
    expect(() => aggregated.filter(r => r.revision === 0 && r.windowStartMs < r.windowEndMs && r.n > 0)).not.toThrow();
  });
});
