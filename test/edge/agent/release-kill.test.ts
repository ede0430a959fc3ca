import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type IPublishPacket } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AgentOptions } from '../../../edge/agent/agent-api';
import { replayHere } from '../../../edge/host/replay';
import { countingPlan, makeBundle, makeSigning, valueLine } from '../bundles';
import { buildChild, startChild, type Child } from '../child-process';
import { startMosquitto, type Mosquitto } from '../mosquitto';
import { until } from '../until';

const T0 = Date.UTC(2026, 0, 1);
const RELEASES = 6;
const seed = Number(process.env['LITTORAL_SEED'] ?? Date.now() % 1_000_000);
let broker: Mosquitto;
let entry = '';
let agent: Child | null = null;
const folders: string[] = [];
beforeAll(async () => {
  [broker, entry] = await Promise.all([startMosquitto({ persistence: true }), buildChild('test/edge/agent/agent-child.ts')]);
});
afterEach(() => {
  agent?.process.kill('SIGKILL');
});
afterAll(async () => {
  await broker.stop();
  rmSync(entry, { force: true });
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Park and Miller: kill times that can be had again by their seed. */
function random(from: number): () => number {
  let state = (from % 2_147_483_646) + 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

interface Place {
  readonly folder: string;
  readonly options: AgentOptions;
  bundle(release: number, slo?: object): Promise<Uint8Array>;
}
const plan = countingPlan({ lake: false, sizeMs: 250 });
function place(more: Partial<AgentOptions>): Place {
  const folder = mkdtempSync(join(tmpdir(), 'littoral-release-kill-'));
  folders.push(folder);
  const signing = makeSigning(join(folder, 'trust.json'));
  const bundleFile = join(folder, 'first.littoral.zip');
  return {
    folder,
    options: { dataDir: join(folder, 'data'), trustFile: signing.trustFile, brokerUrl: broker.url, bundleFile, ...more },
    bundle: (release, slo = { p99LatencyMs: 60_000 + release }) => makeBundle({ plan: { ...plan, slo }, signing, release, recording: [valueLine('a', T0, 1), valueLine('a', T0 + 1_500, 3)] })
  };
}
const launch = async (options: AgentOptions): Promise<string> => {
  agent = startChild(entry, [JSON.stringify(options)]);
  return (await agent.line('ready')).slice('ready '.length);
};
const statusOf = async (url: string): Promise<{ release: number; counters: { rowsIn: number }; rollbacks: object; lastRollback: object | null; probation: object | null }> => (await (await fetch(`${url}/status`)).json()) as never;
const post = (url: string, folder: string, bytes: Uint8Array): Promise<unknown> =>
  fetch(`${url}/bundles`, { method: 'POST', body: Buffer.from(bytes), headers: { authorization: `Bearer ${readFileSync(join(folder, 'data', 'admin.token'), 'utf8').trim()}` } }).then(
    answer => answer.json(),
    () => 'killed'
  );

describe('an agent that is killed while it changes its release', () => {
  it(`${RELEASES} times has either the old or the new release, loses no message and repeats no effect`, async () => {
    process.stdout.write(`seed ${seed}\n`);
    const next = random(seed);
    const { folder, options, bundle } = place({ probationMs: 0 });
    writeFileSync(options.bundleFile!, await bundle(1));
    const byId = new Map<string, string>();
    const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
    const contradictions: string[] = [];
    client.on('message', (_topic, payload, packet: IPublishPacket) => {
      const id = String(packet.properties?.userProperties?.['littoral-id']);
      if ((byId.get(id) ?? payload.toString()) !== payload.toString()) contradictions.push(id);
      byId.set(id, payload.toString());
    });
    await client.subscribeAsync('out/#', { qos: 1 });
    let url = await launch(options);
    while ((await statusOf(url)).counters.rowsIn === 0) {
      await client.publishAsync('plant/probe/value', JSON.stringify({ tMs: 0, value: -1 }), { qos: 1 });
      await new Promise(done => setTimeout(done, 20));
    }
    const lines: string[] = [];
    const open = new Set<Promise<unknown>>();
    let index = 0;
    let starting = false;
    const timer = setInterval(() => {
      if (starting) return;
      for (let burst = 0; burst < 5; burst++, index++) {
        lines.push(valueLine(`d${index % 9}`, T0 + index * 5, (index % 17) + 1));
        const sent = client.publishAsync(`plant/d${index % 9}/value`, JSON.stringify({ tMs: T0 + index * 5, value: (index % 17) + 1 }), { qos: 2 });
        open.add(sent);
        void sent.then(() => open.delete(sent));
      }
    }, 10);
    const seen = [2];
    let tookMs = performance.now();
    expect(await post(url, folder, await bundle(2))).toMatchObject({ ok: true });
    tookMs = performance.now() - tookMs;
    for (let release = 3; release <= RELEASES + 2; release++) {
      const answered = post(url, folder, await bundle(release));
      const at = 0.2 + next();
      await Promise.race([answered.then(() => new Promise(done => setTimeout(done, next() * 20))), new Promise(done => setTimeout(done, at * tookMs))]);
      agent!.process.kill('SIGKILL');
      await Promise.all([agent!.ended, answered]);
      starting = true;
      url = await launch({ ...options, bundleFile: undefined });
      starting = false;
      const now = (await statusOf(url)).release;
      expect([seen.at(-1), release]).toContain(now);
      seen.push(now);
    }
    clearInterval(timer);
    await Promise.all(open);
    await client.publishAsync('plant/d0/value', JSON.stringify({ tMs: T0 + 1e9, value: 1 }), { qos: 2 });
    lines.push(valueLine('d0', T0 + 1e9, 1));
    const { rows } = await replayHere({ plan, models: {} }, bytesOf(lines), { rowsMax: Infinity });
    const wanted = rows.filter(row => row.at < lines.length).map(row => JSON.stringify(row.row));
    await until(() => byId.size >= wanted.length);
    agent!.process.kill('SIGTERM');
    expect(await agent!.ended, agent!.words()).toBe(0);
    await client.endAsync();
    expect(contradictions).toEqual([]);
    const ordered = [...byId].map(([id, text]) => ({ ordinal: Number(id.split('/')[3]), release: Number(id.split('/')[1]), text: JSON.stringify(JSON.parse(text)) })).sort((a, b) => a.ordinal - b.ordinal);
    expect(ordered.map(({ ordinal }) => ordinal)).toEqual(wanted.map((_row, ordinal) => ordinal));
    expect(ordered.map(({ text }) => text)).toEqual(wanted);
    expect(ordered.map(({ release }) => release)).toEqual([...ordered.map(({ release }) => release)].sort((a, b) => a - b));
    process.stdout.write(`${lines.length} messages, ${wanted.length} effects, releases after the kills: ${seen.join(' ')}\n`);
  }, 120_000);

  it('goes back to the former release when the new one keeps ending the process', async () => {
    const { folder, options, bundle } = place({ probationMs: 60_000 });
    writeFileSync(options.bundleFile!, await bundle(1));
    let url = await launch(options);
    await post(url, folder, await bundle(2));
    for (let crash = 0; crash < 2; crash++) {
      expect(await statusOf(url)).toMatchObject({ release: 2, probation: { formerRelease: 1, crashes: crash } });
      agent!.process.kill('SIGKILL');
      await agent!.ended;
      url = await launch(options);
    }
    agent!.process.kill('SIGKILL');
    await agent!.ended;
    url = await launch({ ...options, bundleFile: undefined });
    expect(await statusOf(url)).toMatchObject({ release: 1, probation: null, rollbacks: { crash_loop: 1 }, lastRollback: { release: 2, to: 1 } });
    expect(await post(url, folder, await bundle(2))).toMatchObject({ ok: false, reason: 'RELEASE_NOT_NEWER' });
    expect(await post(url, folder, await bundle(3))).toMatchObject({ ok: true, release: 3 });
  }, 60_000);
});

async function* bytesOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(lines.map(line => `${line}\n`).join(''));
}
