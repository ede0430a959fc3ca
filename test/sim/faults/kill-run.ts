import { join } from 'node:path';
import { Store } from '../../../edge/store/store';
import type { Mosquitto } from '../../edge/mosquitto';
import { until } from '../../edge/until';
import type { Random } from '../../oracle/random';
import { makeBench, type Bench } from './bench';
import { EffectsWatch } from './effects';
import { expectedRows, judgeEffects, judgeLake } from './judge';
import { startLittoral, type LittoralBuild, type LittoralProcess } from './littoral-process';
import type { FaultPlan } from './plans';
import { PlantPublisher } from './publisher';

/** A number of kills with one range of lives. */
export interface KillPhase {
  readonly kills: number;
  /** How long the agent lives after it is live, or, each fifth time, after its process was started. */
  readonly lifeMs: readonly [least: number, most: number];
}

export interface KillRunOptions {
  readonly build: LittoralBuild;
  readonly broker: Mosquitto;
  readonly plan: FaultPlan;
  readonly qos: 1 | 2;
  readonly phases: readonly KillPhase[];
  /** Times that the broker is stopped by SIGTERM and started again, spread over the kills. */
  readonly brokerRestarts: number;
  readonly perSecond: number;
  /** See `PlantPublisherOptions`. */
  readonly repeatEach?: number;
  /** Publishing goes on until there are so many. */
  readonly messagesMin: number;
  readonly random: Random;
  readonly log: (line: string) => void;
}

export interface KillFigures {
  readonly kills: number;
  readonly killsBeforeLive: number;
  readonly brokerRestarts: number;
  readonly messages: number;
  readonly effects: number;
  readonly lakeRows: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly different: number;
  /** Effects that came again under their id, for an idempotent sink to leave out. */
  readonly repeatedUnderTheirId: number;
  readonly seconds: number;
}

/**
 * Kills an agent again and again while a plant publishes and the broker restarts, then lets it finish, and compares
 * everything that came out with a batch run over the confirmed messages.
 */
export async function runKills(options: KillRunOptions): Promise<{ readonly figures: KillFigures; readonly findings: readonly string[] }> {
  const bench = await makeBench(options.plan);
  const run = new KillRun(options, bench, await EffectsWatch.connect(options.broker.url), await PlantPublisher.connect(options.broker.url, options));
  try {
    return await run.run();
  } finally {
    await run.end();
    bench.remove();
  }
}

class KillRun {
  private agent: LittoralProcess | null = null;
  private kills = 0;
  private killsBeforeLive = 0;
  private restarts = 0;
  private readonly startedMs = performance.now();

  constructor(
    private readonly options: KillRunOptions,
    private readonly bench: Bench,
    private readonly watch: EffectsWatch,
    private readonly publisher: PlantPublisher
  ) {}

  async run(): Promise<{ readonly figures: KillFigures; readonly findings: readonly string[] }> {
    const { publisher, watch, bench, options } = this;
    const url = await this.launch().live();
    await publisher.probe(() => rowsIn(url));
    publisher.start();
    for (const phase of options.phases) await this.kill(phase);
    await this.enoughMessages();
    await publisher.finish();
    const expected = await expectedRows(options.plan, publisher.lines);
    const wanted = expected.get('out') ?? [];
    options.log(`${publisher.lines.length} messages; waiting for ${wanted.length} effects`);
    await this.drained(wanted.length);
    const findings = await this.stop();
    const effects = judgeEffects(watch, `${options.plan.plan.name}/1/out`, wanted);
    const lake = await judgeLake(join(bench.lakeDir, 'counts'), expected.get('lake') ?? []);
    findings.push(...effects.findings, ...lake.findings, ...(await leftovers(bench.storeFile)));
    const figures = {
      kills: this.kills,
      killsBeforeLive: this.killsBeforeLive,
      brokerRestarts: this.restarts,
      messages: publisher.confirmed,
      effects: wanted.length,
      lakeRows: expected.get('lake')?.length ?? 0,
      lost: effects.lost + lake.lost,
      duplicated: effects.duplicated + lake.duplicated,
      different: effects.different,
      repeatedUnderTheirId: watch.repeated,
      seconds: Math.round((performance.now() - this.startedMs) / 1_000)
    };
    return { figures, findings };
  }

  async end(): Promise<void> {
    this.agent?.process.kill('SIGKILL');
    await this.publisher.abandon();
    await this.watch.close();
  }

  /** The bundle is given once; later processes go on with what is active. */
  private launch(): LittoralProcess {
    const { bundleFile, ...later } = this.bench.agent(this.options.broker.url);
    const deployed = this.agent !== null || this.kills > 0;
    this.agent = startLittoral(this.options.build, deployed ? later : { ...later, bundleFile });
    return this.agent;
  }

  private async kill(phase: KillPhase): Promise<void> {
    const { random, phases, brokerRestarts, log } = this.options;
    const total = phases.reduce((sum, each) => sum + each.kills, 0);
    for (let index = 0; index < phase.kills; index++) {
      const agent = this.agent ?? this.launch();
      const early = random.chance(0.2);
      if (early) this.killsBeforeLive++;
      else await agent.live();
      await new Promise(done => setTimeout(done, random.int(...phase.lifeMs)));
      const ended = await agent.end('SIGKILL');
      if (ended !== 'SIGKILL') throw new Error(`the agent had ended with ${String(ended)} before kill ${this.kills}: ${agent.words()}`);
      this.kills++;
      if (this.kills % 50 === 0) log(`${this.kills} of ${total} kills, ${this.restarts} restarts of the broker, ${this.publisher.confirmed} messages, ${this.watch.byId.size} effects`);
      if (random.chance(0.5)) this.launch();
      else this.agent = null;
      if (this.restarts < Math.floor((this.kills * brokerRestarts) / total)) await this.restartBroker();
    }
  }

  /** The publisher's leg is outside the promise, so it is quiet meanwhile; the agent's is not. */
  private async restartBroker(): Promise<void> {
    await this.publisher.pause();
    await this.options.broker.restart();
    this.restarts++;
    await this.publisher.resume();
  }

  private async enoughMessages(): Promise<void> {
    const agent = this.agent ?? this.launch();
    await agent.live();
    await until(() => this.publisher.lines.length >= this.options.messagesMin);
  }

  /** Waits for all effects, or until nothing has come for long. */
  private async drained(count: number): Promise<void> {
    const { watch } = this;
    let seen = -1;
    let sinceMs = performance.now();
    await until(() => {
      if (watch.byId.size !== seen) [seen, sinceMs] = [watch.byId.size, performance.now()];
      return watch.byId.size >= count || performance.now() - sinceMs > 30_000;
    });
  }

  private async stop(): Promise<string[]> {
    const { agent } = this;
    if (agent === null) return ['no agent was there at the end'];
    const url = await agent.live();
    const conservation = /littoral_conservation_error_records\{[^}]*\} (\S+)/.exec(await (await fetch(`${url}/metrics`)).text())?.[1];
    const code = await agent.end('SIGTERM');
    return [...(conservation === '0' ? [] : [`littoral_conservation_error_records is ${conservation ?? 'missing'}`]), ...(code === 0 ? [] : [`the agent left with ${String(code)} on SIGTERM: ${agent.words()}`])];
  }
}

async function rowsIn(url: string): Promise<number> {
  const { counters } = (await (await fetch(`${url}/status`)).json()) as { readonly counters: { readonly rowsIn: number } | null };
  return counters?.rowsIn ?? 0;
}

/** Nothing waits for a sink any more. */
async function leftovers(storeFile: string): Promise<readonly string[]> {
  const store = await Store.open(storeFile);
  const backlog = store.outboxBacklog();
  store.close();
  return backlog.length === 0 ? [] : [`the outbox still holds ${JSON.stringify(backlog)}`];
}
