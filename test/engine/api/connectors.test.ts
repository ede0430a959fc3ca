import { describe, expect, it } from 'vitest';
import { bindLittoral } from '../../../engine/api/bind';
import { append, featureStore, files, float64, http, int64, lake, mqtt, post, publish, schema, statsd, stdout, timestampMs, utf8 } from '../../../engine/api/littoral';
import type { Sink } from '../../../engine/api/sinks';
import { createGraph } from '../../../engine/graph/create-graph';
import type { OutboxPolicy } from '../../../engine/plan/nodes/sink';
import { parsePlan } from '../../../engine/plan/parse-plan';
import type { Plan } from '../../../engine/plan/plan';
import { FakeHost } from './fake-host';

const { pipeline } = bindLittoral(new FakeHost());
const reading = schema({ t: timestampMs(), device: utf8(), x: float64(), n: int64() });
const options = { connection: 'plant', schema: reading, eventTime: 't', maxOutOfOrdernessMs: 0 } as const;

/** The Plan after a trip through JSON, so that the parser has read all of it. */
const read = (plan: Plan): Plan => parsePlan(JSON.parse(JSON.stringify(plan)));
const configOf = (plan: Plan, op: 'source' | 'sink'): unknown => read(plan).nodes.find(node => node.op === op)?.config;
const sinkOf = (sink: Sink<'device' | 'x'>): unknown => configOf(pipeline('p').from(mqtt('a/+', options)).to(sink).toPlan(), 'sink');

describe('sources beside MQTT', () => {
  it('become Plans with their defaults', () => {
    expect(configOf(pipeline('p').from(files('logs/+', { ...options, suffix: '.log' })).to(lake('l')).toPlan(), 'source')).toMatchObject({ connector: 'file', topic: 'logs/+', suffix: '.log', framing: 'lines', from: 'start' });
    expect(configOf(pipeline('p').from(http('in/#', { ...options, sequence: { column: 'n', per: ['device'] } })).to(lake('l')).toPlan(), 'source')).toMatchObject({ connector: 'http', sequence: { column: 'n', per: ['device'] } });
    expect(configOf(pipeline('p').from(mqtt('in/#', { ...options, sharedGroup: 'g' })).to(lake('l')).toPlan(), 'source')).toMatchObject({ connector: 'mqtt', sharedGroup: 'g' });
  });

  it('run on recordings like any other', () => {
    const graph = createGraph(pipeline('p').from(files('logs/+', options)).to(stdout()).toPlan());
    graph.push([{ kind: 'message', arrivalTimeMs: 1, topic: 'logs/a', payload: new TextEncoder().encode('{"t":1,"device":"a","x":1,"n":1}') }, { kind: 'end' }]);
    expect(graph.take().emissions.map(({ batch }) => batch.rowCount)).toEqual([1]);
  });

  it.each([
    ['a sequence that is no integer', () => mqtt('a', { ...options, sequence: { column: 'x' } }), 'SEQUENCE_TYPE'],
    ['a sequence per a column that is not there', () => mqtt('a', { ...options, sequence: { column: 'n', per: ['devise' as 'device'] } }), 'UNKNOWN_COLUMN']
  ])('refuse %s when the pipeline is built', (_name, source, code) => {
    expect(() => pipeline('p').from(source()).to(lake('l'))).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('have no connection to publish with', () => {
    expect(() => pipeline('p').from(files('logs/+', options)).to(publish('out'))).toThrow(/connection/);
  });
});

describe('sinks', () => {
  const outbox: OutboxPolicy = { maxAgeMs: 60_000, maxRows: 1_000, maxBytes: 1_000_000, order: 'newestFirst', rowsPerSecondMax: 100 };

  it('become Plans with their defaults', () => {
    expect(sinkOf(post('alerts/{device}', { connection: 'hook', outbox }))).toEqual({ connector: 'http', name: 'alerts', path: 'alerts/{device}', connection: 'hook', method: 'POST', outbox });
    expect(sinkOf(append('{device}.csv', { connection: 'out', encoder: { format: 'csv', header: false }, compression: 'gzip' }))).toEqual({ connector: 'file', name: 'append', path: '{device}.csv', connection: 'out', encoder: { format: 'csv', header: false }, compression: 'gzip' });
    expect(sinkOf(stdout())).toEqual({ connector: 'stdout', name: 'stdout' });
    expect(sinkOf(statsd('pump', { connection: 'm', gauges: ['x'], tags: ['device'] }))).toEqual({ connector: 'statsd', name: 'pump', prefix: 'pump', connection: 'm', gauges: ['x'], counters: [], timings: [], tags: ['device'] });
    expect(sinkOf(publish('out', { compression: 'gzip', outbox }))).toMatchObject({ connector: 'mqtt', connection: 'plant', compression: 'gzip', outbox });
    expect(sinkOf(lake('l', { outbox: { maxRows: 10 } }))).toMatchObject({ outbox: { maxRows: 10 } });
  });

  it.each([
    ['a path that leaves its folder', () => append('a/../b', { connection: 'out' }), 'PLAN_INVALID'],
    ['a path from the root', () => append('/etc/passwd', { connection: 'out' }), 'PLAN_INVALID'],
    ['a path with a query', () => post('a?b=c', { connection: 'out' }), 'PLAN_INVALID'],
    ['a path with a column that is not there', () => post('a/{devise}' as 'a/{device}', { connection: 'out' }), 'UNKNOWN_COLUMN'],
    ['batches of a format without lines', () => post('a', { connection: 'out', encoder: { format: 'cbor' }, batchRowsMax: 10 }), 'PLAN_INVALID'],
    ['a metric that is no number', () => statsd('m', { connection: 'out', gauges: ['device'] }), 'SINK_NUMBER'],
    ['no metric', () => statsd('m', { connection: 'out', tags: ['device'] }), 'PLAN_INVALID'],
    ['a text format of a column that is no text', () => stdout({ encoder: { format: 'text', column: 'x' } }), 'ENCODER_SCHEMA'],
    ['an outbox without sense', () => publish('out', { outbox: { maxAgeMs: 0 } }), 'PLAN_INVALID'],
    ['a lake with an order', () => lake('l', { outbox: { order: 'newestFirst' } }), 'PLAN_INVALID'],
    ['a feature store without a key', () => featureStore('f'), 'FEATURE_KEY']
  ] as [string, () => Sink<'device' | 'x'>, string][])('refuse %s', (_name, sink, code) => {
    expect(() => sinkOf(sink())).toThrow(expect.objectContaining({ code }) as Error);
  });
});
