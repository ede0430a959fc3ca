import net, { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemEnv } from '../../../edge/env/system-env';
import { toEntry, type LogFacts } from '../../../edge/log/log';
import { METRICS, type MetricName } from '../../../edge/metrics/catalogue';
import { Histogram } from '../../../edge/metrics/histogram';
import { MetricSet } from '../../../edge/metrics/metric-set';
import { parseSecret } from '../../../edge/secrets/parse-secret';
import { OtlpExporter, QUEUE_MAX } from '../../../edge/telemetry/otlp-exporter';
import { otlpSettings } from '../../../edge/telemetry/otlp-settings';
import { SpanKind, type Span } from '../../../edge/telemetry/otlp-spans';
import { until } from '../until';
import { startReceiver, type Receiver } from './otlp-receiver';

const T0 = Date.UTC(2026, 0, 1);
let receiver: Receiver;
let exporters: OtlpExporter[] = [];
const said: { text: string; facts: LogFacts | undefined }[] = [];
beforeEach(async () => {
  receiver = await startReceiver();
  said.length = 0;
});
afterEach(async () => {
  for (const exporter of exporters) await exporter.stop();
  exporters = [];
  await receiver.close();
});

function families(): ReturnType<MetricSet['families']> {
  const set = new MetricSet();
  for (const name of Object.keys(METRICS) as MetricName[]) if (METRICS[name].type !== 'histogram') set.add(name, 1.5, { sink: 's', topic: 'plant/+' });
  const histogram = new Histogram([0.1, 1]);
  for (const seconds of [0.05, 0.5, 0.5, 5]) histogram.observe(seconds);
  set.addHistogram('littoral_commit_duration_seconds', histogram);
  return set.families();
}

function exporter(environment: Record<string, string> = {}, headers?: string): OtlpExporter {
  const settings = otlpSettings({ url: receiver.url, ...(headers === undefined ? {} : { headers: parseSecret(headers, { environment }) }) }, environment);
  if (settings === null) throw new Error('there is a receiver');
  const made = new OtlpExporter({ settings, env: systemEnv(), version: '0.1.0', startedMs: T0, resource: () => ({ 'service.version': '0.1.0', 'littoral.release': 3 }), metrics: families, log: (text, facts) => said.push({ text, facts }) });
  exporters.push(made);
  return made;
}

const span = (index: number): Span => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: (index + 1).toString(16).padStart(16, '0'),
  parentSpanId: 'b7ad6b7169203331',
  name: 'send alerts',
  kind: SpanKind.producer,
  startMs: T0,
  endMs: T0 + 5,
  attributes: { 'littoral.effect_id': 'p/1/alerts/0', rows: 2, share: 0.5, late: false },
  links: [{ traceId: '1af7651916cd43dd8448eb211c80319c', spanId: 'c7ad6b7169203331' }],
  state: 'vendor=1'
});

describe('the OTLP exporter', () => {
  it('sends metrics, spans and log lines that the protocol understands to the last member', async () => {
    const otlp = exporter({ OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=plant%201', OTEL_SERVICE_NAME: 'line-7' });
    otlp.span(span(0));
    otlp.entry(toEntry(T0, 'mqtt source "in": connected.', { event: 'source.connected', severity: 'warn', traceId: '0af7651916cd43dd8448eb211c80319c', fields: { source: 'in', protocol: 5 } }));
    await otlp.stop();
    await until(() => receiver.received.length >= 3);
    expect(receiver.received.map(({ path }) => path).sort()).toEqual(['/v1/logs', '/v1/metrics', '/v1/traces']);
    const of = (path: string): string => JSON.stringify(receiver.received.find(each => each.path === path)?.message);
    expect(of('/v1/metrics')).toContain('"bucketCounts":["1","2","1"],"explicitBounds":[0.1,1]');
    expect(of('/v1/metrics')).toContain('"name":"littoral.records.in"');
    expect(of('/v1/metrics')).toContain('{"key":"messaging.destination.template","value":{"stringValue":"plant/+"}}');
    expect(of('/v1/metrics')).toContain('{"key":"service.name","value":{"stringValue":"line-7"}}');
    expect(of('/v1/metrics')).toContain('{"key":"deployment.environment.name","value":{"stringValue":"plant 1"}}');
    expect(of('/v1/traces')).toContain(`"traceId":"${Buffer.from('0af7651916cd43dd8448eb211c80319c', 'hex').toString('base64')}"`);
    expect(of('/v1/traces')).toContain('"startTimeUnixNano":"1767225600000000000"');
    expect(of('/v1/logs')).toContain('"severityNumber":13');
    expect(of('/v1/logs')).toContain('"eventName":"source.connected"');
    expect(otlp.dropped).toEqual({ metrics: 0, traces: 0, logs: 0 });
  });

  it('names every metric of Prometheus once in OpenTelemetry', () => {
    const names = Object.values(METRICS).map(({ otel }) => otel);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^(littoral|process)(\.[a-z][a-z_]*)+$/);
  });

  it('sends headers by reference, rotated ones too, and packs the body when asked to', async () => {
    const environment = { TOKEN: 'authorization=Bearer%20one,x-scope=plant', OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' };
    await exporter(environment, 'env:TOKEN').stop();
    await until(() => receiver.received.length === 1);
    environment.TOKEN = 'authorization=Bearer%20two';
    const second = exporter(environment, 'env:TOKEN');
    environment.TOKEN = 'authorization=Bearer%20three';
    await second.stop();
    await until(() => receiver.received.length === 2);
    expect(receiver.received.map(({ headers }) => [headers['authorization'], headers['x-scope'], headers['content-encoding']])).toEqual([
      ['Bearer one', 'plant', 'gzip'],
      ['Bearer three', undefined, 'gzip']
    ]);
  });

  it('keeps spans while the receiver is busy, says so once and goes on when it is back', async () => {
    receiver.answer = { status: 503, headers: { 'Retry-After': '0' } };
    const otlp = exporter();
    otlp.start();
    otlp.span(span(0));
    await until(() => said.length > 0);
    expect(said[0]).toMatchObject({ text: expect.stringContaining('HTTP 503') as string, facts: { event: 'telemetry.failed', severity: 'warn', fields: { signal: 'traces' } } });
    receiver.answer = { status: 200 };
    await until(() => receiver.received.some(({ path }) => path === '/v1/traces'));
    expect(otlp.dropped.traces).toBe(0);
    await until(() => said.length > 1);
    expect(said.map(({ facts }) => facts?.event)).toEqual(['telemetry.failed', 'telemetry.recovered']);
  });

  it.each([
    ['what the receiver refuses', { status: 400 }, { metrics: 1, traces: 2, logs: 1 }],
    ['a part that it refuses', { status: 200, body: '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no"}}' }, { metrics: 0, traces: 1, logs: 0 }]
  ])('counts %s as dropped', async (_name, answer, dropped) => {
    receiver.answer = answer;
    const otlp = exporter();
    otlp.span(span(0));
    otlp.span(span(1));
    otlp.entry(toEntry(T0, 'x', undefined));
    await otlp.stop();
    await until(() => otlp.dropped.traces === dropped.traces && (answer.status === 200 || otlp.dropped.metrics + otlp.dropped.logs === 2));
    if ('body' in answer) expect(otlp.dropped.traces).toBe(dropped.traces);
    else expect(otlp.dropped).toEqual(dropped);
  });

  it('outlives figures that cannot be read, and a receiver that never answers does not hold up the end', async () => {
    const settings = otlpSettings({ url: receiver.url }, {});
    if (settings === null) throw new Error('there is a receiver');
    const unreadable = new OtlpExporter({ settings, env: systemEnv(), version: '0.1.0', startedMs: T0, resource: () => ({}), metrics: () => { throw new Error('disk failed'); }, log: (text, facts) => said.push({ text, facts }) });
    await unreadable.stop();
    expect(unreadable.dropped.metrics).toBe(1);
    expect(said[0]?.text).toContain('disk failed');
    let connections = 0;
    const server = net.createServer(socket => {
      connections++;
      socket.on('error', () => socket.destroy());
    });
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    let reads = 0;
    const silent = new OtlpExporter({ settings: { ...settings, urls: { metrics: '', traces: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, logs: '' } }, env: systemEnv(), version: '0.1.0', startedMs: T0, resource: () => ({}), metrics: () => (reads++, []), log: () => undefined });
    silent.span(span(0));
    silent.start();
    await until(() => connections > 0);
    await silent.stop();
    expect(reads).toBe(0);
    server.close();
  });

  it('takes no more memory than its queues when nobody receives, and counts the rest', async () => {
    const otlp = exporter();
    await receiver.close();
    for (let index = 0; index < QUEUE_MAX + 7; index++) otlp.span(span(index));
    for (let index = 0; index < QUEUE_MAX + 3; index++) otlp.entry(toEntry(T0, 'x', undefined));
    expect(otlp.dropped).toMatchObject({ traces: 7, logs: 3 });
    await otlp.stop();
    receiver = await startReceiver();
  });
});

describe('the settings of telemetry', () => {
  it('come from the command line before the environment, and are none without either', () => {
    expect(otlpSettings({}, {})).toBeNull();
    expect(otlpSettings({ url: 'http://a:4318/' }, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://b:4318' })?.urls.metrics).toBe('http://a:4318/v1/metrics');
    expect(otlpSettings({}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://b/otlp', OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'https://c/logs' })?.urls).toEqual({ metrics: 'https://b/otlp/v1/metrics', traces: 'https://b/otlp/v1/traces', logs: 'https://c/logs' });
    expect(otlpSettings({ url: 'http://a:4318' }, { OTEL_SDK_DISABLED: 'true' })).toBeNull();
  });

  it.each([
    ['no address', { url: 'here' }, {}, 'OTLP_URL'],
    ['another scheme', { url: 'grpc://a:4317' }, {}, 'OTLP_URL'],
    ['a password in the address', { url: 'http://ann:hunter2@a:4318' }, {}, 'OTLP_URL'],
    ['gRPC', { url: 'http://a:4317' }, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTLP_PROTOCOL']
  ])('refuse %s', (_name, options, environment, code) => {
    expect(() => otlpSettings(options, environment)).toThrow(expect.objectContaining({ code, message: expect.not.stringContaining('hunter2') as string }) as Error);
  });
});
