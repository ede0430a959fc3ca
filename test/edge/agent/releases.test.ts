import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAgent } from '../../../edge/agent/agent';
import type { AgentHandle, AgentOptions, DeployAnswer } from '../../../edge/agent/agent-api';
import { replayHere } from '../../../edge/host/replay';
import type { Plan, SourceConfig } from '../../../engine/plan/plan';
import { referenceBytes } from '../../support/reference';
import { countingPlan, makeBundle, makeSigning, valueLine, type Signing } from '../bundles';
import { startMosquitto, type Mosquitto } from '../mosquitto';
import { until } from '../until';

const T0 = Date.UTC(2026, 0, 1);
const recording = [valueLine('a', T0, 1), valueLine('a', T0 + 1_500, 3), valueLine('b', T0 + 2_500, 4)];
let broker: Mosquitto;
let client: MqttClient;
let folder = '';
let signing: Signing;
let agent: AgentHandle | null = null;
const logs: string[] = [];
const effects = new Map<string, Record<string, unknown>>();

beforeAll(async () => {
  broker = await startMosquitto();
  client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
  client.on('message', (_topic, payload, packet: IPublishPacket) => effects.set(String(packet.properties?.userProperties?.['littoral-id']), JSON.parse(payload.toString()) as Record<string, unknown>));
  await client.subscribeAsync('out/#', { qos: 1 });
});
afterAll(async () => {
  await client.endAsync();
  await broker.stop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-releases-'));
  signing = makeSigning(join(folder, 'trust.json'));
  logs.length = 0;
  effects.clear();
});
afterEach(async () => {
  await agent?.stop();
  agent = null;
  rmSync(folder, { recursive: true, force: true });
});

const options = (more: Partial<AgentOptions> = {}): AgentOptions => ({ dataDir: join(folder, 'data'), trustFile: signing.trustFile, brokerUrl: broker.url, log: line => logs.push(line), ...more });
const start = async (more: Partial<AgentOptions> = {}): Promise<AgentHandle> => (agent = await startAgent(options(more)));
const deploy = async (plan: Plan, release: number): Promise<DeployAnswer> => agent!.deploy(await makeBundle({ plan, signing, release, recording }));
const plain = (more: Parameters<typeof countingPlan>[0] = {}): Plan => countingPlan({ lake: false, ...more });
/** Messages that the engine has seen; probes are left out by the filter. */
const rowsIn = (): number => Number((agent!.status() as { counters?: { rowsIn?: number } }).counters?.rowsIn ?? 0);
const send = (device: string, tMs: number, value: unknown, qos: 0 | 1 | 2 = 1): Promise<unknown> => client.publishAsync(`plant/${device}/value`, JSON.stringify({ tMs, value }), { qos });
async function subscribed(device = 'probe'): Promise<void> {
  const before = rowsIn();
  while (rowsIn() === before) {
    await send(device, T0 - 10_000, -1);
    await new Promise(done => setTimeout(done, 20));
  }
}
function withSource(plan: Plan, config: Partial<SourceConfig>): Plan {
  return { ...plan, nodes: plan.nodes.map(node => (node.op === 'source' ? { ...node, config: { ...node.config, ...config } as SourceConfig } : node)) };
}
function withThreshold(plan: Plan, value: number): Plan {
  return { ...plan, nodes: plan.nodes.map(node => (node.op === 'filter' ? { ...node, config: { predicate: { kind: 'binary' as const, op: '>' as const, left: { kind: 'column' as const, name: 'value' }, right: { kind: 'literal' as const, value, type: 'float64' as const } } } } : node)) };
}
/** The rows of closed windows when `plan` runs over `lines` without interruption. */
async function wanted(plan: Plan, lines: readonly string[]): Promise<string[]> {
  const { rows } = await replayHere({ plan, models: {} }, bytesOf(lines), { rowsMax: Infinity });
  return rows.filter(row => row.at < lines.length).map(row => JSON.stringify(row.row));
}
async function* bytesOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(lines.map(line => `${line}\n`).join(''));
}
const connections = (): number => logs.filter(line => line.includes('mqtt source') && line.includes('connected to')).length;

describe('a new release', () => {
  it('takes over without a new connection: nothing is missed at QoS 0, and windows go on over three releases', async () => {
    await start();
    await deploy(plain({ delivery: 'atMostOnce' }), 1);
    await subscribed();
    const lines: string[] = [];
    let index = 0;
    const timer = setInterval(() => {
      for (let burst = 0; burst < 5; burst++, index++) {
        const device = `d${index % 7}`;
        lines.push(valueLine(device, T0 + index * 4, (index % 13) + 1));
        client.publish(`plant/${device}/value`, JSON.stringify({ tMs: T0 + index * 4, value: (index % 13) + 1 }), { qos: 0 });
      }
    }, 5);
    await until(() => effects.size > 3);
    expect(await deploy({ ...plain({ delivery: 'atMostOnce' }), slo: { p99LatencyMs: 60_000 } }, 2)).toMatchObject({ ok: true });
    await until(() => [...effects.keys()].some(id => id.startsWith('counts/2/')));
    expect(await deploy(withThreshold(plain({ delivery: 'atMostOnce' }), 0.5), 3)).toMatchObject({ ok: true });
    await until(() => [...effects.keys()].some(id => id.startsWith('counts/3/')));
    clearInterval(timer);
    await send('d0', T0 + 1e7, 1, 0);
    lines.push(valueLine('d0', T0 + 1e7, 1));
    const rows = await wanted(plain(), lines);
    await until(() => effects.size >= rows.length);
    expect([...effects.values()].map(row => JSON.stringify(row)).sort()).toEqual([...rows].sort());
    expect([...effects.keys()].map(id => Number(id.split('/')[3])).sort((a, b) => a - b)).toEqual(rows.map((_row, ordinal) => ordinal));
    expect(connections()).toBe(1);
    expect(agent!.status()).toMatchObject({ release: 3, counters: { conservationError: 0 } });
    expect(logs.join('\n')).toMatch(/state: filter "positive" works anew.*its predicate changed/);
  });

  it('subscribes anew only where the messages come from elsewhere', async () => {
    await start();
    await deploy(plain(), 1);
    await subscribed();
    await send('a', T0, 3);
    await deploy(withSource(plain(), { topic: 'plant/a/value' }), 2);
    await until(() => connections() === 2);
    await subscribed('a');
    await send('a', T0 + 100, 5);
    await send('b', T0 + 200, 50);
    await send('a', T0 + 1_000, 1);
    await until(() => effects.size === 1);
    expect([...effects]).toEqual([['counts/2/out/0', expect.objectContaining({ device: 'a', n: 2, mean: 4 })]]);
  });
});

describe('a release on probation', () => {
  it('has proven itself after its time with data, over a restart as well, and then the former one is forgotten', async () => {
    await start({ probationMs: 400 });
    await deploy(plain(), 1);
    expect(agent!.status()['probation']).toBeNull();
    await deploy(withThreshold(plain(), 1), 2);
    await new Promise(done => setTimeout(done, 500));
    expect(agent!.status()['probation']).toMatchObject({ formerRelease: 1, remainingMs: null });
    await agent!.stop();
    await start({ probationMs: 400 });
    expect(agent!.status()['probation']).toMatchObject({ formerRelease: 1, crashes: 0 });
    await subscribed();
    await until(() => agent!.status()['probation'] === null);
    expect(agent!.status()).toMatchObject({ release: 2, rollbacks: {} });
    expect(logs.join('\n')).toContain('counts release 2 has proven itself; release 1 is kept no longer');
  });

  it('gives way to the former one when it breaks its service level; that sees every input and goes on as if it had never stopped', async () => {
    await start({ probationMs: 60_000 });
    await deploy(plain(), 1);
    await subscribed();
    const lines: string[] = [];
    let index = 0;
    const publish = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++, index++) {
        lines.push(valueLine(`d${index % 5}`, T0 + index * 20, 1 + (index % 9)));
        await send(`d${index % 5}`, T0 + index * 20, 1 + (index % 9), 2);
      }
    };
    await publish(120);
    const strict = withSource({ ...plain(), slo: { deadLetterShareMax: 0.05 } }, { schema: { fields: [{ name: 'device', type: 'utf8', nullable: false }, { name: 'tMs', type: 'timestampMs', nullable: false }, { name: 'value', type: 'float64', nullable: true }, { name: 'missing', type: 'float64', nullable: false }] } });
    const answer = await agent!.deploy(await makeBundle({ plan: strict, signing, release: 2, recording }));
    expect(answer).toMatchObject({ ok: true, release: 2 });
    await publish(150);
    await until(() => agent!.status().release === 1);
    expect(agent!.status()).toMatchObject({ state: 'live', release: 1, probation: null, rollbacks: { dead_letter_share: 1 }, lastRollback: { release: 2, to: 1, reason: 'dead_letter_share' } });
    await publish(30);
    await send('d0', T0 + 1e7, 1, 2);
    lines.push(valueLine('d0', T0 + 1e7, 1));
    const rows = await wanted(plain(), lines);
    const ofFirst = (): [string, Record<string, unknown>][] => [...effects].filter(([id]) => id.startsWith('counts/1/'));
    await until(() => ofFirst().length >= rows.length);
    expect(ofFirst().map(([id]) => id)).toEqual(rows.map((_row, ordinal) => `counts/1/out/${ordinal}`));
    expect(ofFirst().map(([, row]) => JSON.stringify(row))).toEqual(rows);
    expect(connections()).toBe(1);
    expect(await deploy(strict, 2)).toMatchObject({ ok: false, reason: 'RELEASE_NOT_NEWER', detail: expect.stringContaining('release 2 was given up here for release 1, because dead letter share') as unknown });
    expect(await deploy(plain(), 3)).toMatchObject({ ok: true, release: 3 });
  });

  it('is followed by another one: the last release that proved itself comes back', async () => {
    await start({ probationMs: 60_000 });
    await deploy(plain(), 1);
    await subscribed();
    await send('a', T0, 1);
    await send('a', T0 + 10, 2);
    await deploy(withThreshold(plain(), 1.5), 2);
    await send('a', T0 + 20, 3);
    await deploy(withThreshold(plain(), 2.5), 3);
    expect(agent!.status()).toMatchObject({ release: 3, probation: { formerRelease: 1 } });
    await agent!.stop();
    await start({ probationMs: 60_000 });
    const bad = withSource({ ...plain(), slo: { deadLetterShareMax: 0 } }, { eventTime: 'tMs', schema: { fields: [{ name: 'device', type: 'utf8', nullable: false }, { name: 'tMs', type: 'timestampMs', nullable: false }, { name: 'value', type: 'float64', nullable: true }, { name: 'missing', type: 'float64', nullable: false }] } });
    await deploy(bad, 4);
    for (let i = 0; i < 120; i++) await send('a', T0 + 30, 4);
    await until(() => agent!.status().release === 1);
    await send('a', T0 + 1_000, 1);
    await until(() => effects.has('counts/1/out/0'));
    expect(effects.get('counts/1/out/0')).toMatchObject({ n: 123, min: 1 });
  });

  it('gives way when its model fails on what the plant really sends', async () => {
    const list = { list: 'float32' as const };
    const model = { 'conv-autoencoder.onnx': referenceBytes('onnx/conv-autoencoder.onnx') };
    const signals = (release: number, predicted: boolean): Plan => ({
      littoralPlan: 1,
      name: 'signals',
      nodes: [
        { id: 'in', op: 'source', config: { connector: 'mqtt', topic: 'signal/+', connection: 'plant', decoder: { format: 'json' }, schema: { fields: [{ name: 'tMs', type: 'timestampMs', nullable: false }, { name: 'x', type: list, nullable: false }] }, eventTime: 'tMs', maxOutOfOrdernessMs: 0, maxFutureSkewMs: null, idleTimeoutMs: null, watermarkPer: 'source' } },
        ...(predicted ? [{ id: 'scored', op: 'predict' as const, input: 'in', config: { model: 'conv-autoencoder.onnx', inputs: { signal: ['x'] }, outputs: { error: { column: 'error', type: 'float32' as const } }, onError: 'null' as const } }] : []),
        { id: 'out', op: 'sink', input: predicted ? 'scored' : 'in', config: { connector: 'mqtt', name: 'out', topic: 'out/signal', connection: 'plant', qos: 1, retain: false } }
      ]
    });
    const line = JSON.stringify({ arrivalTimeMs: T0, topic: 'signal/a', payload: { tMs: T0, x: Array.from({ length: 64 }, (_none, i) => Math.sin(i)) } });
    await start({ probationMs: 60_000 });
    await agent!.deploy(await makeBundle({ plan: signals(1, false), signing, release: 1, recording: [line] }));
    expect(await agent!.deploy(await makeBundle({ plan: signals(2, true), models: model, signing, release: 2, recording: [line] }))).toMatchObject({ ok: true });
    let tMs = T0;
    await until(() => {
      void client.publish('signal/a', JSON.stringify({ tMs: tMs++, x: [1, 2, 3] }), { qos: 1 });
      return agent!.status().release === 1;
    });
    expect(agent!.status()).toMatchObject({ lastRollback: { reason: 'inference', release: 2 } });
  });

  it('ends its probation early when the disk is full, so that what comes has room', async () => {
    await start({ probationMs: 600_000, storeBytesMax: 1 << 20 });
    await deploy(plain(), 1);
    await subscribed();
    await deploy(withThreshold(plain(), 0.5), 2);
    const filler = 'x'.repeat(20_000);
    for (let i = 0; i < 80; i++) await client.publishAsync('plant/a/value', JSON.stringify({ tMs: T0 + i, value: 1, filler }), { qos: 1 });
    await until(() => agent!.status()['probation'] === null && agent!.status().state === 'live' && rowsIn() >= 80);
    expect(agent!.status().release).toBe(2);
    expect(logs.join('\n')).toContain('the disk is full, so the probation of counts release 2 ends early');
  });
});
