import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { openRaw } from '../../edge/store/driver';
import { startMosquitto } from '../edge/mosquitto';
import { checkAckOrder, markedPayload, type AckOrder } from './faults/ack-order';
import { makeBench, T0 } from './faults/bench';
import { buildLittoral, startLittoral, type LittoralBuild } from './faults/littoral-process';
import { windowsPlan } from './faults/plans';
import { agentStatus } from './faults/status';
import { readTrace, straceCommand, type TraceEvent } from './faults/strace-events';
import type { Proof, ProofOptions, ProofResult } from './proof';

const MESSAGES = { full: 10_000, small: 600 } as const;
const OPEN_MAX = 400;
const DELIVERIES = { 1: 'atLeastOnce', 2: 'exactlyOnceEffects' } as const;

/** Acknowledgements after fsync, seen from outside. */
export const proof: Proof = {
  id: 'G3',
  title: 'every acknowledgement after the fsync of its rows',
  passLine: 'strace of 10,000 messages at QoS 1 and 10,000 at QoS 2: every PUBACK, PUBREC and PUBCOMP is written after an fsync that covers its rows; 0 violations; violations planted into the trace are found.',
  async run(options: ProofOptions): Promise<ProofResult> {
    if (spawnSync('strace', ['-V']).error !== undefined) {
      return { ok: false, figures: {}, findings: ['Nothing was proved: strace is not installed.'], limits: ['strace is not on this machine (Debian, Ubuntu: apt install strace).'] };
    }
    const build = await buildLittoral();
    try {
      const figures: Record<string, number | string> = {};
      const findings: string[] = [];
      for (const qos of [1, 2] as const) {
        const count = MESSAGES[options.scale];
        const events = await trace(build, qos, count);
        const order = checkAckOrder(events);
        options.log(`QoS ${qos}: ${events.length} calls, ${order.syncs} syncs, ${order.violations.length} violations`);
        Object.assign(figures, figuresOf(qos, order, events.length));
        findings.push(...order.violations.slice(0, 5).map(words => `QoS ${qos}: ${words}`), ...shortOf(order, qos, count), ...undetected(events, qos));
      }
      return { ok: findings.length === 0, figures, findings, limits: ['A disk that says it has synced and has not is outside what a trace can see.'] };
    } finally {
      build.remove();
    }
  }
};

/** Runs an agent under strace while `count` messages come, and gives its calls on sockets and on the log. */
async function trace(build: LittoralBuild, qos: 1 | 2, count: number): Promise<TraceEvent[]> {
  const broker = await startMosquitto();
  const bench = await makeBench(windowsPlan({ delivery: DELIVERIES[qos] }));
  const file = join(bench.folder, 'trace.txt');
  const agent = startLittoral(build, { ...bench.agent(broker.url), under: straceCommand(file) });
  try {
    const url = await agent.live();
    const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
    while ((await agentStatus(url)).rowsIn === 0) await client.publishAsync('plant/probe/value', JSON.stringify({ tMs: 0, value: -1 }), { qos: 1 });
    const open = new Set<Promise<unknown>>();
    for (let index = 0; index < count; index++) {
      const sent = client.publishAsync(`plant/d${index % 20}/value`, markedPayload(index, T0 + index * 5, (index % 100) / 8), { qos });
      open.add(sent);
      void sent.then(() => open.delete(sent));
      if (open.size >= OPEN_MAX) await Promise.race(open);
    }
    await Promise.all(open);
    while ((await agentStatus(url)).rowsIn < count || (await openHandshakes(bench.dataDir)) > 0) await new Promise(done => setTimeout(done, 50));
    await client.endAsync();
    process.kill(pidOf(bench.dataDir), 'SIGTERM');
    const code = await agent.ended;
    if (code !== 0) throw new Error(`the traced agent left with ${String(code)}: ${agent.words()}`);
    return await readTrace(file, target => target.endsWith(`:${broker.port}]`) || target.endsWith('/agent.db-wal'));
  } finally {
    agent.process.kill('SIGKILL');
    await broker.stop();
    bench.remove();
  }
}

/** Packet ids at QoS 2 whose PUBREL the agent has not seen. */
async function openHandshakes(dataDir: string): Promise<number> {
  const db = await openRaw(join(dataDir, 'agent.db'), 1_000, true);
  try {
    return Number(db.prepare('SELECT COUNT(*) AS ids FROM inflight').get()?.['ids']);
  } finally {
    db.close();
  }
}

function pidOf(dataDir: string): number {
  return (JSON.parse(readFileSync(join(dataDir, 'http.json'), 'utf8')) as { readonly pid: number }).pid;
}

function figuresOf(qos: 1 | 2, order: AckOrder, calls: number): Record<string, number> {
  const entries = Object.entries({ messages: order.messages, pubacks: order.pubacks, pubrecs: order.pubrecs, pubcomps: order.pubcomps, commits: order.commits, fsyncs: order.syncs, calls, violations: order.violations.length });
  return Object.fromEntries(entries.filter(([name]) => (qos === 1 ? name !== 'pubrecs' && name !== 'pubcomps' : name !== 'pubacks')).map(([name, value]) => [`QoS ${qos}: ${name}`, value]));
}

/** Every message must have been followed from its packet to its acknowledgement, or nothing was proved. */
function shortOf(order: AckOrder, qos: 1 | 2, count: number): string[] {
  const acks = qos === 1 ? [order.pubacks] : [order.pubrecs, order.pubcomps];
  const short = order.messages < count || acks.some(seen => seen < count);
  return short ? [`QoS ${qos}: of ${count} messages the trace shows ${order.messages}, and ${acks.join(' and ')} acknowledgements`] : [];
}

/** Plants violations into the trace itself; those that the check does not see are findings. */
function undetected(events: readonly TraceEvent[], qos: 1 | 2): string[] {
  const isAck = (event: TraceEvent): boolean => event.kind === 'write' && !event.target.startsWith('/') && [4, 5, 7].includes((event.bytes[0] ?? 0) >> 4);
  const acks = events.flatMap((event, at) => (isAck(event) ? [at] : []));
  const ack = acks[Math.floor(acks.length / 2)] ?? 0;
  const sync = events.flatMap((event, at) => (event.kind === 'syncBegun' && at < ack ? [at] : [])).at(-1) ?? 0;
  const planted: Readonly<Record<string, readonly TraceEvent[]>> = {
    'an acknowledgement moved before its fsync': [...events.slice(0, sync), ...events.slice(ack, ack + 1), ...events.slice(sync, ack), ...events.slice(ack + 1)],
    'that there is no fsync in the second half': events.filter((event, at) => at < sync || !event.kind.startsWith('sync')),
    'that there is no write to the log in the second half': events.map((event, at) => (at > sync - 20 && event.kind === 'write' && event.target.startsWith('/') ? { ...event, bytes: Buffer.alloc(0) } : event))
  };
  return Object.entries(planted).flatMap(([name, changed]) => (checkAckOrder(changed).violations.length > 0 ? [] : [`QoS ${qos}: the check does not see ${name}`]));
}
