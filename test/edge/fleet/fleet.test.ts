import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAgent } from '../../../edge/agent/agent';
import type { AgentHandle } from '../../../edge/agent/agent-api';
import { systemEnv } from '../../../edge/env/system-env';
import { BundleFolder } from '../../../edge/fleet/bundle-folder';
import { FleetLink } from '../../../edge/fleet/fleet-link';
import { encodeMessage, type DesiredBundle } from '../../../edge/fleet/fleet-messages';
import { FleetView } from '../../../edge/fleet/fleet-view';
import { rollOut, type RollOutResult } from '../../../edge/fleet/roll-out';
import { parseStages } from '../../../edge/fleet/stages';
import { CHUNK_BYTES, chunkTopic, desiredTopic, reportTopic } from '../../../edge/fleet/topics';
import { readUntrustedBundle } from '../../../edge/host/open-bundle-file';
import { countingPlan, makeBundle, makeSigning, valueLine, type Signing } from '../bundles';
import { startMosquitto, type Mosquitto } from '../mosquitto';
import { until } from '../until';

const T0 = Date.UTC(2026, 0, 1);
const env = systemEnv();
const recording = [valueLine('a', T0, 1), valueLine('a', T0 + 1_500, 3)];
let broker: Mosquitto;
let folder = '';
let signing: Signing;
let view: FleetView | null = null;
const members: { readonly agent: AgentHandle; readonly link: FleetLink }[] = [];
const logs: string[] = [];

beforeAll(async () => void (broker = await startMosquitto()));
afterAll(() => broker.stop());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-fleet-'));
  signing = makeSigning(join(folder, 'trust.json'));
  view = await FleetView.open({ env, settings: { url: broker.url }, log: line => logs.push(line) });
});
afterEach(async () => {
  for (const name of [...view!.reports.keys()]) for (const topic of [reportTopic(name), desiredTopic(name)]) await view!.publish({ topic, payload: new Uint8Array(0) });
  for (const { agent, link } of members.splice(0)) {
    await link.stop();
    await agent.stop();
  }
  for (const name of [...view!.reports.keys()]) await view!.publish({ topic: reportTopic(name), payload: new Uint8Array(0) });
  await view!.close();
  rmSync(folder, { recursive: true, force: true });
  logs.length = 0;
});

async function member(name: string, labels: Record<string, string> = {}, trust = signing.trustFile): Promise<{ readonly agent: AgentHandle; readonly link: FleetLink }> {
  const dataDir = join(folder, name);
  const agent = await startAgent({ dataDir, trustFile: trust, brokerUrl: broker.url, log: line => logs.push(`${name}: ${line}`) });
  const link = await FleetLink.start({ env, settings: { url: broker.url }, name, labels, dataDir, agent, log: line => logs.push(`${name}: ${line}`) });
  const member = { agent, link };
  members.push(member);
  return member;
}
const plan = countingPlan({ lake: false });
/** A bundle whose evidence is so long that it takes several pieces. */
async function bundleOf(release: number, more: Partial<Parameters<typeof makeBundle>[0]> = {}): Promise<{ readonly bytes: Uint8Array; readonly desired: DesiredBundle }> {
  const lines = Array.from({ length: 2_500 }, (_none, index) => valueLine(`d${index % 9}`, T0 + index * 100, index % 50));
  const bytes = await makeBundle({ plan, signing, release, recording: lines, ...more });
  const { statement } = readUntrustedBundle(bytes, 'test');
  return { bytes, desired: { id: `wish-${release}-${Math.random().toString(36).slice(2)}`, pipeline: 'counts', release, sha256: statement.sha256, fileSha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, url: null } };
}
function deploy({ bytes, desired }: Awaited<ReturnType<typeof bundleOf>>, agents: readonly string[], stages = '1,100%', pauseMs = 0): Promise<RollOutResult> {
  return rollOut({ env, view: view!, desired, bytes: desired.url === null ? bytes : null, agents, absent: [], stages: parseStages(stages, agents.length), pauseMs, timeoutMs: 60_000, onProgress: () => undefined });
}

describe('a fleet', () => {
  it('lists its agents, and shows those offline that have stopped', async () => {
    const { agent, link } = await member('press-1', { site: 'north' });
    await until(() => view!.reports.get('press-1')?.health === 'waiting');
    expect(view!.reports.get('press-1')).toMatchObject({ agent: 'press-1', labels: { site: 'north' }, pipeline: null, release: null, deployment: null });
    await agent.deploy(await makeBundle({ plan, signing, release: 1, recording }));
    await until(() => view!.reports.get('press-1')?.release === 1 && view!.reports.get('press-1')?.health === 'ok');
    await link.stop();
    await until(() => view!.reports.get('press-1')?.health === 'offline');
  });

  it('brings a bundle in stages, in pieces by the broker, and takes the pieces of the former one away', async () => {
    const names = ['a-1', 'a-2', 'a-3'];
    for (const name of names) await member(name);
    await until(() => names.every(name => view!.reports.has(name)));
    const first = await bundleOf(1);
    expect(first.desired.size).toBeGreaterThan(2 * CHUNK_BYTES);
    expect(await deploy(first, names)).toEqual({ ok: true, live: names, untouched: [], failures: [], stage: 2 });
    expect(members.map(({ agent }) => agent.status().release)).toEqual([1, 1, 1]);
    expect(names.map(name => readdirSync(join(folder, name, 'incoming')))).toEqual([[], [], []]);
    const second = await bundleOf(2);
    expect(await deploy(second, names)).toMatchObject({ ok: true, live: names });
    const seen: string[] = [];
    const reader = await import('mqtt').then(({ default: mqtt }) => mqtt.connectAsync(broker.url));
    reader.on('message', topic => seen.push(topic));
    await reader.subscribeAsync('littoral/fleet/bundles/#', { qos: 1 });
    await until(() => seen.length >= Math.ceil(second.desired.size / CHUNK_BYTES));
    expect(seen.every(topic => topic.includes(second.desired.fileSha256))).toBe(true);
    await reader.endAsync();
  });

  it('stops a roll-out at the first agent that refuses, and leaves the others as they are', async () => {
    const stranger = makeSigning(join(folder, 'stranger.json'));
    await member('b-1', {}, stranger.trustFile);
    await member('b-2');
    await until(() => view!.reports.size === 2);
    const result = await deploy(await bundleOf(1), ['b-1', 'b-2']);
    expect(result).toMatchObject({ ok: false, live: [], untouched: ['b-2'], stage: 1, failures: [{ agent: 'b-1', what: 'rejected', reason: 'SIGNATURE_INVALID' }] });
    expect(members[1]!.agent.status().release).toBeNull();
  });

  it('stops a roll-out when the first agent gives the release up again', async () => {
    const names = ['c-1', 'c-2'];
    for (const name of names) await member(name);
    await until(() => view!.reports.size === 2);
    expect(await deploy(await bundleOf(1), names)).toMatchObject({ ok: true });
    const schema = { fields: [{ name: 'device', type: 'utf8' as const, nullable: false }, { name: 'tMs', type: 'timestampMs' as const, nullable: false }, { name: 'value', type: 'float64' as const, nullable: true }, { name: 'missing', type: 'float64' as const, nullable: false }] };
    const bad = { ...plan, slo: { deadLetterShareMax: 0.1 }, nodes: plan.nodes.map(node => (node.op === 'source' ? { ...node, config: { ...node.config, schema } } : node)) };
    const client = await import('mqtt').then(({ default: mqtt }) => mqtt.connectAsync(broker.url));
    const timer = setInterval(() => void client.publish('plant/a/value', JSON.stringify({ tMs: Date.now(), value: 1 }), { qos: 1 }), 5);
    const result = await deploy(await bundleOf(2, { plan: bad }), names, '1,100%', 30_000);
    clearInterval(timer);
    await client.endAsync();
    expect(result).toMatchObject({ ok: false, untouched: ['c-2'], failures: [{ agent: 'c-1', what: 'rolledBack', reason: 'dead_letter_share' }] });
    expect(members.map(({ agent }) => agent.status().release)).toEqual([1, 1]);
  });

  it('goes on with an interrupted download, over a restart of the agent as well', async () => {
    const { agent, link } = await member('d-1');
    const { bytes, desired } = await bundleOf(1);
    const count = Math.ceil(desired.size / CHUNK_BYTES);
    const put = (index: number): Promise<void> => view!.publish({ topic: chunkTopic(desired.fileSha256, index), payload: bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES) });
    await put(0);
    await view!.publish({ topic: desiredTopic('d-1'), payload: encodeMessage(desired) });
    await until(() => view!.reports.get('d-1')?.deployment?.received === CHUNK_BYTES);
    await link.stop();
    await view!.publish({ topic: chunkTopic(desired.fileSha256, 0), payload: new Uint8Array(0) });
    for (let index = 1; index < count; index++) await put(index);
    const again = await FleetLink.start({ env, settings: { url: broker.url }, name: 'd-1', labels: {}, dataDir: join(folder, 'd-1'), agent, log: line => logs.push(line) });
    members[0] = { agent, link: again };
    await until(() => view!.reports.get('d-1')?.deployment?.outcome === 'live');
    expect(agent.status().release).toBe(1);
  });

  it('refuses what has another hash than was announced, and messages that are none', async () => {
    await member('e-1');
    const { bytes, desired } = await bundleOf(1);
    const other = bytes.map((byte, index) => (index === 70_000 ? byte ^ 1 : byte));
    for (let index = 0; index < Math.ceil(desired.size / CHUNK_BYTES); index++) await view!.publish({ topic: chunkTopic(desired.fileSha256, index), payload: other.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES) });
    for (const payload of ['{', '{"id":1}', JSON.stringify({ ...desired, size: 1e12 }), JSON.stringify({ ...desired, url: 'file:///etc/passwd' })]) await view!.publish({ topic: desiredTopic('e-1'), payload: Buffer.from(payload) });
    await until(() => logs.filter(line => line.startsWith('e-1: fleet: a desired bundle cannot be read')).length === 4);
    await view!.publish({ topic: desiredTopic('e-1'), payload: encodeMessage(desired) });
    await until(() => view!.reports.get('e-1')?.deployment?.outcome === 'rejected');
    expect(view!.reports.get('e-1')?.deployment).toMatchObject({ reason: 'DOWNLOAD_HASH', id: desired.id });
    expect(members[0]!.agent.status()).toMatchObject({ release: null, rejected: {} });
  });

  it('takes a bundle from an address, and goes on where a broken transfer ended', async () => {
    const { bytes, desired } = await bundleOf(1);
    const ranges: (string | undefined)[] = [];
    const server = http.createServer((request, response) => {
      ranges.push(request.headers.range);
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': bytes.length - from });
      if (ranges.length > 1) return response.end(bytes.subarray(from));
      response.write(bytes.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 50));
    });
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/b`;
    const { agent, link } = await member('f-1');
    await view!.publish({ topic: desiredTopic('f-1'), payload: encodeMessage({ ...desired, url }) });
    await until(() => view!.reports.get('f-1')?.deployment?.outcome === 'unavailable');
    await link.stop();
    members[0] = { agent, link: await FleetLink.start({ env, settings: { url: broker.url }, name: 'f-1', labels: {}, dataDir: join(folder, 'f-1'), agent, log: line => logs.push(line) }) };
    await until(() => view!.reports.get('f-1')?.deployment?.outcome === 'live');
    expect(ranges[0]).toBeUndefined();
    expect(Number(/\d+/.exec(ranges[1] ?? '')?.[0])).toBeGreaterThan(0);
    server.close();
  });
});

describe('a folder of bundles', () => {
  it('deploys what is put into it, each file once, and passes over what is not newer', async () => {
    const bundles = join(folder, 'bundles');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(bundles);
    const agent = await startAgent({ dataDir: join(folder, 'g-1'), trustFile: signing.trustFile, brokerUrl: broker.url, log: line => logs.push(line) });
    const watched = new BundleFolder({ env: { ...env, setTimer: (_delayMs, body) => env.setTimer(20, body) }, folder: bundles, bytesMax: 1 << 20, agent, log: line => logs.push(line) });
    watched.start();
    writeFileSync(join(bundles, 'half.littoral.zip'), 'PK\u0003\u0004 not yet');
    writeFileSync(join(bundles, 'counts-1.littoral.zip'), await makeBundle({ plan, signing, release: 1, recording }));
    await until(() => agent.status().release === 1);
    writeFileSync(join(bundles, 'large.littoral.zip'), Buffer.alloc((1 << 20) + 1));
    writeFileSync(join(bundles, 'counts-0.littoral.zip'), await makeBundle({ plan, signing, release: 1, recording, targets: ['*', 'x'] }));
    writeFileSync(join(bundles, 'counts-2.littoral.zip'), await makeBundle({ plan, signing, release: 2, recording }));
    await until(() => agent.status().release === 2 && logs.some(line => line.includes('large.littoral.zip')));
    watched.stop();
    expect(agent.status()['rejected']).toEqual({ ZIP_INVALID: 1 });
    await agent.stop();
  });
});
