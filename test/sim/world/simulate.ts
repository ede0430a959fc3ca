import { startAgent } from '../../../edge/agent/agent';
import { decodeInputs } from '../../../edge/store/inbox-codec';
import type { RawDb } from '../../../edge/store/driver';
import type { GraphInput } from '../../../engine/graph/graph-api';
import { Broker } from './broker';
import { Clock } from './clock';
import { current } from './current';
import { Dice } from './dice';
import { Killed, type Commit } from './disk';
import { applyFault } from './faults';
import { Ledger } from './ledger';
import { Machine } from './machine';
import { recompute, type Segment } from './oracle';
import { Plant } from './plant';
import { bundleOf, planOf, trustText, type PlanChoice } from './releases';
import { scenarioOf, type Scenario } from './scenario';
import { Trace } from './trace';

export interface Outcome {
  readonly seed: number;
  readonly findings: readonly string[];
  readonly trace: string;
  readonly figures: { readonly messages: number; readonly effects: number; readonly repeated: number; readonly kills: number; readonly starts: number; readonly events: number; readonly virtualMs: number };
}

/** After the faults end, everything must be carried out within this time. */
const CONVERGE_MS = 120_000;
const LOOK_MS = 100;
const SETTLE_MS = 3_000;

/** One simulation: everything in it follows from `scenario`. */
export class World {
  readonly trace = new Trace();
  readonly clock: Clock;
  readonly dice: Dice;
  readonly machine: Machine;
  readonly plantBroker: Broker;
  readonly outBroker: Broker;
  readonly ledger: Ledger;
  private readonly plant: Plant;
  private readonly segments: Segment[] = [];
  /** By release. */
  private readonly choices: readonly PlanChoice[];
  private wantedRelease = 1;
  private activeRelease = 0;
  /** One that was given up is not taken again. */
  private newestRelease = 0;
  /** Somebody has asked the agent to stop. */
  mayEnd = false;
  private bundles: Uint8Array[] = [];

  constructor(
    readonly scenario: Scenario,
    openMemory: () => RawDb,
    tell: (line: string) => void
  ) {
    const { seed } = scenario;
    this.dice = new Dice(seed, 'world');
    const { clock, dice } = { clock: new Clock(new Dice(seed, 'clock'), error => this.uncaught(error)), dice: this.dice };
    this.clock = clock;
    this.ledger = new Ledger(() => `${clock.nowMs.toFixed(1)} ms`);
    this.choices = [scenario.choice, ...scenario.faults.flatMap(fault => (fault.kind === 'deploy' ? [{ ...scenario.choice, sizeMs: fault.sizeMs }] : []))];
    const { ledger } = this;
    const common = { clock, dice, onTaken: ledger.acknowledged.bind(ledger), onLost: ledger.lostByBroker.bind(ledger), onPublished: ledger.published.bind(ledger), onViolation: (words: string) => ledger.find(`the agent ${words}`) };
    this.plantBroker = new Broker({ ...common, name: 'plant', ...scenario.plant });
    this.outBroker = new Broker({ ...common, name: 'out', versions: [5], receiveMax: 20, idMax: 65_535, forgetsDup: false, repeatsReleased: false });
    this.machine = new Machine({
      clock,
      dice,
      trace: this.trace,
      openMemory,
      brokers: new Map([['plant', this.plantBroker], ['out', this.outBroker]]),
      start: startAgent,
      agentOptions: { log: line => tell(`${clock.nowMs.toFixed(1)} ms  ${line}`), probationMs: scenario.probationMs, trustFile: '/data/trust.json', brokers: { plant: { url: 'mqtt://plant:1883' }, out: { url: 'mqtt://out:1883' } }, http: { host: '127.0.0.1', port: 0 } },
      onCommit: commit => this.committed(commit),
      onInputs: (firstSeq, inputs) => inputs.forEach((input, index) => ledger.numbered.set(firstSeq + index, input as GraphInput)),
      onWriteAfterEnd: () => ledger.find('the agent writes to a connection that it has ended'),
      onIdInUse: packetId => ledger.find(`the agent holds packet id ${packetId}, which the broker has given to another message`),
      onEnded: error => this.agentEnded(error)
    });
    this.plant = new Plant({ scenario, clock, broker: this.plantBroker, onSent: message => ledger.sent.push(message) });
    for (const fault of scenario.faults) {
      clock.schedule(fault.atMs, () => {
        tell(`${clock.nowMs.toFixed(1)} ms  * ${JSON.stringify(fault)}`);
        applyFault(this, fault);
      });
    }
  }

  /** A new release is wanted from now on. */
  wantNext(): void {
    this.wantedRelease++;
  }

  async run(): Promise<Outcome> {
    const { scenario, clock, machine } = this;
    current.machine = machine;
    machine.files.makeFolder('/data');
    machine.files.install('/data/trust.json', Buffer.from(trustText()));
    this.bundles = await Promise.all(this.choices.map((choice, index) => bundleOf(choice, index + 1)));
    machine.boot();
    this.operate();
    const found = (): boolean => this.ledger.findings.length > 0;
    await clock.run(scenario.troubleMs + 10, found);
    this.calm();
    const calmMs = clock.nowMs;
    await clock.run(calmMs + CONVERGE_MS, () => found() || this.drained());
    this.ledger.calm = true;
    if (!found()) this.plant.finish();
    const finishMs = clock.nowMs;
    await clock.run(finishMs + SETTLE_MS, found);
    await clock.run(finishMs + CONVERGE_MS, () => found() || this.drained());
    if (clock.nowMs >= finishMs + CONVERGE_MS) this.ledger.find(`not carried out ${CONVERGE_MS / 1_000} s after the last fault: ${this.stuck()}`);
    if (!found()) await this.stopAgent();
    if (!found()) await this.check();
    this.machine.end();
    current.machine = null;
    const { ledger } = this;
    this.trace.number(ledger.log.length);
    return {
      seed: scenario.seed,
      findings: ledger.findings,
      trace: this.trace.hex,
      figures: { messages: ledger.sent.length, effects: ledger.effectCount, repeated: ledger.repeated, kills: machine.kills, starts: machine.starts, events: clock.events, virtualMs: Math.round(clock.nowMs) }
    };
  }

  /** Deploys what is wanted until it runs. */
  private operate(): void {
    const { machine, clock } = this;
    const release = this.wantedRelease;
    const bundle = this.bundles[release - 1];
    if (machine.handle !== null && bundle !== undefined && this.newestRelease < release) {
      machine.handle.deploy(bundle).then(
        answer => {
          if (!answer.ok && !['BUSY', 'RELEASE_NOT_NEWER'].includes(answer.reason)) this.ledger.find(`release ${release} is refused: ${answer.reason}, ${answer.detail}`);
        },
        (error: unknown) => this.rejected(error)
      );
    }
    clock.schedule(LOOK_MS, () => this.operate());
  }

  /** The process breaks a rule that nobody catches. */
  uncaught(error: unknown): void {
    if (error instanceof Killed) return;
    this.ledger.find(`nobody caught: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }

  private rejected(error: unknown): void {
    const code = (error as { code?: unknown } | null)?.code;
    if (!(error instanceof Killed) && code !== 'STORE_CLOSED' && code !== 'AGENT_STOPPING' && !(code === 'DISK_IO' && this.machine.ioErrors > 0)) this.ledger.find(`deploying failed: ${String(error)}`);
  }

  /** Somebody stops the agent, which a supervisor then starts again. */
  restartAgent(): void {
    const { handle, process } = this.machine;
    if (handle === null) return;
    this.mayEnd = true;
    handle.stop().catch((error: unknown) => {
      if (process?.alive === true) this.stopFailed(error);
    });
  }

  private stopFailed(error: unknown): void {
    if (!(error instanceof Killed)) this.ledger.find(`stopping failed: ${String(error)}`);
  }

  private calm(): void {
    const { machine } = this;
    machine.delayMs = () => 1;
    machine.diskFullUntilMs = 0;
    machine.ioErrorIn = null;
    machine.killIn = null;
    for (const broker of [this.plantBroker, this.outBroker]) {
      broker.refusing = false;
      broker.start();
    }
  }

  private committed(commit: Commit): void {
    const { ledger } = this;
    if (commit.moved) this.moved();
    for (const { firstSeq, body } of commit.inbox) ledger.committed(firstSeq, decodeInputs(body));
  }

  private moved(): void {
    const { ledger, machine } = this;
    const cursor = machine.disk.query("SELECT seq FROM cursor WHERE name IN ('graph', 'start') ORDER BY name LIMIT 1")[0]?.['seq'];
    if (cursor !== undefined) ledger.covered(Number(cursor));
    const release = Number(machine.disk.query('SELECT release FROM active')[0]?.['release'] ?? 0);
    if (release === this.activeRelease) return;
    this.activeRelease = release;
    this.newestRelease = Math.max(this.newestRelease, release);
    this.segments.push({ release, plan: planOf(this.choices[release - 1] ?? this.scenario.choice), fromSeq: Number(cursor ?? -1) + 1 });
  }

  private agentEnded(error: unknown): void {
    const code = (error as { code?: unknown } | null)?.code;
    const broken = (code === 'DISK_IO' || code === 'STORE_CLOSED') && this.machine.ioErrors > 0;
    if (error === null ? !this.mayEnd : !broken && !(code === 'DISK_FULL' && this.machine.handle === null)) this.ledger.find(`the agent ended: ${error === null ? 'stopped' : String(error)}`);
    this.mayEnd = false;
  }

  private drained(): boolean {
    const { machine } = this;
    if (this.plantBroker.pending > 0 || !this.plantBroker.subscribed || machine.handle === null || this.newestRelease !== this.wantedRelease || this.clock.events % 16 !== 0) return false;
    return this.outboxRows === 0 && this.ledger.sent.length > 0;
  }

  private get outboxRows(): number {
    return Number(this.machine.disk.query('SELECT COUNT(*) AS n FROM outbox')[0]?.['n']);
  }

  private stuck(): string {
    const rows = this.activeRelease === 0 ? 0 : this.outboxRows;
    return `agent ${this.machine.handle === null ? 'not running' : 'running'}, release ${this.activeRelease} of ${this.wantedRelease}, ${this.plantBroker.subscribed ? 'subscribed' : 'not subscribed'}, ${this.plantBroker.pending} messages at the broker, ${rows} rows in the outbox`;
  }

  private async stopAgent(): Promise<void> {
    const { machine, clock } = this;
    let stopped = false;
    this.mayEnd = true;
    machine.handle?.stop().then(
      () => (stopped = true),
      (error: unknown) => this.ledger.find(`stopping failed: ${String(error)}`)
    );
    await clock.run(clock.nowMs + 20_000, () => stopped);
    if (!stopped) this.ledger.find('the agent does not stop within 20 s');
  }

  private async check(): Promise<void> {
    const { ledger, machine } = this;
    if (this.segments.length === 0) return ledger.find('no release became active');
    ledger.checkConservation();
    const { effects, graph, deadLetters } = await recompute(ledger.log, this.segments);
    ledger.checkEffects(effects);
    const { conservationError } = graph.metrics().totals;
    if (conservationError !== 0) ledger.find(`the engine loses ${conservationError} rows`);
    const snapshot = machine.disk.query("SELECT value FROM state WHERE name = 'graph'")[0]?.['value'];
    if (snapshot instanceof Uint8Array && !Buffer.from(snapshot).equals(Buffer.from(graph.snapshot()))) ledger.find('the state of the last checkpoint is another than that of a run without faults');
    const letters = Number(machine.disk.query("SELECT COALESCE(MAX(seq), 0) AS n FROM cursor WHERE name = 'emitted:#deadLetters'")[0]?.['n']);
    if (letters !== deadLetters) ledger.find(`${letters} dead letters are on disk, expected ${deadLetters}`);
  }
}

/** Runs one simulation; `tell` hears what the agent says. */
export function simulate(scenario: Scenario, openMemory: () => RawDb, tell: (line: string) => void): Promise<Outcome> {
  return new World(scenario, openMemory, tell).run();
}

export { Killed, scenarioOf };
