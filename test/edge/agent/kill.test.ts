import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AgentOptions } from '../../../edge/agent/agent-api';
import { replayHere } from '../../../edge/host/replay';
import { Store } from '../../../edge/store/store';
import { countingPlan, makeBundle, makeSigning, valueLine } from '../bundles';
import { buildChild, startChild, type Child } from '../child-process';
import { lakeRows } from '../lake-rows';
import { startMosquitto, type Mosquitto } from '../mosquitto';
import { until } from '../until';

const DEVICES = 20;
const STEP_MS = 5;
const T0 = Date.UTC(2026, 0, 1);
const seed = Number(process.env['LITTORAL_SEED'] ?? Date.now() % 1_000_000);

/** Mulberry32: kill times that can be had again by their seed. */
function random(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

let broker: Mosquitto;
let entry = '';
let agent: Child | null = null;
beforeAll(async () => {
  [broker, entry] = await Promise.all([startMosquitto({ persistence: true }), buildChild('test/edge/agent/agent-child.ts')]);
});
afterEach(() => {
  agent?.process.kill('SIGKILL');
});
afterAll(async () => {
  await broker.stop();
  rmSync(entry, { force: true });
});

interface Effects {
  /** Payload by littoral-id, in order of first arrival. */
  readonly byId: Map<string, string>;
  repeated: number;
  /** Ids that came with two contents. */
  readonly contradictions: string[];
}

async function watchEffects(): Promise<{ readonly client: MqttClient; readonly effects: Effects }> {
  const effects: Effects = { byId: new Map(), repeated: 0, contradictions: [] };
  const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
  client.on('message', (_topic, payload, packet: IPublishPacket) => {
    const id = String(packet.properties?.userProperties?.['littoral-id']);
    const known = effects.byId.get(id);
    if (known === undefined) effects.byId.set(id, payload.toString());
    else if (payload.toString() === known) effects.repeated++;
    else effects.contradictions.push(`${id}: ${known}, then ${payload.toString()}`);
  });
  await client.subscribeAsync('out/#', { qos: 1 });
  return { client, effects };
}

/** Publishes until told to stop; `lines` are the messages that the broker has acknowledged, in order. */
function publishAlong(client: MqttClient, qos: 1 | 2): { readonly lines: string[]; stop(): Promise<void> } {
  const lines: string[] = [];
  const open = new Set<Promise<unknown>>();
  let index = 0;
  const timer = setInterval(() => {
    for (let burst = 0; burst < 8; burst++, index++) {
      const tMs = T0 + index * STEP_MS;
      const device = `d${index % DEVICES}`;
      const value = ((index * 7919) % 1_000) / 8 - 20;
      lines.push(valueLine(device, tMs, value));
      const sent = client.publishAsync(`plant/${device}/value`, JSON.stringify({ tMs, value }), { qos });
      open.add(sent);
      void sent.then(() => open.delete(sent));
    }
  }, 10);
  return {
    lines,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
    }
  };
}

describe('an agent that is killed', () => {
  it.each([
    [20, 1],
    [10, 2]
  ] as const)('%i times at random loses no message and repeats no effect of messages at QoS %i', async (kills, qos) => {
    process.stdout.write(`seed ${seed}\n`);
    const next = random(seed);
    const folder = mkdtempSync(join(tmpdir(), 'littoral-kill-'));
    const signing = makeSigning(join(folder, 'trust.json'));
    const plan = countingPlan({ sizeMs: 250 });
    const bundleFile = join(folder, 'counts-1.littoral.zip');
    writeFileSync(bundleFile, await makeBundle({ plan, signing, release: 1, recording: [valueLine('a', T0, 1)] }));
    const options: AgentOptions = { dataDir: join(folder, 'data'), trustFile: signing.trustFile, brokerUrl: broker.url, lakeDir: join(folder, 'lake'), rollMs: 100, bundleFile };
    const launch = (): Child => startChild(entry, [JSON.stringify(options)]);

    const { client, effects } = await watchEffects();
    agent = launch();
    await subscribed(client, (await agent.line('ready')).slice('ready '.length));
    const publisher = publishAlong(client, qos);
    for (let kill = 0; kill < kills; kill++) {
      await new Promise(done => setTimeout(done, 40 + next() * 260));
      agent.process.kill('SIGKILL');
      expect(await agent.ended).toBe('SIGKILL');
      agent = launch();
      if (next() < 0.8) await agent.line('ready');
    }
    await publisher.stop();
    await client.publishAsync('plant/d0/value', JSON.stringify({ tMs: T0 + 1e9, value: 1 }), { qos });
    const lines = [...publisher.lines, valueLine('d0', T0 + 1e9, 1)];

    const expected = await replayHere({ plan, models: {} }, bytesOf(lines), { rowsMax: Infinity });
    const closed = (sink: string): string[] => expected.rows.filter(row => row.sink === sink && row.at < lines.length).map(row => JSON.stringify(row.row));
    const wanted = closed('out');
    await until(() => effects.byId.size >= wanted.length);
    agent.process.kill('SIGTERM');
    expect(await agent.ended, agent.words()).toBe(0);
    await client.endAsync();

    expect(effects.contradictions).toEqual([]);
    expect([...effects.byId.keys()]).toEqual(wanted.map((_row, index) => `counts/1/out/${index}`));
    expect([...effects.byId.values()].map(text => JSON.stringify(JSON.parse(text)))).toEqual(wanted);
    const stored = (await lakeRows(join(folder, 'lake', 'counts'))).map(row => rowKey(row)).sort();
    expect(stored).toEqual(closed('lake').map(text => rowKey(JSON.parse(text) as Record<string, unknown>)).sort());
    const store = await Store.open(join(folder, 'data', 'agent.db'));
    expect(store.outboxBacklog()).toEqual([]);
    store.close();
    rmSync(folder, { recursive: true, force: true });
    process.stdout.write(`${lines.length} messages, ${wanted.length} effects, ${kills} kills: 0 lost, 0 duplicated (${effects.repeated} sent again under their id)\n`);
  }, 300_000);
});

/** The agent's subscription is granted when a message gets through; the filter leaves these out, so that no window knows them. */
async function subscribed(client: MqttClient, url: string): Promise<void> {
  for (;;) {
    const { counters } = (await (await fetch(`${url}/status`)).json()) as { counters: { rowsIn: number } | null };
    if ((counters?.rowsIn ?? 0) > 0) return;
    await client.publishAsync('plant/probe/value', JSON.stringify({ tMs: 0, value: -1 }), { qos: 1 });
    await new Promise(done => setTimeout(done, 20));
  }
}

async function* bytesOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(lines.map(line => `${line}\n`).join(''));
}

function rowKey(row: Readonly<Record<string, unknown>>): string {
  const ms = (value: unknown): number => (value instanceof Date ? value.getTime() : Number(value));
  return [row['device'], ms(row['windowStartMs']), ms(row['windowEndMs']), row['n'], row['mean'], row['min'], row['max'], row['sd']].join(' ');
}
