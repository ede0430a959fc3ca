import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { startAgent } from '../../../edge/agent/agent';
import type { AgentHandle } from '../../../edge/agent/agent-api';
import { startAedes } from '../../edge/aedes';
import { until } from '../../edge/until';
import { RUNNING_RELEASE, TARGET } from './subject';
import type { Subject } from './subject';
import type { Variant } from './variant';

export interface AgentTrial {
  readonly posted: number;
  /** Messages that the running pipeline took in while it was attacked. */
  readonly processed: number;
  readonly rssGrowthMb: number;
  readonly findings: readonly string[];
}

/** Verdicts of an agent that differ from those for a machine of one pipeline: it changes pipelines, and knows no time but its own. */
const NOT_FOR_AGENTS = (variant: Variant): boolean => variant.context !== undefined || variant.trust !== undefined || variant.expected === 'PIPELINE_MISMATCH';

/**
 * Sends every variant to an agent that runs release 5 and takes messages in meanwhile. Each must be refused by its reason, the
 * release must stay, and no message may be lost.
 */
export async function tamperWithAgent(subject: Subject, variants: readonly Variant[], endlessBytes: number): Promise<AgentTrial> {
  const folder = mkdtempSync(join(tmpdir(), 'littoral-tamper-'));
  const trustFile = join(folder, 'trust.json');
  const { own, second, expired } = subject.keys;
  writeFileSync(trustFile, JSON.stringify({ version: 1, threshold: 1, keys: [own.entry, second.entry, expired.entry] }));
  const broker = await startAedes();
  const agent = await startAgent({ dataDir: join(folder, 'data'), trustFile, brokerUrl: broker.url, target: TARGET });
  const client = await mqtt.connectAsync(broker.url);
  try {
    const running = await subject.release(RUNNING_RELEASE);
    const answer = await agent.deploy(running.bytes);
    if (!answer.ok) throw new Error(`the release to defend is refused: ${answer.detail}`);
    return await attack({ agent, client, token: readFileSync(join(folder, 'data', 'admin.token'), 'utf8').trim(), variants: variants.filter(variant => !NOT_FOR_AGENTS(variant)), endlessBytes });
  } finally {
    await client.endAsync();
    await agent.stop();
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Attack {
  readonly agent: AgentHandle;
  readonly client: mqtt.MqttClient;
  readonly token: string;
  readonly variants: readonly Variant[];
  readonly endlessBytes: number;
}

async function attack({ agent, client, token, variants, endlessBytes }: Attack): Promise<AgentTrial> {
  const findings: string[] = [];
  const taken = (): number => Number((agent.status() as { counters?: { rowsIn?: number } }).counters?.rowsIn ?? 0);
  let sent = 0;
  const send = async (): Promise<void> => {
    sent += 1;
    await client.publishAsync('plant/a/value', JSON.stringify({ tMs: 1_800_000_000_000 + sent, value: sent }), { qos: 1 });
  };
  while (taken() === 0) {
    await send();
    await new Promise(done => setTimeout(done, 20));
  }
  const lostAtStart = await settled(taken, () => sent);
  const rssBefore = process.memoryUsage().rss;
  let rssMost = rssBefore;
  const judge = (name: string, expected: string, seen: string): void => {
    const { release, state } = agent.status();
    if (seen !== expected) findings.push(`Agent, ${name}: ${seen}, expected ${expected}.`);
    if (release !== RUNNING_RELEASE || state !== 'live') findings.push(`Agent, after ${name}: release ${String(release)} is ${state}, expected release ${RUNNING_RELEASE} to go on.`);
    rssMost = Math.max(rssMost, process.memoryUsage().rss);
  };
  for (const { name, expected, bytes } of variants) {
    await send();
    judge(name, expected, (await post(agent.url, token, [bytes])).reason);
  }
  judge('2 GB declared by the sender', 'TOO_LARGE', (await post(agent.url, token, [Buffer.alloc(1_024)], 2 ** 31)).reason);
  if (endlessBytes > 0) judge('a sender that never ends', 'TOO_LARGE', (await post(agent.url, token, endless(endlessBytes))).reason);
  judge('a wrong token', 'UNAUTHORISED', (await post(agent.url, 'x', [Buffer.alloc(10)])).reason);
  const processed = taken();
  await until(() => taken() >= sent - lostAtStart);
  if (taken() !== sent - lostAtStart) findings.push(`Agent: ${taken()} messages were taken in, ${sent - lostAtStart} were sent.`);
  const counted = [...agent.metrics().matchAll(/^littoral_bundle_rejected_total\{.*\} (\d+)$/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
  if (counted !== variants.length) findings.push(`Agent: littoral_bundle_rejected_total says ${counted}, ${variants.length} bundles were refused.`);
  return { posted: variants.length, processed, rssGrowthMb: Math.round((rssMost - rssBefore) / 2 ** 20), findings };
}

/** Messages that were published before the subscription stood. */
async function settled(taken: () => number, sent: () => number): Promise<number> {
  let before = -1;
  while (taken() !== before) {
    before = taken();
    await new Promise(done => setTimeout(done, 300));
  }
  return sent() - before;
}

function* endless(bytes: number): Generator<Buffer> {
  const piece = Buffer.alloc(1 << 20);
  for (let sent = 0; sent < bytes; sent += piece.length) yield piece;
}

/** Sends `pieces`, waiting for the connection; a connection that the agent cuts after its answer is fine. */
function post(url: string, token: string, pieces: Iterable<Uint8Array>, declaredBytes?: number): Promise<{ readonly reason: string }> {
  return new Promise((done, fail) => {
    const length = declaredBytes === undefined ? {} : { 'content-length': String(declaredBytes) };
    const request = http.request(`${url}/bundles`, { method: 'POST', headers: { authorization: `Bearer ${token}`, ...length } }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => done({ reason: String((JSON.parse(text) as { reason?: string }).reason ?? 'accepted') }));
    });
    let answered = false;
    request.on('response', () => (answered = true));
    request.on('error', error => (answered ? undefined : fail(error)));
    void (async () => {
      for (const piece of pieces) {
        if (answered || request.destroyed) return;
        if (!request.write(piece)) await new Promise<void>(ready => void request.once('drain', ready).once('close', ready));
      }
      if (declaredBytes === undefined) request.end();
    })();
  });
}
