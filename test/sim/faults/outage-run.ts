import { join } from 'node:path';
import type { AgentOptions } from '../../../edge/agent/agent-api';
import { encodeEffects } from '../../../edge/sink/effect-codec';
import { Store } from '../../../edge/store/store';
import { startChild, type Child } from '../../edge/child-process';
import { freePort, startMosquitto, type Mosquitto } from '../../edge/mosquitto';
import { makeBench, T0, type Bench } from './bench';
import { OutageWatch } from './outage-watch';
import { messageOf, positiveMessage, STEP_MS } from './plant-messages';
import { echoPlan } from './plans';
import { ResendingPublisher } from './resending-publisher';
import { agentStatus } from './status';

export interface OutageOptions {
  /** Bundled `test/edge/agent/agent-child.ts`. */
  readonly entry: string;
  readonly perSecond: number;
  /** How long the broker of the sink is away while messages come. */
  readonly outageMs: number;
  /** Rows that are put into the outbox before, as a longer outage would have left them. */
  readonly earlierRows: number;
  /** How long latency is measured after the backlog is gone. */
  readonly afterMs: number;
  readonly log: (line: string) => void;
}

export interface OutageFigures {
  readonly messages: number;
  readonly backlogRows: number;
  /** The time that so many rows take to come. */
  readonly backlogSeconds: number;
  readonly drainSeconds: number;
  readonly drainTimesRealTime: number;
  readonly lost: number;
  readonly repeatedUnderTheirId: number;
  readonly outOfOrderPerDevice: number;
  readonly p99LatencyAfterMs: number;
}

const ROW_EFFECTS = 32;
const COMMIT_ROWS = 2_000;
const STALL_MS = 60_000;

/** Takes the broker of a sink away while messages come, brings it back, and follows every effect. */
export async function runOutage(options: OutageOptions): Promise<{ readonly figures: OutageFigures; readonly findings: readonly string[] }> {
  const bench = await makeBench(echoPlan({ delivery: 'atLeastOnce', sinkConnection: 'away' }));
  const run = new OutageRun(options, bench, await startMosquitto(), await freePort());
  try {
    return await run.run();
  } finally {
    await run.end();
    bench.remove();
  }
}

class OutageRun {
  private agent: Child | null = null;
  private away: Mosquitto | null = null;
  private watch: OutageWatch | null = null;
  private readonly publisher: ResendingPublisher;
  /** When message `index` was published. */
  private readonly sentAt: number[] = [];
  /** Index of the first live message: earlier rows stand for those before. */
  private readonly firstLive: number;
  private latencies: number[] = [];

  constructor(
    private readonly options: OutageOptions,
    private readonly bench: Bench,
    private readonly plant: Mosquitto,
    private readonly awayPort: number
  ) {
    this.firstLive = options.earlierRows;
    this.publisher = new ResendingPublisher(plant.url, { perSecond: options.perSecond, messageAt: index => this.message(index) });
  }

  async run(): Promise<{ readonly figures: OutageFigures; readonly findings: readonly string[] }> {
    const { options, publisher } = this;
    let url = await this.start();
    await this.probe(url);
    if (options.earlierRows > 0) {
      await this.stopAgent();
      await this.fillOutbox();
      url = await this.start();
      await this.probe(url);
    }
    publisher.start();
    await pause(options.outageMs);
    const { backlog } = await agentStatus(url);
    options.log(`${backlog} rows wait; the broker of the sink comes back`);
    const drainSeconds = await this.drain(url);
    options.log(`drained in ${drainSeconds.toFixed(1)} s`);
    const p99LatencyAfterMs = await this.latency(options.afterMs);
    await publisher.finish();
    const total = this.firstLive + publisher.sent;
    await this.everything(total);
    const { watch } = this;
    const lost = watch?.missing(total) ?? total;
    await this.stopAgent();
    const backlogSeconds = backlog / options.perSecond;
    const figures: OutageFigures = {
      messages: publisher.sent,
      backlogRows: backlog,
      backlogSeconds,
      drainSeconds,
      drainTimesRealTime: backlogSeconds / drainSeconds,
      lost,
      repeatedUnderTheirId: watch?.repeated ?? 0,
      outOfOrderPerDevice: watch?.outOfOrder ?? 0,
      p99LatencyAfterMs
    };
    const extra = (watch?.received ?? 0) + lost - total;
    const findings = [
      ...(lost > 0 ? [`${lost} effects never came`] : []),
      ...(figures.outOfOrderPerDevice > 0 ? [`${figures.outOfOrderPerDevice} effects came after a newer one of their device`] : []),
      ...(extra !== 0 ? [`${extra} effects have a number beyond the last`] : [])
    ];
    return { figures, findings };
  }

  async end(): Promise<void> {
    this.agent?.process.kill('SIGKILL');
    await this.publisher.stop();
    this.watch?.close();
    await this.away?.stop();
    await this.plant.stop();
  }

  private message(index: number): ReturnType<typeof positiveMessage> {
    this.sentAt[index] = performance.now();
    return positiveMessage(this.firstLive + index);
  }

  private async start(): Promise<string> {
    const { dataDir, trustFile, bundleFile } = this.bench.agent(this.plant.url);
    const brokers = { plant: { url: this.plant.url }, away: { url: `mqtt://127.0.0.1:${this.awayPort}` } };
    const options: AgentOptions = { dataDir, trustFile, brokers, bundleFile };
    this.agent = startChild(this.options.entry, [JSON.stringify(options)]);
    return (await this.agent.line('ready')).slice('ready '.length);
  }

  private async stopAgent(): Promise<void> {
    this.agent?.process.kill('SIGTERM');
    const code = await this.agent?.ended;
    if (code !== 0) throw new Error(`the agent left with ${String(code)} on SIGTERM: ${this.agent?.words() ?? ''}`);
  }

  private async probe(url: string): Promise<void> {
    for (const before = (await agentStatus(url)).rowsIn; (await agentStatus(url)).rowsIn === before; ) {
      await this.publisher.send(messageOf('plant/probe/value', JSON.stringify({ tMs: 0, value: -1 })));
      await pause(20);
    }
  }

  /** Writes what a longer outage would have left, under the numbers that the agent then goes on from. */
  private async fillOutbox(): Promise<void> {
    const { earlierRows, log } = this.options;
    const store = await Store.open(join(this.bench.dataDir, 'agent.db'));
    const sink = 'counts/1/out';
    for (let first = 0; first < earlierRows; first += ROW_EFFECTS * COMMIT_ROWS) {
      store.transaction(() => {
        for (let id = first; id < Math.min(earlierRows, first + ROW_EFFECTS * COMMIT_ROWS); id += ROW_EFFECTS) {
          const count = Math.min(ROW_EFFECTS, earlierRows - id);
          store.putOutbox({ sink, id, count, createdMs: Date.now(), body: encodeEffects(Array.from({ length: count }, (_none, index) => effectOf(id + index))) });
        }
        store.setCursor('emitted:out', earlierRows);
        store.setState('emitted', Buffer.from(JSON.stringify({ '#deadLetters': 0, out: earlierRows })));
      });
    }
    store.close();
    log(`${earlierRows} rows put into the outbox`);
  }

  private async bringBack(): Promise<OutageWatch> {
    this.away = await startMosquitto({ port: this.awayPort });
    return OutageWatch.connect(this.awayPort);
  }

  /** Seconds from the return of the broker until nothing but what is just coming waits. */
  private async drain(url: string): Promise<number> {
    const { perSecond, log } = this.options;
    const watch = (this.watch = await this.bringBack());
    const startedMs = performance.now();
    let saidMs = startedMs;
    for (let seen = -1, sinceMs = startedMs; ; ) {
      await pause(20);
      const behind = this.firstLive + this.publisher.confirmed.size - watch.received;
      if (behind <= perSecond / 2) return (performance.now() - startedMs) / 1_000;
      if (watch.received !== seen) [seen, sinceMs] = [watch.received, performance.now()];
      if (performance.now() - sinceMs > STALL_MS) throw new Error(`nothing came for ${STALL_MS / 1_000} s: ${JSON.stringify(await agentStatus(url))}`);
      if (performance.now() - saidMs > 15_000) {
        saidMs = performance.now();
        log(`${watch.received} effects came, ${behind} are still behind`);
      }
    }
  }

  /** p99 of the time from publishing to the effect, over `ms`. */
  private async latency(ms: number): Promise<number> {
    const { watch } = this;
    if (watch === null) return NaN;
    await pause(500);
    this.latencies = [];
    watch.onEffect = tMs => {
      const sentAt = this.sentAt[(tMs - T0) / STEP_MS - this.firstLive];
      if (sentAt !== undefined) this.latencies.push(performance.now() - sentAt);
    };
    await pause(ms);
    watch.onEffect = () => undefined;
    const sorted = this.latencies.sort((a, b) => a - b);
    return Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? NaN);
  }

  private async everything(total: number): Promise<void> {
    const { watch } = this;
    for (let seen = -1, sinceMs = performance.now(); watch !== null && watch.received < total && performance.now() - sinceMs < STALL_MS; ) {
      await pause(20);
      if (watch.received !== seen) [seen, sinceMs] = [watch.received, performance.now()];
    }
  }
}

function effectOf(index: number): { readonly topic: string; readonly payload: Uint8Array } {
  const { topic, payload } = positiveMessage(index);
  const device = topic.split('/')[1] ?? '';
  const { tMs, value } = JSON.parse(payload) as { readonly tMs: number; readonly value: number };
  return { topic: `out/${device}`, payload: Buffer.from(JSON.stringify({ device, tMs, value })) };
}

const pause = (ms: number): Promise<void> => new Promise(done => setTimeout(done, ms));
