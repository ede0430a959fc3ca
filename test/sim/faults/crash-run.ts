import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildChild, startChild, type Child } from '../../edge/child-process';
import { freePort } from '../../edge/mosquitto';
import type { Random } from '../../oracle/random';
import { makeBench, type Bench } from './bench';
import { EffectsSeen } from './effects';
import { expectedRows, judgeEffects, judgeLake } from './judge';
import { startLittoral, type LittoralBuild, type LittoralProcess } from './littoral-process';
import { lastMessage, messageOf, plantMessage } from './plant-messages';
import { windowsPlan } from './plans';
import { ResendingPublisher } from './resending-publisher';
import { agentStatus } from './status';

export interface CrashRunOptions {
  readonly build: LittoralBuild;
  /** Kills of agent, broker, or both at once. */
  readonly kills: number;
  readonly perSecond: number;
  readonly random: Random;
  readonly log: (line: string) => void;
}

/**
 * An agent and a broker that acknowledges only what it has synced, both killed at random, QoS 1: what the broker had is compared
 * with what came back to it, after duplicates are suppressed by packet id and by key.
 */
export async function runCrashes(options: CrashRunOptions): Promise<{ readonly figures: Readonly<Record<string, number>>; readonly findings: readonly string[] }> {
  const plan = windowsPlan({ delivery: 'atLeastOnce', deduplicate: true });
  const bench = await makeBench(plan);
  const run = new CrashRun(options, bench, await buildChild('test/sim/faults/durable-broker.child.ts'), await freePort());
  try {
    const sent = await run.run();
    const seen = new EffectsSeen();
    const log = readLog(run.brokerDir);
    for (const [topic, payload, effectId] of log) if (topic.startsWith('out/')) seen.take(effectId ?? '', payload);
    const lines = log.filter(([topic]) => topic.startsWith('plant/')).map(([topic, payload]) => messageOf(topic, payload).line);
    const expected = await expectedRows(plan, lines);
    const wanted = expected.get('out') ?? [];
    const effects = judgeEffects(seen, `${plan.plan.name}/1/out`, wanted);
    const lake = await judgeLake(join(bench.lakeDir, 'counts'), expected.get('lake') ?? []);
    const unkept = sent - new Set(lines).size;
    return {
      figures: { ...run.counts, messages: sent, publishedTwice: lines.length - new Set(lines).size, effects: wanted.length, lost: effects.lost + lake.lost, duplicated: effects.duplicated + lake.duplicated, repeatedUnderTheirId: seen.repeated },
      findings: [...effects.findings, ...lake.findings, ...(unkept > 0 ? [`the broker of the proof lost ${unkept} messages that it had confirmed`] : [])]
    };
  } finally {
    await run.end();
    bench.remove();
  }
}

class CrashRun {
  readonly counts = { killsOfTheAgent: 0, killsOfTheBroker: 0, killsOfBoth: 0 };
  readonly brokerDir: string;
  private readonly url: string;
  private agent: LittoralProcess;
  private broker: Child;
  private publisher: ResendingPublisher | null = null;

  constructor(
    private readonly options: CrashRunOptions,
    private readonly bench: Bench,
    private readonly brokerFile: string,
    private readonly port: number
  ) {
    this.brokerDir = join(bench.folder, 'broker');
    mkdirSync(this.brokerDir);
    this.url = `mqtt://127.0.0.1:${port}`;
    this.broker = this.startBroker();
    this.agent = startLittoral(options.build, bench.agent(this.url));
  }

  /** Number of messages that the broker confirmed, the probes and the last one included. */
  async run(): Promise<number> {
    const { options } = this;
    await this.broker.line('ready');
    const publisher = (this.publisher = new ResendingPublisher(this.url, { perSecond: options.perSecond, messageAt: plantMessage }));
    const url = await this.agent.live();
    const probe = messageOf('plant/probe/value', JSON.stringify({ tMs: 0, value: -1, n: 0 }));
    while ((await agentStatus(url)).rowsIn === 0) await publisher.send(probe);
    publisher.start();
    for (let kill = 0; kill < options.kills; kill++) await this.kill();
    await this.broker.line('ready');
    await publisher.finish();
    await publisher.send(lastMessage());
    await this.settle();
    return publisher.confirmed.size + 2;
  }

  async end(): Promise<void> {
    await this.publisher?.stop();
    this.agent.process.kill('SIGKILL');
    this.broker.process.kill('SIGKILL');
  }

  private startBroker(): Child {
    return startChild(this.brokerFile, [String(this.port), this.brokerDir]);
  }

  private async kill(): Promise<void> {
    const { random, build, log } = this.options;
    if (random.chance(0.8)) await Promise.all([this.agent.live(), this.broker.line('ready')]);
    await new Promise(done => setTimeout(done, random.int(60, 400)));
    const whom = random.pick(['agent', 'agent', 'broker', 'broker', 'both'] as const);
    const killed: Promise<unknown>[] = [];
    if (whom !== 'agent') {
      this.broker.process.kill('SIGKILL');
      killed.push(this.broker.ended);
    }
    if (whom !== 'broker') killed.push(this.agent.end('SIGKILL'));
    await Promise.all(killed);
    const { bundleFile, ...later } = this.bench.agent(this.url);
    if (whom !== 'agent') this.broker = this.startBroker();
    if (whom !== 'broker') this.agent = startLittoral(build, this.counts.killsOfTheAgent + this.counts.killsOfBoth === 0 ? { ...later, bundleFile } : later);
    this.counts[whom === 'agent' ? 'killsOfTheAgent' : whom === 'broker' ? 'killsOfTheBroker' : 'killsOfBoth']++;
    const all = Object.values(this.counts).reduce((sum, count) => sum + count, 0);
    if (all % 50 === 0) log(`${all} kills, ${this.publisher?.confirmed.size ?? 0} messages`);
  }

  /** Waits until the agent has had everything and everything has left it, then stops it. */
  private async settle(): Promise<void> {
    const url = await this.agent.live();
    let quiet = 0;
    for (let before = -1; quiet < 5; ) {
      await new Promise(done => setTimeout(done, 200));
      const { rowsIn } = await agentStatus(url);
      const confirmed = sessionCursors(this.brokerDir).includes(readLog(this.brokerDir).length);
      quiet = rowsIn === before && confirmed ? quiet + 1 : 0;
      before = rowsIn;
    }
    const code = await this.agent.end('SIGTERM');
    if (code !== 0) throw new Error(`the agent left with ${String(code)} on SIGTERM: ${this.agent.words()}`);
  }
}

function readLog(folder: string): readonly (readonly [topic: string, payload: string, effectId: string | null])[] {
  const text = readFileSync(join(folder, 'messages.ndjson'), 'utf8');
  return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter(line => line !== '').map(line => JSON.parse(line) as [string, string, string | null]);
}

/** How far each session is, in messages. */
function sessionCursors(folder: string): number[] {
  const sessions = JSON.parse(readFileSync(join(folder, 'sessions.json'), 'utf8')) as Record<string, { readonly cursor: number; readonly filters: readonly string[] }>;
  return Object.values(sessions).filter(({ filters }) => filters.length > 0).map(({ cursor }) => cursor);
}
