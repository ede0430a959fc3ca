import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAgent } from '../../../edge/agent/agent';
import type { AgentHandle, AgentOptions } from '../../../edge/agent/agent-api';
import type { LogFacts } from '../../../edge/log/log';
import { brokerSecrets } from '../../../edge/secrets/broker-secrets';
import { SecretRing } from '../../../edge/secrets/secret-ring';
import { otlpSettings } from '../../../edge/telemetry/otlp-settings';
import { pollStatus } from '../../../edge/top/poll';
import { countingPlan, makeBundle, makeSigning, valueLine, type Signing } from '../bundles';
import { freePort, startMosquitto, type Mosquitto } from '../mosquitto';
import { startReceiver, type Receiver } from '../telemetry/otlp-receiver';
import { until } from '../until';

const PASSWORD = 'correct horse battery staple';
const T0 = Date.UTC(2026, 0, 1);
const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const recording = [valueLine('a', T0, 1), valueLine('b', T0 + 100, 2)];

let broker: Mosquitto;
let client: MqttClient;
let receiver: Receiver;
let folder = '';
let signing: Signing;
let agent: AgentHandle | null = null;
const logs: { text: string; facts: LogFacts | undefined }[] = [];
const published: { topic: string; properties: Record<string, unknown> }[] = [];

beforeAll(async () => {
  broker = await startMosquitto({ users: { agent: PASSWORD, plant: 'plant' } });
  client = await mqtt.connectAsync(broker.url, { protocolVersion: 5, username: 'plant', password: 'plant' });
  client.on('message', (topic, _payload, packet: IPublishPacket) => published.push({ topic, properties: packet.properties?.userProperties ?? {} }));
  await client.subscribeAsync('out/#', { qos: 1 });
});
afterAll(async () => {
  await client.endAsync();
  await broker.stop();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-observation-'));
  signing = makeSigning(join(folder, 'trust.json'));
  receiver = await startReceiver();
  logs.length = 0;
  published.length = 0;
});
afterEach(async () => {
  await agent?.stop();
  agent = null;
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

const secretFile = (): string => join(folder, 'plant.secret');

async function start(options: Partial<AgentOptions> = {}): Promise<AgentHandle> {
  agent = await startAgent({
    dataDir: join(folder, 'data'),
    trustFile: signing.trustFile,
    brokerUrl: broker.url,
    brokerSecrets: brokerSecrets({ ring: SecretRing.parse([`broker=file:${secretFile()}`]) }),
    log: (text, facts) => logs.push({ text, facts }),
    ...options
  });
  await agent.deploy(await makeBundle({ plan: countingPlan({ lake: false }), signing, release: 1, recording }));
  return agent;
}
const send = (device: string, tMs: number, traceparent?: string): Promise<unknown> => {
  const traced = traceparent === undefined ? {} : { properties: { userProperties: { traceparent, tracestate: 'vendor=1', color: 'red' } } };
  return client.publishAsync(`plant/${device}/value`, JSON.stringify({ tMs, value: 1 }), { qos: 1, ...traced });
};
const recordsIn = (): number => Number(/littoral_records_in_total\{[^}]*\} (\d+)/.exec(agent?.metrics() ?? '')?.[1] ?? 0);
const readiness = async (): Promise<string> => (await fetch(`${agent?.url ?? ''}/readyz`)).text();

/** The broker has granted the subscription when a message comes through. */
async function subscribed(): Promise<void> {
  while (recordsIn() === 0) {
    await send('probe', T0 - 10_000);
    await new Promise(done => setTimeout(done, 20));
  }
}

describe('an agent that is observed', () => {
  it('carries the trace of a message to the effect that it releases, and sends span, metrics and logs', async () => {
    writeFileSync(secretFile(), `agent:${PASSWORD}\n`);
    const running = await start({ otlp: otlpSettings({ url: receiver.url }, {}) });
    await subscribed();
    await send('a', T0);
    await send('a', T0 + 1_000, PARENT);
    await until(() => published.some(({ topic }) => topic === 'out/a'));
    const effect = published.find(({ topic }) => topic === 'out/a');
    expect(effect?.properties).toMatchObject({ tracestate: 'vendor=1' });
    expect(effect?.properties['traceparent']).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(effect?.properties['traceparent']).not.toBe(PARENT);
    expect(effect?.properties).not.toHaveProperty('color');
    const text = running.metrics();
    expect(text).toMatch(/littoral_processing_latency_seconds_count\{sink="counts\/1\/out"\} [1-9]/);
    expect(text).toMatch(/littoral_end_to_end_latency_seconds_count\{sink="counts\/1\/out"\} [1-9]/);
    expect(text).toMatch(/littoral_operator_busy_seconds_total\{node="in",op="source"\} 0\.\d*[1-9]/);
    expect(text).toContain('littoral_source_up{source="in",topic="plant/+/value"} 1\n');
    await running.stop();
    agent = null;
    await until(() => new Set(receiver.received.map(({ path }) => path)).size === 3);
    const received = (path: string): string => JSON.stringify(receiver.received.filter(each => each.path === path).map(({ message }) => message));
    const id = String(effect?.properties['littoral-id']);
    expect(received('/v1/traces')).toContain(`{"key":"messaging.message.id","value":{"stringValue":"${id}"}}`);
    expect(received('/v1/traces')).toContain(`"parentSpanId":"${Buffer.from('b7ad6b7169203331', 'hex').toString('base64')}"`);
    expect(received('/v1/metrics')).toContain('"name":"littoral.records.in"');
    expect(received('/v1/metrics')).toContain('{"key":"littoral.pipeline","value":{"stringValue":"counts"}}');
    expect(received('/v1/logs')).toContain('"eventName":"release.live"');
  });

  it('passes the trace on unchanged when nobody takes spans', async () => {
    writeFileSync(secretFile(), `agent:${PASSWORD}`);
    await start();
    await subscribed();
    await send('a', T0);
    await send('a', T0 + 1_000, PARENT);
    await until(() => published.some(({ topic }) => topic === 'out/a'));
    expect(published.find(({ topic }) => topic === 'out/a')?.properties).toMatchObject({ traceparent: PARENT, tracestate: 'vendor=1' });
  });

  it('keeps the trace beside rows that wait, over a restart', async () => {
    writeFileSync(secretFile(), `agent:${PASSWORD}\n`);
    const port = await freePort();
    const away = { dataDir: join(folder, 'data'), brokers: { away: { url: `mqtt://127.0.0.1:${port}` } } };
    agent = await startAgent({ ...away, trustFile: signing.trustFile, brokerUrl: broker.url, brokerSecrets: brokerSecrets({ ring: SecretRing.parse([`broker=file:${secretFile()}`]) }), log: (text, facts) => logs.push({ text, facts }) });
    await agent.deploy(await makeBundle({ plan: countingPlan({ lake: false, sinkConnection: 'away' }), signing, release: 1, recording }));
    await subscribed();
    await send('a', T0);
    await send('a', T0 + 1_000, PARENT);
    await until(() => agent?.metrics().includes('littoral_outbox_rows{sink="counts/1/out"} 2') === true);
    expect(agent.metrics()).toContain('littoral_sink_up{sink="counts/1/out"} 0\n');
    await agent.stop();
    const late = await startMosquitto({ port });
    const listener = await mqtt.connectAsync(late.url, { protocolVersion: 5 });
    const carried: unknown[] = [];
    listener.on('message', (topic, _payload, packet: IPublishPacket) => carried.push([topic, packet.properties?.userProperties?.['traceparent']]));
    await listener.subscribeAsync('out/#', { qos: 1 });
    agent = await startAgent({ ...away, trustFile: signing.trustFile, brokerUrl: broker.url });
    await until(() => carried.length >= 2);
    expect(carried).toContainEqual(['out/a', PARENT]);
    await agent.stop();
    agent = null;
    await listener.endAsync();
    await late.stop();
  });

  it('reads its password when it connects, and says it nowhere', async () => {
    const running = await start({ otlp: otlpSettings({ url: receiver.url }, {}) });
    await until(() => logs.some(({ facts }) => facts?.event === 'source.down'));
    expect(await readiness()).toContain('ENOENT');
    writeFileSync(secretFile(), `agent:${PASSWORD}\n`);
    await until(() => logs.some(({ facts }) => facts?.event === 'source.connected'));
    await subscribed();
    expect(logs.find(({ facts }) => facts?.event === 'source.connected')?.facts?.fields).toMatchObject({ source: 'in', broker: broker.url, protocol: 5 });
    const said = [JSON.stringify(logs), running.metrics(), JSON.stringify(running.status()), await readiness(), readFileSync(join(folder, 'data', 'http.json'), 'utf8')];
    await running.stop();
    agent = null;
    said.push(JSON.stringify(receiver.received));
    for (const text of said) expect(text).not.toContain(PASSWORD);
  });

  it('is ready only while messages come, where silence is a fault', async () => {
    writeFileSync(secretFile(), `agent:${PASSWORD}\n`);
    await start({ silenceMaxMs: 2_000 });
    await subscribed();
    await until(() => /littoral_source_silent_seconds\{source="in"\} [2-9]/.test(agent?.metrics() ?? ''));
    expect(await readiness()).toMatch(/source "in": nothing has come for [2-9] s, more than 2 s/);
    const before = recordsIn();
    await send('a', T0);
    await until(() => recordsIn() > before);
    while (!(await fetch(`${agent?.url ?? ''}/readyz`)).ok) await send('a', T0);
  });

  it('gives the text that a reader asks for', async () => {
    writeFileSync(secretFile(), `agent:${PASSWORD}\n`);
    const { url } = await start();
    const plain = await fetch(`${url}/metrics`);
    expect(plain.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await plain.text()).toContain('# TYPE littoral_records_in_total counter\n');
    const open = await fetch(`${url}/metrics`, { headers: { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' } });
    expect(open.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(await open.text()).toMatch(/# TYPE littoral_records_in counter\n[\s\S]*# EOF\n$/);
  });

  it('tells its course in /status: nodes, sinks, objectives, the last problems', async () => {
    writeFileSync(secretFile(), `agent:${PASSWORD}\n`);
    await start({ log: undefined });
    await agent?.deploy(new Uint8Array(10));
    await agent?.deploy(await makeBundle({ plan: { ...countingPlan({ lake: false }), slo: { lateShareMax: 0.01, p99LatencyMs: 500 } }, signing, release: 2, recording }));
    const status = (await (await fetch(`${agent?.url ?? ''}/status`)).json()) as Record<string, unknown>;
    expect(status).toMatchObject({
      state: 'live',
      release: 2,
      slo: [{ objective: 'p99_latency', ok: true, burnRate: 0 }, { objective: 'late_share', ok: true }],
      sinks: [{ sink: 'counts/2/out', rows: 0, up: true }],
      nodes: { in: { op: 'source' } },
      recentProblems: [{ severity: 'warn', event: 'bundle.refused' }]
    });
    const seen = await pollStatus(agent?.url ?? '');
    expect(seen).toMatchObject({
      state: 'live',
      pipeline: 'counts',
      release: 2,
      sources: [{ source: 'in', topic: 'plant/+/value' }],
      sinks: [{ sink: 'counts/2/out', up: true, rows: 0, carriedOut: 0 }],
      slo: [{ objective: 'p99_latency', ok: true }, { objective: 'late_share', ok: true }],
      problems: [{ severity: 'warn' }]
    });
    expect(seen.nodes.map(({ node, op }) => `${node} ${op}`)).toContain('in source');
    expect(seen.agent).toMatchObject({ pid: process.pid });
    expect(seen.agent.residentBytes).toBeGreaterThan(1e6);
  });
});
