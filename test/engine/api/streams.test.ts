import { describe, expect, it } from 'vitest';
import { bindLittoral } from '../../../engine/api/bind';
import { count, featureStore, float64, int64, lake, lookupTable, mqtt, publish, schema, timestampMs, tumbling, utf8 } from '../../../engine/api/littoral';
import type { RowOf } from '../../../engine/api/row-types';
import type { Stream } from '../../../engine/api/stages';
import { PlanError } from '../../../engine/error';
import { createGraph } from '../../../engine/graph/create-graph';
import { inputsOf } from '../../../engine/plan/inputs-of';
import { parsePlan } from '../../../engine/plan/parse-plan';
import type { Plan } from '../../../engine/plan/plan';
import { END, message, pushAll } from '../../support/graph-runs';
import { FakeHost } from './fake-host';

const { pipeline } = bindLittoral(new FakeHost());
const reading = schema({ t: timestampMs(), device: utf8(), x: float64() });
const setting = schema({ t: timestampMs(), device: utf8(), limit: float64(), serial: int64({ nullable: true }) });
const from = (topic: string) => ({ connection: 'plant', eventTime: 't', maxOutOfOrdernessMs: 0, maxFutureSkewMs: null, topic }) as const;
const { topic: readingsTopic, ...options } = from('readings');
const readingsSource = mqtt(readingsTopic, { ...options, schema: reading });
const settingsSource = mqtt('settings', { ...options, schema: setting });

function start(): { readings: Stream<RowOf<typeof reading>>; settings: Stream<RowOf<typeof setting>> } {
  const p = pipeline('line');
  return { readings: p.from(readingsSource), settings: p.from(settingsSource) };
}

/** `id op inputs` of each node. */
function shape(plan: Plan): string[] {
  expect(parsePlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  return plan.nodes.map(node => [node.id, node.op, ...inputsOf(node)].join(' '));
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

describe('several streams in one pipeline', () => {
  it('two sources of one start come together under ids of their own', () => {
    const { readings, settings } = start();
    const plan = readings.intervalJoin(settings, { on: ['device'], lowerMs: -1_000, upperMs: 0, as: { right: 'set_' } }).to(lake('pairs')).toPlan();
    expect(shape(plan)).toEqual(['source source', 'source-2 source', 'intervalJoin intervalJoin source source-2', 'pairs sink intervalJoin']);
    expect(plan.nodes[2]!.config).toEqual({ on: ['device'], as: { left: '', right: 'set_' }, latePolicy: 'drop', lowerMs: -1_000, upperMs: 0, type: 'inner' });
  });

  it('a stream that is used twice is there once', () => {
    const { readings, settings } = start();
    const joined = readings.intervalJoin(settings, { on: ['device'], lowerMs: 0, upperMs: 5, as: { right: 'a_' } });
    const plan = joined.intervalJoin(settings, { on: ['device'], lowerMs: 0, upperMs: 5, as: { right: 'b_' } }).to(lake('pairs')).toPlan();
    expect(shape(plan)).toEqual(['source source', 'source-2 source', 'intervalJoin intervalJoin source source-2', 'intervalJoin-2 intervalJoin intervalJoin source-2', 'pairs sink intervalJoin-2']);
  });

  it('a stream joins itself', () => {
    const { readings } = start();
    const plan = readings.intervalJoin(readings, { on: ['device'], lowerMs: 1, upperMs: 9, as: { right: 'next_' } }).to(lake('pairs')).toPlan();
    expect(shape(plan)).toEqual(['source source', 'intervalJoin intervalJoin source source', 'pairs sink intervalJoin']);
    const graph = createGraph(plan);
    const { rows } = pushAll(graph, [1, 4, 20, 25].map(t => message({ t, device: 'a', x: t }, { topic: 'readings' })));
    expect(rows.map(({ at, row }) => [at, row['x'], row['next_x']])).toEqual([[1, 1, 4], [3, 20, 25]]);
    expect(graph.metrics().totals.conservationError).toBe(0);
  });

  it('two lines of one stream come together again', () => {
    const { readings } = start();
    const high = readings.filter(r => r.x > 5);
    const low = readings.filter(r => r.x < 1);
    expect(shape(high.union(low, readings).to(lake('all')).toPlan())).toEqual(['source source', 'filter filter source', 'filter-2 filter source', 'union union filter filter-2 source', 'all sink union']);
  });

  it('a branch that took in another stream leaves it there for the main line', () => {
    const { readings, settings } = start();
    const plan = readings
      .branch(rows => rows.lookup(settings, { on: ['device'], columns: ['limit'] }).to(lake('limits')))
      .windowJoin(settings, { on: ['device'], window: tumbling({ sizeMs: 10 }), as: { right: 's_' } })
      .to(lake('pairs'))
      .toPlan();
    expect(shape(plan)).toEqual(['source source', 'source-2 source', 'temporalLookup temporalLookup source source-2', 'limits sink temporalLookup', 'windowJoin windowJoin source source-2', 'pairs sink windowJoin']);
  });

  it('a stream of another pipeline brings its nodes along', () => {
    const { readings } = start();
    const other = pipeline('other').from(readingsSource).filter(r => r.x > 1);
    const once = readings.union(other);
    expect(shape(once.union(other).to(lake('all')).toPlan())).toEqual(['source source', 'source-2 source', 'filter filter source-2', 'union union source filter', 'union-2 union union filter', 'all sink union-2']);
  });

  it('runs: messages of both topics meet', () => {
    const { readings, settings } = start();
    const plan = readings.lookup(settings, { on: ['device'], columns: ['limit'], as: { right: 'max_' } }).filter(r => r.x > r.max_limit).to(publish('alerts/{device}')).toPlan();
    const { rows } = pushAll(createGraph(plan), [
      message({ t: 5, device: 'a', limit: 3, serial: null }, { topic: 'settings' }),
      message({ t: 7, device: 'a', x: 4 }, { topic: 'readings' }),
      message({ t: 9, device: 'a', x: 2 }, { topic: 'readings' }),
      message({ t: 8, device: 'a', limit: 1, serial: null }, { topic: 'settings' }),
      message({ t: 4, device: 'a', x: 9 }, { topic: 'readings' }),
      END
    ]);
    expect(rows.map(({ at, row }) => [at, row])).toEqual([
      [3, { t: 7, device: 'a', x: 4, max_limit: 3 }],
      [5, { t: 9, device: 'a', x: 2, max_limit: 1 }]
    ]);
  });
});

describe('a lookup table', () => {
  const limits = lookupTable({ schema: schema({ device: utf8(), limit: float64(), serial: int64({ nullable: true }) }), rows: [{ device: 'a', limit: 3, serial: 1 }, { device: 'b', limit: 5, serial: null }] });

  it('is part of the Plan and adds its columns', () => {
    const { readings } = start();
    const plan = readings.lookup(limits, { on: ['device'], columns: ['limit', 'serial'], missing: 'drop' }).to(lake('rows')).toPlan();
    const graph = createGraph(parsePlan(JSON.parse(JSON.stringify(plan))));
    const { rows } = pushAll(graph, ['b', 'c', 'a'].map((device, i) => message({ t: i, device, x: 0 }, { topic: 'readings' })));
    expect(rows.map(({ row }) => [row['device'], row['limit'], row['serial']])).toEqual([['b', 5, null], ['a', 3, 1n]]);
    expect(graph.metrics().totals).toMatchObject({ dropped: 1, conservationError: 0 });
  });

  it('is read from the text of a CSV file', () => {
    const fields = schema({ device: utf8(), limit: float64(), serial: int64({ nullable: true }) });
    const csv = 'limit,device,serial,note\r\n3,a,1,"spare, old"\r\n5,b,,\r\n';
    expect(lookupTable({ schema: fields, csv }).table.rows).toEqual([['a', 3, '1'], ['b', 5, null]]);
    expect(lookupTable({ schema: fields, csv: 'device,limit,serial\na,3,9007199254740993' }).table.rows).toEqual([['a', 3, '9007199254740993']]);
  });

  it.each([
    ['a text that is not CSV of its columns', () => lookupTable({ schema: schema({ device: utf8(), limit: float64() }), csv: 'device,limit\na,much' }), 'expected the text of a CSV file whose first line names the columns device, limit.'],
    ['no text at all', () => lookupTable({ schema: schema({ device: utf8() }), csv: null as unknown as string }), 'lookupTable.csv: got null; expected the text of a CSV file'],
    ['rows that are none', () => lookupTable({ schema: schema({ device: utf8() }), rows: 'a' as unknown as [] }), 'lookupTable.rows: got "a"; expected a list'],
    ['a value that the column cannot hold', () => lookupTable({ schema: reading, rows: [{ t: 1, device: 'a', x: 'much' as unknown as number }] }), 'lookupTable.rows[0][2]: got "much"; expected a value of column "x": a number.'],
    ['a column of lists', () => lookupTable({ schema: schema({ device: utf8(), x: { type: { list: 'float64' }, kind: 'list', nullable: false } }), rows: [] }), 'lookupTable.schema.fields[1].type: column "x" holds lists'],
    ['two rows with one key', () => start().readings.lookup(lookupTable({ schema: schema({ device: utf8(), limit: float64() }), rows: [{ device: 'a', limit: 1 }, { device: 'a', limit: 2 }] }), { on: ['device'], columns: ['limit'] }), 'rows 0 and 1 of the table both have "a" in device'],
    ['an option that only streams have', () => start().readings.lookup(limits, { on: ['device'], columns: ['limit'], ttlMs: 5 }), 'unknown field "ttlMs"']
  ])('refuses %s', (_, build, words) => {
    expect(refusalOf(build).message).toContain(words);
  });
});

describe('dead letters of a pipeline', () => {
  it('are those of all steps before, in a branch of their own', () => {
    const { readings } = start();
    const plan = readings
      .keyBy('device')
      .deadLetters(letters => letters.filter(l => l.code !== 'LATE').to(lake('refused')))
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() })
      .to(lake('counts'))
      .toPlan();
    expect(shape(plan)).toEqual(['source source', 'keyBy keyBy source', 'deadLetters union source#deadLetters keyBy#deadLetters', 'filter filter deadLetters', 'refused sink filter', 'window window keyBy', 'counts sink window']);
    const { rows } = pushAll(createGraph(plan), [message('{', { topic: 'readings', arrivalTimeMs: 4 }), END]);
    expect(rows).toMatchObject([{ sink: 'refused', at: 0, eventTimeMs: 4, row: { node: 'source', topic: 'readings' } }]);
  });

  it('of one step alone need no union', () => {
    const { readings } = start();
    expect(shape(readings.deadLetters(letters => letters.to(lake('refused'))).to(lake('rows')).toPlan())).toEqual(['source source', 'refused sink source#deadLetters', 'rows sink source']);
  });

  it('want a function', () => {
    expect(refusalOf(() => start().readings.deadLetters(lake('refused') as never)).message).toBe('deadLetters: got a object; expected a function. Write .deadLetters(letters => letters.to(…)).');
  });
});

describe('a feature store', () => {
  it('gets the newest row of each key, under the name of its sink', () => {
    const { readings } = start();
    const plan = readings.featureView({ keys: ['device'], ttlMs: 100 }).to(featureStore('pumps', { name: 'online' })).toPlan();
    expect(shape(plan)).toEqual(['source source', 'featureView featureView source', 'online sink featureView']);
    const graph = createGraph(plan);
    const { rows } = pushAll(graph, [7, 9, 8].map(t => message({ t, device: 'a', x: t }, { topic: 'readings' })));
    expect(rows.map(({ sink, row }) => [sink, row['x'], row['validUntilMs']])).toEqual([['online', 7, 107], ['online', 9, 109]]);
    expect(graph.metrics().totals).toMatchObject({ dropped: 1, rowsOut: { online: 2 }, conservationError: 0 });
  });

  it('takes no rows without a key', () => {
    expect(refusalOf(() => start().readings.to(featureStore('pumps'))).message).toBe('sink "pumps": its rows have no key, so a feature store cannot tell which row is the last of what. Make a view first: .featureView({ keys: […] }).');
  });

  it('answers what was true at the time of a record by a lookup in the same rows', () => {
    const { readings, settings } = start();
    const features = settings.keyBy('device').branch(rows => rows.featureView({ keys: ['device'] }).to(featureStore('limits')));
    const plan = readings.lookup(features, { on: ['device'], columns: ['limit'], ttlMs: 5 }).to(lake('rows')).toPlan();
    expect(shape(plan)).toEqual(['source source', 'source-2 source', 'keyBy keyBy source-2', 'featureView featureView keyBy', 'limits sink featureView', 'temporalLookup temporalLookup source keyBy', 'rows sink temporalLookup']);
  });
});

describe('what does not fit together', () => {
  const { readings, settings } = start();
  it.each<[string, () => unknown, string, string]>([
    ['a key that only one side has', () => readings.intervalJoin(settings, { on: ['limit' as 'device'], lowerMs: 0, upperMs: 1 }), 'UNKNOWN_COLUMN', 'no column "limit" on the left; it has "t", "device", "x".'],
    ['keys of two types', () => readings.select({ device: r => r.x, t: r => r.t }).intervalJoin(settings, { on: ['device' as 't'], lowerMs: 0, upperMs: 1 }), 'JOIN_KEY', 'column "device" is float64 on the left and utf8 on the right'],
    ['a column that would be there twice', () => readings.windowJoin(settings, { on: ['device'], window: tumbling({ sizeMs: 5 }) }), 'DUPLICATE_COLUMN', 'would have two columns "t". Give those of one side other names'],
    ['an empty interval', () => readings.intervalJoin(settings, { on: ['device'], lowerMs: 2, upperMs: 1, as: { right: 'r_' } }), 'JOIN_INTERVAL', 'lowerMs 2 is above upperMs 1'],
    ['windows that are not the same for both', () => readings.windowJoin(settings, { on: ['device'], as: { right: 'r_' }, window: { spec: { kind: 'session', gapMs: 5, maxDurationMs: null } } }), 'WINDOW', 'its window is session; expected tumbling, hopping or cumulating'],
    ['a join with a table', () => readings.intervalJoin(lookupTable({ schema: schema({ device: utf8() }), rows: [] }) as unknown as typeof settings, { on: ['device'], lowerMs: 0, upperMs: 1, as: { right: 'r_' } }), 'PLAN_INVALID', 'intervalJoin: got something else than a stream; expected the other stream first'],
    ['a union with nothing', () => readings.union(undefined as unknown as typeof readings), 'PLAN_INVALID', 'union: got nothing; expected other streams, e.g. north.union(south).'],
    ['a join with nothing', () => readings.intervalJoin(undefined as unknown as typeof settings, { on: ['device'], lowerMs: 0, upperMs: 1, as: { right: 'r_' } }), 'PLAN_INVALID', 'intervalJoin: got nothing; expected the other stream first']
  ])('refuses %s', (_, build, code, words) => {
    const refusal = refusalOf(build);
    expect(refusal.message).toContain(words);
    expect(refusal.code).toBe(code);
  });
});
