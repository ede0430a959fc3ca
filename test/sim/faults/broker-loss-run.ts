import { join } from 'node:path';
import { lakeRows } from '../../edge/lake-rows';
import { startMosquitto, type Mosquitto } from '../../edge/mosquitto';
import type { Random } from '../../oracle/random';
import { AckTap } from './ack-tap';
import { makeBench, type Bench } from './bench';
import { startLittoral, type LittoralBuild, type LittoralProcess } from './littoral-process';
import { messageOf, positiveMessage } from './plant-messages';
import { numberedPlan } from './plans';
import { ResendingPublisher } from './resending-publisher';
import { agentMetric, agentStatus } from './status';

export interface BrokerLossOptions {
  readonly build: LittoralBuild;
  /** Kills of Mosquitto; the agent is killed half as often. */
  readonly kills: number;
  readonly perSecond: number;
  readonly random: Random;
  readonly log: (line: string) => void;
}

/**
 * Mosquitto killed by SIGKILL with autosave each second: it loses what it acknowledged last. Whatever the agent acknowledged
 * must be in the lake, and every number that a device counted and that is not there must be in the agent's gap metric.
 */
export async function runBrokerLoss(options: BrokerLossOptions): Promise<{ readonly figures: Readonly<Record<string, number>>; readonly findings: readonly string[] }> {
  const bench = await makeBench(numberedPlan());
  const broker = await startMosquitto({ persistence: true, autosave: true });
  const tap = await AckTap.open(broker.port);
  const publisher = new ResendingPublisher(broker.url, { perSecond: options.perSecond, messageAt: positiveMessage });
  const run = new BrokerLossRun(options, bench, broker, tap, publisher);
  try {
    const gaps = await run.run();
    return await judge(publisher, tap, bench, gaps, run.kills);
  } finally {
    await run.end();
    await publisher.stop();
    await tap.close();
    await broker.stop();
    bench.remove();
  }
}

async function judge(publisher: ResendingPublisher, tap: AckTap, bench: Bench, gaps: number | null, kills: { readonly broker: number; readonly agent: number }): Promise<{ readonly figures: Readonly<Record<string, number>>; readonly findings: readonly string[] }> {
  const rows = await lakeRows(join(bench.lakeDir, 'numbered'));
  const kept = new Set(rows.map(row => `plant/${String(row['device'])}/value ${String(row['n'])}`));
  const confirmed = [...publisher.confirmed].map(index => `${positiveMessage(index).topic} ${(JSON.parse(positiveMessage(index).payload) as { readonly n: number }).n}`);
  const lost = confirmed.filter(message => !kept.has(message));
  const agentLost = lost.filter(message => tap.acknowledged.has(message));
  const findings: string[] = [];
  if (agentLost.length > 0) findings.push(`${agentLost.length} messages that the agent acknowledged are not in the lake, the first "${agentLost[0] ?? ''}"`);
  if (gaps !== lost.length) findings.push(`littoral_source_gap_total is ${String(gaps)}, but ${lost.length} messages did not come`);
  const figures = {
    killsOfMosquitto: kills.broker,
    killsOfTheAgentThere: kills.agent,
    messagesThere: confirmed.length,
    lostByMosquitto: lost.length,
    lostByTheAgent: agentLost.length,
    reportedByGapMetric: gaps ?? 0,
    rowsTwiceBecauseMosquittoForgot: rows.length - kept.size
  };
  return { figures, findings };
}

class BrokerLossRun {
  readonly kills = { broker: 0, agent: 0 };
  private agent: LittoralProcess;

  constructor(
    private readonly options: BrokerLossOptions,
    private readonly bench: Bench,
    private readonly broker: Mosquitto,
    private readonly tap: AckTap,
    private readonly publisher: ResendingPublisher
  ) {
    this.agent = startLittoral(options.build, bench.agent(tap.url));
  }

  /** The gap metric at the end, once every device has sent one more record after the last kill. */
  async run(): Promise<number | null> {
    const { publisher, options } = this;
    await this.probed();
    publisher.start();
    for (let kill = 0; kill < options.kills; kill++) {
      await new Promise(done => setTimeout(done, options.random.int(300, 1_500)));
      if (kill % 2 === 1) await this.crashWithoutAgent();
      else await this.broker.crash();
      this.kills.broker++;
      options.log(`${this.kills.broker} kills of Mosquitto, ${publisher.confirmed.size} messages, ${this.tap.acknowledged.size} acknowledged by the agent`);
    }
    await publisher.finish();
    return this.settled();
  }

  async end(): Promise<void> {
    await this.agent.end('SIGKILL');
  }

  /** What the broker queues for an agent that is away is what it can lose. */
  private async crashWithoutAgent(): Promise<void> {
    await this.agent.end('SIGKILL');
    this.kills.agent++;
    await new Promise(done => setTimeout(done, this.options.random.int(100, 1_500)));
    await this.broker.crash();
    const { bundleFile, ...later } = this.bench.agent(this.tap.url);
    this.agent = startLittoral(this.options.build, this.kills.agent === 1 ? { ...later, bundleFile } : later);
  }

  /** The agent's subscription stands: a probe has come through. Its rows have negative values, which the plan's filter leaves out. */
  private async probed(): Promise<void> {
    const url = await this.agent.live();
    for (const before = (await agentStatus(url)).rowsIn; (await agentStatus(url)).rowsIn === before; ) {
      await this.publisher.send(messageOf('plant/probe/value', JSON.stringify({ tMs: 0, value: -1, n: 0 })));
      await new Promise(done => setTimeout(done, 50));
    }
  }

  private async settled(): Promise<number | null> {
    await this.probed();
    const url = await this.agent.live();
    for (let round = 0; round < DEVICES_ROUNDS; round++) {
      const first = this.publisher.sent;
      for (let index = first; index < first + DEVICES; index++) await this.publisher.send(positiveMessage(index));
      this.publisher.sent = first + DEVICES;
      for (let index = first; index < first + DEVICES; index++) this.publisher.confirmed.add(index);
    }
    for (let before = -1, quiet = 0; quiet < 5; ) {
      await new Promise(done => setTimeout(done, 200));
      const { rowsIn } = await agentStatus(url);
      quiet = rowsIn === before ? quiet + 1 : 0;
      before = rowsIn;
    }
    const gaps = await agentMetric(url, 'littoral_source_gap_total');
    const code = await this.agent.end('SIGTERM');
    if (code !== 0) throw new Error(`the agent left with ${String(code)} on SIGTERM: ${this.agent.words()}`);
    return gaps;
  }
}

const DEVICES = 20;
/** Records after the last kill: a gap is counted when event time is past what may come out of order. */
const DEVICES_ROUNDS = 3;
