import { existsSync, readdirSync, rmSync } from 'node:fs';
import type { SmallDisk } from './small-disk';
import { mountSmallDisk } from './small-disk';
import { join } from 'node:path';
import { startMosquitto, type Mosquitto } from '../../edge/mosquitto';
import type { Random } from '../../oracle/random';
import { AckTap } from './ack-tap';
import { makeBench, type Bench } from './bench';
import { EffectsWatch } from './effects';
import { FaultPage, type Fault } from './fault-page';
import { expectedRows, judgeEffects, judgeLake } from './judge';
import { startLittoral, type LittoralBuild, type LittoralProcess } from './littoral-process';
import { windowsPlan, type FaultPlan } from './plans';
import { PlantPublisher } from './publisher';
import { agentStatus } from './status';

const PATIENCE_MS = 60_000;

export interface DiskCaseTools {
  readonly build: LittoralBuild;
  /** Library of `fault-page.ts`, or null when faults cannot be injected here. */
  readonly injector: string | null;
}

/** What a kind of case does to a running agent; it may kill it, and must leave it live or start it again. */
export type Trouble = (scene: DiskScene, random: Random) => Promise<void>;

export interface DiskCaseResult {
  readonly findings: readonly string[];
  readonly messages: number;
}

/** Runs one case: an agent at work, trouble, recovery with the same command line, and everything that came out compared with a batch run. */
export async function runDiskCase(tools: DiskCaseTools, { trouble, mountBytes }: { readonly trouble: Trouble; readonly mountBytes?: number }, random: Random): Promise<DiskCaseResult> {
  const plan = windowsPlan({ delivery: random.pick(['atLeastOnce', 'exactlyOnceEffects'] as const) });
  const bench = await makeBench(plan);
  const disk = mountBytes === undefined ? null : mountSmallDisk(bench.dataDir, mountBytes);
  const scene = await DiskScene.open(tools, plan, bench, disk);
  try {
    await trouble(scene, random);
    return await scene.judge();
  } finally {
    await scene.close();
  }
}

export class DiskScene {
  readonly findings: string[] = [];
  agent: LittoralProcess;
  private deployed = false;
  private comparable = true;

  private constructor(
    private readonly tools: DiskCaseTools,
    private readonly plan: FaultPlan,
    readonly bench: Bench,
    private readonly broker: Mosquitto,
    private readonly tap: AckTap,
    private readonly watch: EffectsWatch,
    private readonly publisher: PlantPublisher,
    readonly page: FaultPage | null,
    private readonly disk: SmallDisk | null
  ) {
    this.agent = this.start();
  }

  static async open(tools: DiskCaseTools, plan: FaultPlan, bench: Bench, disk: SmallDisk | null): Promise<DiskScene> {
    const broker = await startMosquitto();
    const tap = await AckTap.open(broker.port);
    const watch = await EffectsWatch.connect(broker.url);
    const publisher = await PlantPublisher.connect(broker.url, { qos: plan.plan.delivery === 'exactlyOnceEffects' ? 2 : 1, perSecond: 400 });
    const page = tools.injector === null ? null : new FaultPage(join(bench.folder, 'faults.page'), tools.injector);
    const scene = new DiskScene(tools, plan, bench, broker, tap, watch, publisher, page, disk);
    const url = await scene.agent.live();
    await publisher.probe(async () => (await agentStatus(url)).rowsIn);
    publisher.start();
    await scene.passes(200);
    return scene;
  }

  /** Starts an agent by the command line that every start of this case has. */
  start(): LittoralProcess {
    const { bundleFile, ...rest } = this.bench.agent(this.tap.url);
    const first = !this.deployed;
    this.deployed = true;
    const options = { ...rest, ...(first || this.bundleGiven ? { bundleFile } : {}), ...(this.page === null ? {} : { env: this.page.env }) };
    return (this.agent = startLittoral(this.tools.build, options));
  }

  /** Later starts name the bundle as well. */
  bundleGiven = false;

  passes(ms: number): Promise<void> {
    return new Promise(done => setTimeout(done, ms));
  }

  async kill(): Promise<void> {
    await this.agent.end('SIGKILL');
  }

  /** Arms `fault` and waits until it has struck. */
  async strike(fault: Fault): Promise<void> {
    const page = this.needPage();
    page.arm(fault);
    await this.reaches(() => page.failed > 0, `no call failed with ${fault.code} on "${fault.path}"`);
  }

  /** The agent must end by itself, and not with 0. */
  async mustEnd(): Promise<void> {
    let ended: number | NodeJS.Signals | null | undefined;
    void this.agent.ended.then(code => (ended = code));
    await this.reaches(() => ended !== undefined, 'the agent went on after a failure that waiting does not mend');
    if (ended === 0) this.findings.push('the agent left with 0 after a failure of its disk');
    if (typeof ended === 'string') this.findings.push(`the agent died of ${ended} instead of ending by itself`);
    if (ended === undefined) await this.kill();
  }

  /** The agent must stay, take nothing in, and say why. */
  async mustWait(ms: number): Promise<void> {
    const url = await this.agent.live();
    let state = '';
    await this.reaches(async () => (state = (await agentStatus(url)).state) === 'blocked', 'the agent did not say that it waits for room');
    const before = this.tap.acks;
    await this.passes(ms);
    if (state === 'blocked' && this.tap.acks > before) this.findings.push(`${this.tap.acks - before} acknowledgements while the disk was full`);
  }

  async mustGoOn(): Promise<void> {
    const url = await this.agent.live();
    await this.reaches(async () => (await agentStatus(url)).state === 'live', 'the agent did not go on when there was room again');
  }

  fillDisk(): void {
    this.disk?.fill();
  }

  freeDisk(): void {
    this.disk?.free();
  }

  /** What was taken in is gone with the files; only that the agent runs again can be asked. */
  stateIsGone(): void {
    this.comparable = false;
  }

  /** Removes what matches `name` below the data folder; gives how many files. */
  remove(name: RegExp): number {
    const names = readdirSync(this.bench.dataDir, { recursive: true, encoding: 'utf8' }).filter(each => name.test(each));
    for (const each of names) rmSync(join(this.bench.dataDir, each), { recursive: true, force: true });
    return names.length;
  }

  exists(name: string): boolean {
    return existsSync(join(this.bench.dataDir, name));
  }

  async reaches(holds: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
    const untilMs = performance.now() + PATIENCE_MS;
    while (!(await holds())) {
      if (performance.now() > untilMs) return void this.findings.push(`${otherwise} (waited ${PATIENCE_MS / 1_000} s)`);
      await this.passes(10);
    }
  }

  /** Lets the agent finish and compares. */
  async judge(): Promise<DiskCaseResult> {
    const { publisher, watch, bench, findings, plan } = this;
    this.page?.heal();
    await publisher.finish();
    const expected = await expectedRows(plan, publisher.lines);
    const wanted = expected.get('out') ?? [];
    const url = await this.agent.live();
    if (this.comparable) await this.reaches(() => watch.byId.size >= wanted.length, `of ${wanted.length} effects some never came`);
    else await this.reaches(async () => (await agentStatus(url)).state === 'live', 'the agent is not live again');
    const code = await this.agent.end('SIGTERM');
    if (code !== 0) findings.push(`the agent left with ${String(code)} on SIGTERM: ${this.agent.words()}`);
    if (this.comparable) {
      findings.push(...judgeEffects(watch, `${plan.plan.name}/1/out`, wanted).findings);
      findings.push(...(await judgeLake(join(bench.lakeDir, 'counts'), expected.get('lake') ?? [])).findings);
    }
    const acks = this.page?.acksWhileFailing ?? 0;
    if (acks > 0) findings.push(`${acks} acknowledgements after the log could not be written`);
    return { findings, messages: publisher.confirmed };
  }

  async close(): Promise<void> {
    await this.kill();
    await this.publisher.abandon();
    await this.watch.close();
    await this.tap.close();
    await this.broker.stop();
    this.page?.close();
    this.disk?.unmount();
    this.bench.remove();
  }

  needPage(): FaultPage {
    if (this.page === null) throw new Error('faults cannot be injected here');
    return this.page;
  }
}
