import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAgent } from '../../../edge/agent/agent';
import type { AgentHandle, AgentOptions } from '../../../edge/agent/agent-api';
import { Store } from '../../../edge/store/store';
import { LakeTable } from '../../../edge/sink/lake/lake-table';
import { systemEnv } from '../../../edge/env/system-env';
import { countingPlan, makeBundle, makeSigning, valueLine, type Signing } from '../bundles';
import { startMosquitto, type Mosquitto } from '../mosquitto';
import { until } from '../until';
import { lakeRows } from '../lake-rows';

let broker: Mosquitto;
let client: MqttClient;
let folder = '';
let signing: Signing;
let agents: AgentHandle[] = [];
const logs: string[] = [];
const published: { topic: string; id: string; row: Record<string, unknown> }[] = [];
const T0 = Date.UTC(2026, 0, 1);
const recording = [valueLine('a', T0, 1), valueLine('b', T0 + 100, 2), valueLine('a', T0 + 200, -5), valueLine('a', T0 + 1_500, 3), valueLine('b', T0 + 2_500, 4)];

beforeAll(async () => {
  broker = await startMosquitto();
  client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
  client.on('message', (topic, payload, packet: IPublishPacket) => {
    published.push({ topic, id: String(packet.properties?.userProperties?.['littoral-id']), row: JSON.parse(payload.toString()) as Record<string, unknown> });
  });
  await client.subscribeAsync('out/#', { qos: 1 });
});
afterAll(async () => {
  await client.endAsync();
  await broker.stop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-agent-'));
  signing = makeSigning(join(folder, 'trust.json'));
  published.length = 0;
  logs.length = 0;
});
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<AgentOptions> = {}): Promise<AgentHandle> {
  const agent = await startAgent({ dataDir: join(folder, 'data'), trustFile: signing.trustFile, brokerUrl: broker.url, lakeDir: join(folder, 'lake'), rollMs: 200, log: line => logs.push(line), ...options });
  agents.push(agent);
  return agent;
}
async function stop(agent: AgentHandle): Promise<void> {
  await agent.stop();
  agents = agents.filter(each => each !== agent);
}
const ready = async (agent: AgentHandle): Promise<void> => {
  await until(() => logs.some(line => line.includes('connected to')));
  while (!(await fetch(`${agent.url}/readyz`)).ok) await new Promise(done => setTimeout(done, 10));
};
const send = (device: string, tMs: number, value: unknown): Promise<unknown> => client.publishAsync(`plant/${device}/value`, JSON.stringify({ tMs, value }), { qos: 1 });
const sendBundle = (agent: AgentHandle, bytes: Uint8Array, token: string): Promise<Response> => fetch(`${agent.url}/bundles`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: Buffer.from(bytes) });
const tokenOf = (): string => readFileSync(join(folder, 'data', 'admin.token'), 'utf8').trim();
const subscribedTo = async (agent: AgentHandle): Promise<void> => {
  await ready(agent);
  // The broker has granted the subscription when a message comes through.
  const counters = (): { messages: number } => ({ messages: Number((agent.status() as { counters?: { rowsIn?: number } }).counters?.rowsIn ?? 0) });
  const before = counters().messages;
  while (counters().messages === before) {
    await send('probe', T0 - 10_000, -1);
    await new Promise(done => setTimeout(done, 20));
  }
};

describe('an agent', () => {
  it('waits for a bundle, takes it over HTTP, publishes, writes the lake and counts', async () => {
    const agent = await start();
    expect(agent.status()).toMatchObject({ state: 'waiting', pipeline: null, release: null });
    expect((await fetch(`${agent.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${agent.url}/healthz`)).status).toBe(200);
    expect(statSync(join(folder, 'data', 'admin.token')).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(join(folder, 'data', 'http.json'), 'utf8'))).toMatchObject({ url: agent.url });

    const bundle = await makeBundle({ plan: countingPlan(), signing, release: 1, recording });
    expect((await sendBundle(agent, bundle, 'wrong')).status).toBe(401);
    const answer = await sendBundle(agent, bundle, tokenOf());
    expect(await answer.json()).toEqual({ ok: true, pipeline: 'counts', release: 1 });
    await subscribedTo(agent);

    for (let second = 0; second < 4; second++) for (const device of ['a', 'b']) await send(device, T0 + second * 1_000, second + 1);
    await send('a', T0 + 3_500, 'no number');
    await until(() => published.length >= 6);
    expect(published.map(each => [each.topic, each.row['n'], each.row['mean'], each.row['sd']])).toEqual([1, 2, 3].flatMap(second => ['a', 'b'].map(device => [`out/${device}`, 1, second, null])));
    expect(published.map(each => each.id)).toEqual([0, 1, 2, 3, 4, 5].map(index => `counts/1/out/${index}`));
    expect(published[0]?.row).toMatchObject({ device: 'a', windowStartMs: T0, windowEndMs: T0 + 1_000 });

    await until(() => !agent.metrics().includes('outbox_rows{sink="counts/1/lake"} 6'));
    await stop(agent);
    expect((await lakeRows(join(folder, 'lake', 'counts'))).map(row => [row['device'], row['n'], row['mean']])).toEqual(expect.arrayContaining([['a', 1n, 1], ['b', 1n, 3]]));
  });

  it('says all that Prometheus and /status ask for, and accounts for every record', async () => {
    const agent = await start();
    await agent.deploy(await makeBundle({ plan: countingPlan(), signing, release: 1, recording }));
    await subscribedTo(agent);
    await send('a', T0, 1);
    await client.publishAsync('plant/a/value', '{"tMs": 1, ', { qos: 1 });
    await send('a', T0 + 5_000, 1);
    await send('a', T0, 1);
    await until(() => agent.metrics().includes('late_records_dropped_total{pipeline="counts"} 1'));
    const text = await (await fetch(`${agent.url}/metrics`)).text();
    expect(text).toContain('littoral_conservation_error_records{pipeline="counts"} 0\n');
    expect(text).toMatch(/littoral_dead_letter_records_total\{pipeline="counts",code="JSON_[A-Z_]+"\} 1\n/);
    expect(text).toMatch(/littoral_decode_errors_total\{pipeline="counts",code="JSON_[A-Z_]+"\} 1\n/);
    expect(text).toMatch(/littoral_bundle_info\{pipeline="counts",release="1",sha="[0-9a-f]{64}"\} 1\n/);
    expect(text).toMatch(/littoral_records_out_total\{pipeline="counts",sink="out"\} 1\n/);
    const status = (await (await fetch(`${agent.url}/status`)).json()) as { state: string; counters: { late: number }; sources: { source: string }[] };
    expect(status).toMatchObject({ state: 'live', pipeline: 'counts', release: 1, counters: { late: 1, conservationError: 0 }, sources: [{ source: 'in', topic: 'plant/+/value' }] });
  });

  it('goes on after a stop with its open windows and what was sent meanwhile', async () => {
    const first = await start();
    await first.deploy(await makeBundle({ plan: countingPlan(), signing, release: 1, recording }));
    await subscribedTo(first);
    await send('a', T0, 1);
    await send('a', T0 + 100, 2);
    await stop(first);
    await send('a', T0 + 200, 6);
    await send('a', T0 + 1_000, 9);
    const second = await start();
    await until(() => published.length >= 1);
    expect(published[0]?.row).toMatchObject({ n: 3, mean: 3 });
    expect(second.status()).toMatchObject({ state: 'live', pipeline: 'counts', release: 1 });
  });

  it.each([
    ['a tampered bundle', 'DIGEST_MISMATCH', (bytes: Uint8Array) => bytes.map((byte, index) => (index === 2_000 ? byte ^ 1 : byte))],
    ['a truncated bundle', 'ZIP_INVALID', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 10)],
    ['an empty file', 'ZIP_INVALID', () => new Uint8Array(0)]
  ])('refuses %s and keeps the old pipeline running', async (_name, reason, change) => {
    const agent = await start();
    await agent.deploy(await makeBundle({ plan: countingPlan(), signing, release: 1, recording }));
    const next = await makeBundle({ plan: countingPlan(), signing, release: 2, recording });
    const answer = await sendBundle(agent, change(next), tokenOf());
    expect(answer.status).toBe(422);
    const body = (await answer.json()) as { ok: boolean; reason: string; detail: string };
    expect(body.ok).toBe(false);
    expect([reason, 'ZIP_INVALID']).toContain(body.reason);
    expect(body.detail.length).toBeGreaterThan(10);
    expect(agent.status()).toMatchObject({ state: 'live', release: 1 });
    await subscribedTo(agent);
    await send('a', T0, 1);
    await send('a', T0 + 1_000, 1);
    await until(() => published.length >= 1);
    expect(agent.metrics()).toContain(`littoral_bundle_rejected_total{reason="${body.reason}"} 1`);
  });

  it('refuses what it may not run, each with its reason', async () => {
    const agent = await start({ target: 'site-a/line-1' });
    const plan = countingPlan();
    const deploy = async (options: Partial<Parameters<typeof makeBundle>[0]>): Promise<unknown> => {
      const answer = await agent.deploy(await makeBundle({ plan, signing, release: 5, recording, ...options }));
      return answer.ok ? 'ok' : answer.reason;
    };
    const stranger = makeSigning(join(folder, 'stranger.json'));
    expect(await deploy({ signing: stranger })).toBe('SIGNATURE_INVALID');
    expect(await deploy({ targets: ['site-b/*'] })).toBe('TARGET_MISMATCH');
    expect(await deploy({ expires: '2021-01-01T00:00:00Z' })).toBe('EXPIRED');
    expect(await deploy({ alterRows: text => text.replace('"n":1', '"n":2') })).toBe('EVIDENCE_DIFFERS');
    expect(await deploy({ targets: ['site-a/*'] })).toBe('ok');
    expect(await deploy({ release: 5 })).toBe('RELEASE_NOT_NEWER');
    expect(await deploy({ release: 4 })).toBe('RELEASE_NOT_NEWER');
    writeFileSync(signing.trustFile, JSON.stringify({ version: 2, threshold: 1, keys: [] }));
    expect(await deploy({ release: 6 })).toBe('TRUST_UNREADABLE');
    expect(agent.status()).toMatchObject({ state: 'live', release: 5 });
  });

  it('refuses a plan whose rows do not fit the table that is there', async () => {
    const table = await LakeTable.open(join(folder, 'lake'), 'counts', systemEnv());
    const schema = { fields: [{ name: 'device', type: 'float64' as const, nullable: true }] };
    const rows = { schema, rowCount: 1, eventTimeMs: Float64Array.of(T0), at: Float64Array.of(0), columns: [{ kind: 'float64' as const, values: Float64Array.of(1), validity: null }] };
    await table.write({ epoch: 0, pipeline: 'other', release: 1, shard: 0, partitionBy: ['day'], schema, firstRow: 0, rows }, 0);
    const agent = await start();
    expect(await agent.deploy(await makeBundle({ plan: countingPlan(), signing, release: 1, recording }))).toMatchObject({ ok: false, reason: 'SINK_REFUSED', detail: expect.stringContaining('"device"') as unknown });
    expect(agent.status().state).toBe('waiting');
  });

  it('carries its state into a new release of the same nodes, and counts what a changed plan drops', async () => {
    const agent = await start();
    await agent.deploy(await makeBundle({ plan: countingPlan(), signing, release: 1, recording }));
    await subscribedTo(agent);
    await send('a', T0, 2);
    await until(() => agent.metrics().includes('records_in_total{pipeline="counts"}'));
    await agent.deploy(await makeBundle({ plan: { ...countingPlan(), slo: { p99LatencyMs: 500 } }, signing, release: 2, recording }));
    await subscribedTo(agent);
    await send('a', T0 + 100, 4);
    await send('a', T0 + 1_000, 8);
    await until(() => published.length >= 1);
    expect(published[0]).toMatchObject({ id: 'counts/2/out/0', row: { n: 2, mean: 3 } });
    await agent.deploy(await makeBundle({ plan: countingPlan({ sizeMs: 2_000 }), signing, release: 3, recording }));
    expect(agent.metrics()).toContain('littoral_dropped_records_total{pipeline="counts",reason="replaced",intentional="true"} 1');
  });

  it('runs another pipeline instead, and lets the broker forget the session of the first', async () => {
    const agent = await start();
    await agent.deploy(await makeBundle({ plan: countingPlan(), signing, release: 7, recording }));
    await subscribedTo(agent);
    logs.length = 0;
    expect(await agent.deploy(await makeBundle({ plan: countingPlan({ name: 'other' }), signing, release: 1, recording }))).toEqual({ ok: true, pipeline: 'other', release: 1 });
    await subscribedTo(agent);
    await send('a', T0, 1);
    await send('a', T0 + 1_000, 1);
    await until(() => published.length >= 1);
    expect(published.map(each => each.id)).toEqual(['other/1/out/0']);
    await stop(agent);
    const store = await Store.open(join(folder, 'data', 'agent.db'));
    expect(Object.keys(JSON.parse(store.meta('sessions') ?? '') as object)).toEqual([expect.stringMatching(/^littoral-[0-9a-f]{8}-other-in$/)]);
    expect(store.releaseOf('counts')).toBe(7);
    store.close();
  });

  it('answers only what it has, to whom it may', async () => {
    const agent = await start();
    const call = async (path: string, init?: RequestInit): Promise<[number, string | undefined]> => {
      const response = await fetch(`${agent.url}${path}`, init);
      return [response.status, (JSON.parse(await response.text()) as { reason?: string }).reason];
    };
    expect(await call('/nothing')).toEqual([404, 'NOT_FOUND']);
    expect(await call('/status', { method: 'DELETE' })).toEqual([405, 'METHOD']);
    expect(await call('/bundles')).toEqual([405, 'METHOD']);
    expect(await call('/bundles', { method: 'POST', body: 'x' })).toEqual([401, 'UNAUTHORISED']);
    expect(await call('/bundles', { method: 'POST', body: 'x', headers: { authorization: `Bearer ${tokenOf()}` } })).toEqual([422, 'ZIP_INVALID']);
    await expect(start({ dataDir: join(folder, 'two'), http: { host: '192.0.2.1', port: 0 } })).rejects.toMatchObject({ code: 'HTTP_LISTEN' });
    await expect(start({ dataDir: join(folder, 'three'), http: { host: '127.0.0.1', port: Number(new URL(agent.url).port) } })).rejects.toThrow(/EADDRINUSE/);
  });

  it('closes windows of a silent plant by idle ticks when the plan asks for that', async () => {
    const agent = await start();
    await agent.deploy(await makeBundle({ plan: countingPlan({ idleTimeoutMs: 100, watermarkPer: 'topic' }), signing, release: 1, recording }));
    await subscribedTo(agent);
    await send('b', T0, 1);
    await send('a', T0, 1);
    await send('a', T0 + 5_000, 1);
    await until(() => published.length >= 2);
    expect(published.map(each => each.row['device']).sort()).toEqual(['a', 'b']);
  });

  it('lets nobody else use its folder and says so', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  });

  it('refuses to start with a bundle that it may not run, and starts with one that it may', async () => {
    const file = join(folder, 'b.littoral.zip');
    writeFileSync(file, await makeBundle({ plan: countingPlan(), signing: makeSigning(join(folder, 'other.json')), release: 1, recording }));
    await expect(start({ bundleFile: file })).rejects.toMatchObject({ code: 'BUNDLE_REFUSED', details: { reason: 'SIGNATURE_INVALID' } });
    writeFileSync(file, await makeBundle({ plan: countingPlan(), signing, release: 1, recording }));
    const agent = await start({ bundleFile: file });
    expect(agent.status()).toMatchObject({ state: 'live', release: 1 });
    await stop(agent);
    expect((await start({ bundleFile: file })).status()).toMatchObject({ state: 'live', release: 1 });
  });
});
