import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IPublishPacket } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AgentOptions } from '../../../edge/agent/agent-api';
import { replayHere } from '../../../edge/host/replay';
import type { Plan } from '../../../engine/plan/plan';
import { countingPlan, makeBundle, makeSigning, valueLine } from '../bundles';
import { buildChild, startChild, type Child } from '../child-process';
import { startMosquitto, type Mosquitto } from '../mosquitto';
import { until } from '../until';

const T0 = Date.UTC(2026, 0, 1);
const KILLS = 3;
const seed = Number(process.env['LITTORAL_SEED'] ?? Date.now() % 1_000_000);
let broker: Mosquitto;
let entry = '';
let folder = '';
const children: Child[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-tiers-'));
  [broker, entry] = await Promise.all([startMosquitto({ persistence: true }), buildChild('test/edge/agent/agent-child.ts')]);
});
afterEach(() => {
  for (const child of children) child.process.kill('SIGKILL');
});
afterAll(async () => {
  await broker.stop();
  rmSync(entry, { force: true });
  rmSync(folder, { recursive: true, force: true });
});

/** Park and Miller: kill times that can be had again by their seed. */
function random(from: number): () => number {
  let state = (from % 2_147_483_646) + 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const edgePlan = countingPlan({ name: 'cell', lake: false, sizeMs: 100, qos: 1 });
/** What the cells publish, summed up over a second. */
const gatewayPlan: Plan = {
  littoralPlan: 1,
  name: 'gateway',
  nodes: [
    {
      id: 'cells',
      op: 'source',
      config: {
        connector: 'mqtt',
        topic: 'out/+',
        connection: 'plant',
        decoder: { format: 'json' },
        schema: { fields: [{ name: 'windowStartMs', type: 'timestampMs', nullable: false }, { name: 'n', type: 'int64', nullable: false }, { name: 'mean', type: 'float64', nullable: true }] },
        eventTime: 'windowStartMs',
        maxOutOfOrdernessMs: 0,
        maxFutureSkewMs: null,
        idleTimeoutMs: null,
        watermarkPer: 'source'
      }
    },
    { id: 'counted', op: 'filter', input: 'cells', config: { predicate: { kind: 'binary', op: '>', left: { kind: 'column', name: 'n' }, right: { kind: 'literal', value: 0, type: 'int64' } } } },
    { id: 'second', op: 'window', input: 'counted', config: { window: { kind: 'tumbling', sizeMs: 1_000, offsetMs: 0 }, aggregates: [{ name: 'rows', fn: 'count' }, { name: 'n', fn: 'sum', column: 'n' }, { name: 'mean', fn: 'mean', column: 'mean' }], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose' } },
    { id: 'site', op: 'sink', input: 'second', config: { connector: 'mqtt', name: 'site', topic: 'site/second', connection: 'plant', qos: 1, retain: false } }
  ]
};

async function prepare(plan: Plan, line: string): Promise<AgentOptions> {
  const dataDir = join(folder, plan.name);
  const signing = makeSigning(join(folder, `${plan.name}-trust.json`));
  const bundleFile = join(folder, `${plan.name}.littoral.zip`);
  writeFileSync(bundleFile, await makeBundle({ plan, signing, release: 1, recording: [line] }));
  return { dataDir, trustFile: signing.trustFile, brokerUrl: broker.url, bundleFile };
}
async function launch(options: AgentOptions): Promise<{ readonly child: Child; readonly url: string }> {
  const child = startChild(entry, [JSON.stringify(options)]);
  children.push(child);
  return { child, url: (await child.line('ready')).slice('ready '.length) };
}
const statusOf = async (url: string): Promise<{ counters: { rowsIn: number } | null; duplicates: number }> => (await (await fetch(`${url}/status`)).json()) as never;

describe('an agent that feeds another one', () => {
  it(`gives the exact result when both are killed ${KILLS} times: what the first sends again the second knows by its id`, async () => {
    process.stdout.write(`seed ${seed}\n`);
    const next = random(seed);
    const edge = await prepare(edgePlan, valueLine('a', T0, 1));
    const gateway = await prepare(gatewayPlan, JSON.stringify({ arrivalTimeMs: T0, topic: 'out/a', payload: { windowStartMs: T0, n: 1, mean: 1 } }));
    const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
    const results = new Map<string, string>();
    const contradictions: string[] = [];
    client.on('message', (_topic, payload, packet: IPublishPacket) => {
      const id = String(packet.properties?.userProperties?.['littoral-id']);
      if ((results.get(id) ?? payload.toString()) !== payload.toString()) contradictions.push(id);
      results.set(id, payload.toString());
    });
    await client.subscribeAsync('site/#', { qos: 1 });
    const running = { edge: await launch(edge), gateway: await launch(gateway) };
    const probe = async (url: string, topic: string, payload: object): Promise<void> => {
      while (((await statusOf(url)).counters?.rowsIn ?? 0) === 0) {
        await client.publishAsync(topic, JSON.stringify(payload), { qos: 1 });
        await new Promise(done => setTimeout(done, 20));
      }
    };
    await probe(running.gateway.url, 'out/probe', { windowStartMs: 0, n: -1, mean: 0 });
    await probe(running.edge.url, 'plant/probe/value', { tMs: 0, value: -1 });
    const lines: string[] = [];
    const open = new Set<Promise<unknown>>();
    const send = (device: string, tMs: number, value: number): void => {
      lines.push(valueLine(device, tMs, value));
      const sent = client.publishAsync(`plant/${device}/value`, JSON.stringify({ tMs, value }), { qos: 2 });
      open.add(sent);
      void sent.then(() => open.delete(sent));
    };
    let index = 0;
    let known = 0;
    let starting = false;
    const timer = setInterval(() => {
      if (starting) return;
      for (let burst = 0; burst < 6; burst++, index++) send(`d${index % 8}`, T0 + index * 5, (index % 17) + 1);
    }, 10);
    for (let kill = 0; kill < 2 * KILLS; kill++) {
      await new Promise(done => setTimeout(done, 30 + next() * 120));
      const which = kill % 2 === 0 ? 'edge' : 'gateway';
      if (which === 'gateway') known += (await statusOf(running.gateway.url)).duplicates;
      running[which].child.process.kill('SIGKILL');
      await running[which].child.ended;
      starting = true;
      running[which] = await launch(which === 'edge' ? edge : gateway);
      starting = false;
    }
    clearInterval(timer);
    send('d0', T0 + 1e6, 1);
    send('d0', T0 + 2e6, 1);
    await Promise.all(open);
    const cells = (await replayHere({ plan: edgePlan, models: {} }, bytesOf(lines), { rowsMax: Infinity })).rows.filter(row => row.at < lines.length);
    const between = cells.map(({ row }) => JSON.stringify({ arrivalTimeMs: 0, topic: 'out/d', payload: row }));
    const wanted = (await replayHere({ plan: gatewayPlan, models: {} }, bytesOf(between), { rowsMax: Infinity })).rows.filter(row => row.at < between.length).map(row => JSON.stringify(row.row));
    await until(() => results.size >= wanted.length);
    known += (await statusOf(running.gateway.url)).duplicates;
    for (const { child } of Object.values(running)) {
      child.process.kill('SIGTERM');
      expect(await child.ended, child.words()).toBe(0);
    }
    await client.endAsync();
    expect(contradictions).toEqual([]);
    expect([...results.keys()]).toEqual(wanted.map((_row, ordinal) => `gateway/1/site/${ordinal}`));
    expect([...results.values()].map(text => JSON.stringify(JSON.parse(text)))).toEqual(wanted);
    process.stdout.write(`${lines.length} messages, ${cells.length} effects of the first agent, ${wanted.length} of the second; ${known} came again and were known\n`);
  }, 180_000);
});

async function* bytesOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(lines.map(line => `${line}\n`).join(''));
}
