import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAgent } from '../../../edge/agent/agent';
import type { AgentHandle, AgentOptions } from '../../../edge/agent/agent-api';
import { replayHere } from '../../../edge/host/replay';
import type { Plan, PlanNode } from '../../../engine/plan/plan';
import { countingPlan, makeBundle, makeSigning, valueLine, type Signing } from '../bundles';
import { lakeRows } from '../lake-rows';
import { freePort, startMosquitto, type Mosquitto } from '../mosquitto';
import { until } from '../until';

const T0 = Date.UTC(2026, 0, 1);
const recording = [valueLine('a', T0, 1), valueLine('a', T0 + 1_500, 3)];
let broker: Mosquitto;
let client: MqttClient;
let folder = '';
let signing: Signing;
const logs: string[] = [];
const agents: AgentHandle[] = [];

beforeAll(async () => {
  broker = await startMosquitto();
  client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
});
afterAll(async () => {
  await client.endAsync();
  await broker.stop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-trouble-'));
  signing = makeSigning(join(folder, 'trust.json'));
  logs.length = 0;
});
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** An agent with `plan` deployed whose subscription is granted. */
async function startWith(plan: Plan, options: Partial<AgentOptions> = {}, models: Readonly<Record<string, Uint8Array>> = {}, lines = recording): Promise<AgentHandle> {
  const agent = await startAgent({ dataDir: join(folder, 'data'), trustFile: signing.trustFile, brokerUrl: broker.url, lakeDir: join(folder, 'lake'), rollMs: 100, log: line => logs.push(line), ...options });
  agents.push(agent);
  expect(await agent.deploy(await makeBundle({ plan, signing, release: 1, recording: lines, models }))).toMatchObject({ ok: true });
  while (rowsIn(agent) === 0) {
    await client.publishAsync('plant/probe/value', JSON.stringify({ tMs: 0, value: -1 }), { qos: 1 });
    await new Promise(done => setTimeout(done, 20));
  }
  return agent;
}
const rowsIn = (agent: AgentHandle): number => Number((agent.status() as { counters?: { rowsIn: number } }).counters?.rowsIn ?? 0);
const send = (device: string, tMs: number, value: number): Promise<unknown> => client.publishAsync(`plant/${device}/value`, JSON.stringify({ tMs, value }), { qos: 1 });

describe('when a sink is away until the store is full', () => {
  it('takes in nothing more, says so, and carries everything out once when the sink is back', async () => {
    const port = await freePort();
    const brokers = { plant: { url: broker.url }, away: { url: `mqtt://127.0.0.1:${port}` } };
    const agent = await startWith(countingPlan({ lake: false, sinkConnection: 'away' }), { brokers, brokerUrl: undefined, storeBytesMax: 1 << 20 });
    const total = 1_200;
    const sent: Promise<unknown>[] = [];
    for (let second = 0; second < total; second++) for (const device of ['a', 'b', 'c', 'd']) sent.push(send(device.repeat(60), T0 + second * 1_000, 5));
    // A checkpoint makes room a few times before the outbox alone fills the store.
    let refusal = '';
    while (!refusal.includes('is full')) {
      await until(() => agent.status().state === 'blocked');
      const answer = await fetch(`${agent.url}/readyz`);
      refusal = answer.status === 503 ? await answer.text() : '';
    }
    expect(agent.metrics()).toMatch(/littoral_fsync_errors_total [1-9]/);
    await until(() => JSON.stringify(agent.status()['sinkProblems']).includes('ECONNREFUSED'));

    const late = await startMosquitto({ port });
    const effects = new Map<string, string>();
    const reader = await mqtt.connectAsync(late.url, { protocolVersion: 5 });
    reader.on('message', (topic, payload, packet: IPublishPacket) => {
      effects.set(String(packet.properties?.userProperties?.['littoral-id']), `${topic} ${String((JSON.parse(payload.toString()) as { windowStartMs: number }).windowStartMs)}`);
    });
    await reader.subscribeAsync('out/#', { qos: 1 });
    try {
      await Promise.all(sent);
      await until(() => effects.size >= (total - 1) * 4);
      expect([...effects.keys()]).toEqual(Array.from({ length: (total - 1) * 4 }, (_none, index) => `counts/1/out/${index}`));
      expect(new Set(effects.values()).size).toBe((total - 1) * 4);
      await until(() => agent.status().state === 'live');
      expect(agent.metrics()).toContain('littoral_conservation_error_records{pipeline="counts"} 0\n');
    } finally {
      await agents.pop()?.stop();
      await reader.endAsync();
      await late.stop();
    }
  });
});

describe('when the lake cannot be written', () => {
  it('keeps the rows in the outbox, says why, and writes them once when it can', async () => {
    const agent = await startWith(countingPlan());
    mkdirSync(join(folder, 'lake', 'counts'), { recursive: true });
    const obstacle = join(folder, 'lake', 'counts', 'day=2026-01-01');
    writeFileSync(obstacle, 'no folder');
    await send('a', T0, 1);
    await send('a', T0 + 1_000, 2);
    await until(() => JSON.stringify(agent.status()['sinkProblems']).includes('day=2026-01-01'));
    expect(agent.metrics()).toContain('littoral_outbox_rows{sink="counts/1/lake"} 1\n');
    expect(agent.status().state).toBe('live');
    rmSync(obstacle);
    await until(() => agent.metrics().includes('littoral_outbox_rows{sink="counts/1/lake"} 0\n'));
    expect(await lakeRows(join(folder, 'lake', 'counts'))).toHaveLength(1);
    expect(agent.status()['sinkProblems']).toEqual([]);
  });

  it('refuses a bundle when the lake folder is a file', async () => {
    writeFileSync(join(folder, 'lake'), '');
    const agent = await startAgent({ dataDir: join(folder, 'data'), trustFile: signing.trustFile, brokerUrl: broker.url, lakeDir: join(folder, 'lake') });
    agents.push(agent);
    expect(await agent.deploy(await makeBundle({ plan: countingPlan(), signing, release: 1, recording }))).toMatchObject({ ok: false, reason: 'SINK_REFUSED' });
  });
});

describe('a pipeline with a model', () => {
  const model = readFileSync(join(import.meta.dirname, '../../golden/reference/onnx/mlp-regressor.onnx'));
  const base = countingPlan();
  const predict: PlanNode = {
    id: 'score',
    op: 'predict',
    input: 'second',
    config: { model: 'mlp.onnx', inputs: { x: ['mean', 'min', 'max', 'n'] }, outputs: { variable: { column: 'score', type: 'float32' } }, onError: 'deadLetter' }
  };
  const plan: Plan = { ...base, name: 'scored', nodes: [...base.nodes.filter(node => node.op !== 'sink'), predict, ...base.nodes.flatMap(node => (node.op === 'sink' ? [{ ...node, input: 'score' }] : []))] };

  it('gives the rows of a replay, byte for byte', async () => {
    const models = { 'mlp.onnx': model };
    const agent = await startWith(plan, {}, models);
    const payloads: string[] = [];
    client.on('message', (_topic, payload) => payloads.push(payload.toString()));
    await client.subscribeAsync('out/#', { qos: 1 });
    const lines: string[] = [];
    const sent: Promise<unknown>[] = [];
    for (let index = 0; index < 400; index++) {
      const [device, tMs, value] = [`d${index % 3}`, T0 + index * 50, 1 + ((index * 37) % 100) / 8] as const;
      lines.push(valueLine(device, tMs, value));
      sent.push(send(device, tMs, value));
    }
    await Promise.all(sent);
    const expected = await replayHere({ plan, models }, textOf(lines), { rowsMax: Infinity });
    const wanted = expected.rows.filter(row => row.sink === 'out' && row.at < lines.length).map(row => JSON.stringify(row.row));
    await until(() => payloads.length >= wanted.length);
    expect(payloads.map(text => JSON.stringify(JSON.parse(text)))).toEqual(wanted);
    expect(agent.metrics()).toMatch(/littoral_inference_duration_seconds_count [1-9]/);
  });

  it('is refused when the runtime cannot load the model', async () => {
    const agent = await startAgent({ dataDir: join(folder, 'data'), trustFile: signing.trustFile, brokerUrl: broker.url });
    agents.push(agent);
    const bundle = await makeBundle({ plan, signing, release: 1, recording, models: { 'mlp.onnx': model }, swapModel: Buffer.from('no model') });
    expect(await agent.deploy(bundle)).toMatchObject({ ok: false, reason: 'PLAN_REFUSED', detail: expect.stringContaining('mlp.onnx') as unknown });
  });
});

async function* textOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(lines.map(line => `${line}\n`).join(''));
}
