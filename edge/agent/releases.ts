import type { FieldSealer } from '../../engine/crypto/seal-batch';
import { LittoralError } from '../../engine/error';
import { carryState } from '../../engine/graph/carry-state';
import { createGraph } from '../../engine/graph/create-graph';
import type { ReportCounters } from '../../engine/graph/graph-api';
import { missingKeys } from '../crypto/key-ring';
import type { Env } from '../env/env';
import { runnableOf } from '../host/evidence';
import { compatibilityWords } from '../host/compatibility-words';
import type { Log } from '../log/log';
import type { ActiveRelease, Store } from '../store/store';
import { keptFiles } from './bundle-store';
import type { Deployment } from './deployment';
import type { DurableWriter } from './durable-writer';
import type { Intake } from './intake';
import type { Journal } from './journal';
import { Probation, type RollbackReason } from './probation';
import { forgetFormer, probationRecord, returnToFormer, takeOver, writeProbation, type Baseline, type ProbationRecord } from './release-state';
import { RunningPipeline, type PreparedPipeline } from './running-pipeline';
import type { Sinks } from './sinks';
import type { Sources } from './sources';

export interface ReleasesOptions {
  readonly env: Env;
  readonly store: Store;
  readonly journal: Journal;
  readonly writer: DurableWriter;
  readonly intake: Intake;
  readonly sources: Sources;
  readonly sinks: Sinks;
  readonly sealer: FieldSealer;
  readonly dataDir: string;
  readonly probation: ProbationLimits;
  readonly log: Log;
  /** A pipeline runs. */
  readonly onLive: () => void;
  readonly onDropped: (reason: string, rows: number) => void;
  readonly onFatal: (error: unknown) => void;
}

export interface ProbationLimits {
  /** 0: a release is trusted at once. */
  readonly durationMs: number;
  /** Ends of the process without a stop, after which a release on probation is given up. */
  readonly crashesMax: number;
}

const RELIEF_MS = 1_000;

/** State with which a release takes over. */
interface Inheritance {
  readonly carried: Uint8Array | null;
  readonly rowsLost: number;
  readonly words: readonly string[];
}

/**
 * Which release runs. A new one takes over between two inputs: the former runs what it has up to input S and writes its
 * checkpoint; one transaction then makes the new one active, with the state it can go on with; it begins with input S + 1.
 * A process that dies before the transaction finds the former release active, after it the new one.
 *
 *   former  ────────────── S │
 *   new                      │ S + 1 ── probation ── proven            (the former one is forgotten)
 *   former                   │ S + 1 ─────────────── … after a failure (its state at S, the inputs since S again)
 */
export class Releases {
  running: RunningPipeline | null = null;
  private probation: Probation | null = null;
  private record: ProbationRecord | null = null;
  private changing: Promise<void> = Promise.resolve();
  private ended = false;

  constructor(private readonly options: ReleasesOptions) {
    this.record = probationRecord(options.store);
  }

  /** Files of bundles that must stay: the active one and the one that may come back. */
  get neededBundles(): readonly string[] {
    const active = this.options.store.active();
    return [active, this.record?.former ?? null].flatMap(each => (each === null ? [] : [each.sha256]));
  }

  /** The probation that goes on, for people and fleets; null: none. */
  get probationState(): { readonly formerRelease: number; readonly remainingMs: number | null; readonly crashes: number } | null {
    const { record, probation } = this;
    return record === null || probation === null ? null : { formerRelease: record.former.release, remainingMs: probation.remainingMs, crashes: record.crashes };
  }

  /** Goes on with what was active, or with the former release when the active one keeps ending the process. */
  async resume(): Promise<void> {
    const { store, writer, log, probation } = this.options;
    const active = store.active();
    if (active === null) return;
    if (this.record !== null) {
      const record = { ...this.record, crashes: this.record.crashes + (this.record.stopped ? 0 : 1), stopped: false };
      this.record = record;
      await writer.commit(() => writeProbation(store, record));
      if (probation.durationMs === 0) await this.passed();
      else if (record.crashes >= probation.crashesMax) {
        const former = await this.formerDeployment(record);
        if (former !== null) return this.giveUp(active, former, 'crash_loop', `the process ended ${record.crashes} times without having been stopped`);
      }
    }
    const deployment: Deployment = { ...active, ...runnableOf(await keptFiles(this.options.dataDir, active.sha256)) };
    const prepared = await this.prepare(deployment);
    this.live(deployment, prepared.start());
    log(`agent: goes on with ${active.pipeline} release ${active.release}.`, { event: 'release.resumed', fields: { pipeline: active.pipeline, release: active.release } });
  }

  /** Makes `deployment` the active release. */
  activate(deployment: Deployment): Promise<void> {
    return this.exclusively(() => this.switchTo(deployment));
  }

  /** Gives the release on probation up; false: there is none, or what it replaced is gone. */
  rollBack(reason: RollbackReason, detail: string): Promise<boolean> {
    return this.exclusively(async () => {
      const { running, record } = this;
      const active = this.options.store.active();
      if (active === null || record === null || this.ended) return false;
      const former = await this.formerDeployment(record);
      if (former === null) return false;
      this.probation?.stop();
      await running?.abandon();
      await this.giveUp(active, former, reason, detail);
      return true;
    });
  }

  /** The sinks have carried out `count` effects of what was received at `receivedMs`. */
  carriedOut(key: string, count: number, receivedMs: number): void {
    if (this.probation !== null && this.running?.pipeline.bindings.has(key) === true) this.probation.carriedOut(count, receivedMs);
  }

  /** Runs what waits and ends; an end of the process after this is no crash. */
  async close(): Promise<void> {
    this.ended = true;
    this.probation?.stop();
    await this.exclusively(async () => {
      await this.running?.close();
      const { record } = this;
      if (record !== null) await this.options.writer.commit(() => writeProbation(this.options.store, { ...record, stopped: true }));
    });
  }

  /** Ends at once. */
  abandon(): void {
    this.ended = true;
    this.probation?.stop();
    void this.running?.abandon();
  }

  private async switchTo(deployment: Deployment): Promise<void> {
    const { env, store, journal, writer, intake, sources, log, onDropped, probation } = this.options;
    if (this.ended) throw new LittoralError('AGENT_STOPPING', `bundle: ${deployment.pipeline} release ${deployment.release} is not activated, because the agent is stopping. Deploy it again.`);
    const prepared = await this.prepare(deployment);
    const { running } = this;
    const beganMs = env.monotonicMs();
    await sources.endOthers(deployment);
    intake.flush();
    this.probation?.stop();
    await running?.close();
    const seq = running?.pipeline.processedSeq ?? journal.nextSeq - 1;
    const { carried, rowsLost, words } = this.inherit(running, deployment);
    const baseline = running === null || probation.durationMs === 0 ? null : baselineOf(deployment, carried);
    const next = { pipeline: deployment.pipeline, release: deployment.release, sha256: deployment.sha256, sinceMs: env.nowMs() };
    const sinks = deployment.plan.nodes.flatMap(node => (node.op === 'sink' ? [node.config.name] : []));
    const started: { pipeline?: RunningPipeline } = {};
    try {
      await writer.commit(
        () => {
          journal.write(env.nowMs());
          takeOver(store, { next, seq, carried, sinks, baseline });
        },
        () => {
          journal.settled();
          this.record = probationRecord(store);
          started.pipeline = prepared.start();
          this.running = started.pipeline;
        }
      );
    } catch (error) {
      this.failed(error);
      throw error;
    }
    if (rowsLost > 0) onDropped('replaced', rowsLost);
    for (const line of words) log(line, { event: 'release.state_carried' });
    if (started.pipeline !== undefined) this.live(deployment, started.pipeline);
    log(`bundle: ${deployment.pipeline} release ${deployment.release} is live${running === null ? '' : `; it took over within ${Math.ceil(env.monotonicMs() - beganMs)} ms`}.`, { event: 'release.live', fields: { pipeline: deployment.pipeline, release: deployment.release } });
  }

  /** What the new release takes over from the running one, which has written its last checkpoint. */
  private inherit(running: RunningPipeline | null, deployment: Deployment): Inheritance {
    if (running === null) return { carried: null, rowsLost: 0, words: [] };
    const checkpoint = this.options.store.checkpoint();
    let rowsLost = 0;
    for (const node of running.pipeline.graph.metrics().nodes.values()) rowsLost += node.rowsInState;
    if (checkpoint === null || running.deployment.pipeline !== deployment.pipeline) return { carried: null, rowsLost, words: [] };
    const { snapshot, compatibility } = carryState(checkpoint.snapshot, running.deployment.plan, deployment.plan);
    return { carried: snapshot, rowsLost: compatibility.rowsLost ?? rowsLost, words: compatibilityWords(compatibility) };
  }

  /** One transaction brings the former release back. */
  private async giveUp(bad: Pick<ActiveRelease, 'pipeline' | 'release' | 'sha256'>, former: Deployment, reason: RollbackReason, detail: string): Promise<void> {
    const { env, store, journal, writer, intake, sources, log } = this.options;
    const { record } = this;
    if (record === null) throw new LittoralError('INTERNAL', 'rollback: there is no former release');
    const prepared = await this.prepare(former);
    await sources.endOthers(former);
    intake.flush();
    const rollback = { pipeline: bad.pipeline, release: bad.release, sha256: bad.sha256, reason, detail, atMs: env.nowMs(), to: former.release };
    const again = journal.nextSeq - 1 - record.seq;
    const started: { pipeline?: RunningPipeline } = {};
    await writer.commit(
      () => {
        journal.write(env.nowMs());
        returnToFormer(store, record, rollback);
      },
      () => {
        journal.settled();
        this.record = null;
        this.probation = null;
        started.pipeline = prepared.start();
        this.running = started.pipeline;
      }
    );
    if (started.pipeline !== undefined) this.live(former, started.pipeline);
    log(`release: ${bad.pipeline} release ${bad.release} is given up: ${detail} (${reason}). ${former.pipeline} release ${former.release} goes on from its own state and sees ${again} inputs again; effects of release ${bad.release} stay as they are.`, { event: 'release.rolled_back', severity: 'error', fields: { pipeline: bad.pipeline, release: bad.release, reason, back_to: former.release } });
  }

  /** The release that may come back; null, and said, when its bundle is gone. */
  private async formerDeployment({ former }: ProbationRecord): Promise<Deployment | null> {
    try {
      return { ...former, ...runnableOf(await keptFiles(this.options.dataDir, former.sha256)) };
    } catch (error) {
      if (!(error instanceof LittoralError)) throw error;
      this.options.log(`release: ${former.pipeline} release ${former.release} cannot come back: ${error.message}`, { event: 'release.rollback_failed', severity: 'error', fields: { pipeline: former.pipeline, release: former.release } });
      return null;
    }
  }

  /** Everything that takes time before a pipeline can start: its sinks and its models. */
  private async prepare(deployment: Deployment): Promise<PreparedPipeline> {
    const { env, store, journal, writer, intake, sources, sinks, sealer, log, onDropped } = this.options;
    const bindings = RunningPipeline.bindings(deployment);
    await writer.commit(() => {
      for (const [key, binding] of bindings) store.putSink(key, JSON.stringify(binding));
    });
    for (const [key, binding] of bindings) await sinks.add(key, binding);
    for (const name of missingKeys([...bindings.values()].map(({ schema }) => schema), sealer)) log(`agent: key "${name}" is not there; rows with its columns become dead letters (KEY_MISSING). Start with --keys.`, { event: 'key.missing', severity: 'warn', fields: { key: name } });
    return RunningPipeline.prepare({
      env,
      deployment,
      store,
      journal,
      writer,
      intake,
      sealer,
      keepsInputs: () => this.record !== null,
      onRows: (key, rows) => sinks.wake(key, rows),
      onStep: (seq, sinkKeys) => intake.stepped(seq, sinkKeys),
      onPressure: pressed => sources.setPaused('engine', pressed),
      onForeign: count => onDropped('foreignSource', count),
      onFatal: error => this.failed(error)
    });
  }

  private live(deployment: Deployment, running: RunningPipeline): void {
    const { sources, onLive } = this.options;
    this.running = running;
    sources.setPaused('engine', false);
    sources.start(deployment);
    this.watch(running);
    onLive();
  }

  private watch(running: RunningPipeline): void {
    const { env, sinks, probation } = this.options;
    const { record } = this;
    this.probation?.stop();
    this.probation = null;
    if (record === null) return;
    const { pipeline, inference, deployment } = running;
    const firstSeq = pipeline.processedSeq;
    this.probation = new Probation({
      env,
      slo: deployment.plan.slo ?? {},
      baseline: record.baseline,
      durationMs: probation.durationMs,
      figures: () => ({ totals: pipeline.totals, inference: inference.stats, hasData: pipeline.processedSeq > firstSeq, sinkTrouble: sinks.problems().length > 0 }),
      onPassed: () => void this.exclusively(() => this.passed()).catch(this.options.onFatal),
      onFailed: (reason, detail) => void this.rollBack(reason, detail).catch(this.options.onFatal)
    });
    this.probation.start();
  }

  /** The disk is full: inputs that have been seen leave it, and what is kept for a rollback is given up, so that there is room for what comes. */
  relieve(): void {
    this.options.env.soon(() => {
      if (this.record !== null) this.endEarly();
      this.running?.pipeline.makeRoom();
    });
  }

  private endEarly(): void {
    const { env, store, writer, log } = this.options;
    const { record } = this;
    if (record === null || !writer.blocked || writer.isClosed) return;
    if (!writer.tryCommit(() => forgetFormer(store))) return void env.setTimer(RELIEF_MS, () => this.endEarly());
    this.record = null;
    this.probation?.stop();
    this.probation = null;
    this.running?.pipeline.makeRoom();
    log(`release: the disk is full, so the probation of ${this.running?.words ?? 'the active release'} ends early; release ${record.former.release} cannot come back.`, { event: 'release.probation_ended', severity: 'warn' });
  }

  private async passed(): Promise<void> {
    const { store, writer, log } = this.options;
    const { record } = this;
    if (record === null || this.ended) return;
    await writer.commit(
      () => forgetFormer(store),
      () => {
        this.record = null;
        this.probation = null;
      }
    );
    log(`release: ${this.running?.words ?? 'the active release'} has proven itself; release ${record.former.release} is kept no longer.`, { event: 'release.proven' });
  }

  /** A pipeline cannot go on. A release on probation is given up for it; without one the agent ends. */
  private failed(error: unknown): void {
    const isStorage = this.options.writer.isClosed || (error instanceof LittoralError && /^(STORE|DISK)_/.test(error.code));
    if (isStorage || this.record === null) return this.options.onFatal(error);
    const detail = error instanceof Error ? error.message : String(error);
    void this.rollBack('exception', detail).then(done => {
      if (!done) this.options.onFatal(error);
    }, this.options.onFatal);
  }

  /** One change of releases at a time. */
  private async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const before = this.changing;
    let finish: () => void = () => undefined;
    this.changing = new Promise(done => (finish = done));
    await before;
    try {
      return await work();
    } finally {
      finish();
    }
  }
}

function baselineOf(deployment: Deployment, carried: Uint8Array | null): Baseline {
  const graph = createGraph(deployment.plan);
  if (carried !== null) graph.restore(carried);
  const { rowsIn, late, deadLetters }: ReportCounters = graph.metrics().totals;
  return { rowsIn, late, deadLetters };
}
