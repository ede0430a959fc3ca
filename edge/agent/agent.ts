import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LittoralError } from '../../engine/error';
import { ENGINE_VERSION } from '../../engine/version';
import { ConnectionBook } from '../connection/connection-book';
import { fieldSealer } from '../crypto/key-ring';
import { withinMs, type Env } from '../env/env';
import { systemEnv } from '../env/system-env';
import type { Log } from '../log/log';
import { agentMetrics, metricFamilies } from '../metrics/agent-metrics';
import type { RowTimes } from '../metrics/effect-times';
import { openMetricsText, prometheusText } from '../metrics/prometheus-text';
import { serveHttp, type HttpServer } from '../metrics/http-server';
import { withDefaults, type BrokerSettings } from '../mqtt/broker-settings';
import { SecretRing } from '../secrets/secret-ring';
import { IngestRoute } from '../source/ingest-route';
import { lockFolder, type FolderLock } from '../store/lock';
import { storageError } from '../store/storage-error';
import { Store } from '../store/store';
import { admit } from './admission';
import type { AgentHandle, AgentOptions, AgentStatus, DeployAnswer } from './agent-api';
import { collectFigures, type FigureSources } from './figures';
import { Observation } from './observation';
import { unreadyWords } from './readiness';
import { agentStatus } from './status';
import { keepBundle, mendKept, pruneBundles } from './bundle-store';
import { adminToken, announceHttp, makeDataFolder } from './data-folder';
import { DurableWriter } from './durable-writer';
import { Intake } from './intake';
import { Journal } from './journal';
import { lastRollback, rollbackCounts } from './release-state';
import { Releases } from './releases';
import { RunningPipeline } from './running-pipeline';
import { Sinks } from './sinks';
import { Sources } from './sources';

const BUNDLE_BYTES_MAX = 512 << 20;
/** A stop takes at most the two together, also when the disk is full or a sink is away; what remains waits on disk. */
const FINISH_MS = 4_000;
const DRAIN_MS = 3_000;
const ROLL_ROWS = 50_000;
const ROLL_MS = 10_000;
const COMPACT_EVERY_MS = 3_600_000;
const PROBATION_MS = 60_000;
const PROBATION_CRASHES_MAX = 3;
const STORE_FILE = 'agent.db';
const LOCK_FILE = 'lock.db';
const FEATURES_FILE = 'features.db';
const STORE_BYTES_MAX = 4 * 2 ** 30;
const PAGE_BYTES = 4_096;

/**
 * Starts an agent on its data folder: what was active goes on where it stopped, then the bundle of `bundleFile` is activated
 * if there is one, else it waits for bundles. Rejects with `BUNDLE_REFUSED` when nothing is active and the bundle is
 * refused, with a storage error, or with `HTTP_LISTEN`.
 */
export async function startAgent(options: AgentOptions): Promise<AgentHandle> {
  makeDataFolder(options.dataDir, [STORE_FILE, LOCK_FILE]);
  const lock = await lockFolder(join(options.dataDir, LOCK_FILE));
  try {
    const store = await Store.open(join(options.dataDir, STORE_FILE), { pagesMax: Math.ceil((options.storeBytesMax ?? STORE_BYTES_MAX) / PAGE_BYTES) });
    const agent = new Agent(options, store, lock);
    await agent.start();
    return agent;
  } catch (error) {
    lock.release();
    throw error;
  }
}

class Agent implements AgentHandle {
  readonly done: Promise<void>;
  readonly agentId: string;
  private readonly writer: DurableWriter;
  private readonly journal: Journal;
  private readonly intake: Intake;
  private readonly sinks: Sinks;
  private readonly sources: Sources;
  private readonly ingest: IngestRoute;
  private readonly observation: Observation;
  private readonly env: Env;
  private readonly releases: Releases;
  private readonly startedMs: number;
  private readonly rejected = new Map<string, number>();
  private readonly dropped: Record<string, number> = {};
  private http: HttpServer | null = null;
  private state: AgentStatus['state'] = 'waiting';
  private failure: string | null = null;
  private deploying = false;
  private finish: () => void = () => undefined;
  private fail: (error: unknown) => void = () => undefined;

  constructor(
    private readonly options: AgentOptions,
    private readonly store: Store,
    private readonly lock: FolderLock
  ) {
    this.env = options.env ?? systemEnv();
    this.startedMs = this.env.nowMs();
    this.done = new Promise((done, fail) => {
      this.finish = done;
      this.fail = fail;
    });
    this.done.catch(() => undefined);
    const { env } = this;
    this.agentId = identity(store, env);
    const { agentId } = this;
    this.observation = new Observation({
      env,
      agentId,
      startedMs: this.startedMs,
      running: () => this.running,
      figures: () => collectFigures(this.figureSources()),
      otlp: options.otlp ?? null,
      traceRatio: options.traceRatio ?? 0,
      log: options.log
    });
    this.writer = new DurableWriter({ env, store, onFatal: error => this.failed(error), onBlocked: (blocked, words) => this.blocked(blocked, words) });
    this.journal = new Journal(store);
    this.intake = new Intake({ env, store, journal: this.journal, writer: this.writer, onInputs: inputs => this.running?.pipeline.push(inputs) });
    const connections = options.connections ?? ConnectionBook.parse([], SecretRing.parse([]));
    const common = { env, store, agentId, log: this.log, connections, brokerOf: (connection: string) => this.brokerOf(connection) };
    this.sinks = new Sinks({
      ...common,
      writer: this.writer,
      lakeDir: options.lakeDir ?? join(options.dataDir, 'lake'),
      featuresFile: join(options.dataDir, FEATURES_FILE),
      stdout: process.stdout,
      rollRows: options.rollRows ?? ROLL_ROWS,
      rollMs: options.rollMs ?? ROLL_MS,
      compactEveryMs: options.lakeCompactEveryMs === undefined ? COMPACT_EVERY_MS : options.lakeCompactEveryMs,
      tracer: this.observation.tracer,
      onCarriedOut: (key, count, createdMs, times) => this.carriedOut(key, count, createdMs, times),
      onDropped: (reason, rows) => (this.dropped[reason] = (this.dropped[reason] ?? 0) + rows)
    });
    this.sources = new Sources({ ...common, intake: this.intake, onDropped: (reason, count) => (this.dropped[reason] = (this.dropped[reason] ?? 0) + count) });
    this.ingest = new IngestRoute(() => this.sources.posted);
    this.releases = new Releases({
      env,
      store,
      journal: this.journal,
      writer: this.writer,
      intake: this.intake,
      sources: this.sources,
      sinks: this.sinks,
      sealer: fieldSealer(options.keys ?? new Map()),
      dataDir: options.dataDir,
      probation: { durationMs: options.probationMs ?? PROBATION_MS, crashesMax: PROBATION_CRASHES_MAX },
      log: this.log,
      onLive: () => (this.state = this.writer.blocked ? 'blocked' : 'live'),
      onDropped: (reason, rows) => (this.dropped[reason] = (this.dropped[reason] ?? 0) + rows),
      onFatal: error => this.failed(error)
    });
  }

  private get running(): RunningPipeline | null {
    return this.releases.running;
  }

  get url(): string {
    return this.http?.url ?? '';
  }

  async start(): Promise<void> {
    const { dataDir, bundleFile, http } = this.options;
    try {
      this.observation.start();
      await this.sinks.resume();
      if (bundleFile !== undefined) await this.mendActive(bundleFile);
      await this.releases.resume();
      if (bundleFile !== undefined) await this.deployFile(bundleFile);
      this.http = await serveHttp({ host: '127.0.0.1', port: 0, ...http, token: adminToken(dataDir, this.env), bundleBytesMax: BUNDLE_BYTES_MAX, answers: this.answers() });
      announceHttp(dataDir, this.http.url, this.http.port);
    } catch (error) {
      await this.shutDown();
      throw error;
    }
    this.log(`agent: listens on ${this.http.url}; ${this.running === null ? 'waits for a bundle' : `runs ${this.running.words}`}.`, { event: 'agent.listening', fields: { url: this.http.url } });
  }

  status(): AgentStatus {
    const more = { probation: this.releases.probationState, rollbacks: rollbackCounts(this.store), lastRollback: lastRollback(this.store) };
    return agentStatus({ ...this.figureSources(), state: this.state, problem: this.unready(), more });
  }

  metrics(): string {
    return agentMetrics(collectFigures(this.figureSources()));
  }

  async deploy(bytes: Uint8Array): Promise<DeployAnswer> {
    if (this.deploying || this.state === 'stopping') return { ok: false, reason: 'BUSY', detail: 'another bundle is being deployed, or the agent is stopping; send it again in a moment' };
    this.deploying = true;
    try {
      const verdict = await admit(bytes, {
        trustFile: this.options.trustFile,
        target: this.options.target ?? null,
        nowMs: this.env.nowMs(),
        releaseOf: pipeline => this.store.releaseOf(pipeline),
        lastRollback: () => lastRollback(this.store),
        checkSources: deployment => this.sources.check(deployment),
        checkSinks: deployment => this.sinks.check(RunningPipeline.bindings(deployment).values())
      });
      if (!verdict.ok) {
        this.rejected.set(verdict.reason, (this.rejected.get(verdict.reason) ?? 0) + 1);
        this.log(`bundle: refused, ${verdict.detail} (${verdict.reason}).${this.running === null ? '' : ` ${this.running.words} keeps running.`}`, { event: 'bundle.refused', severity: 'warn', fields: { reason: verdict.reason } });
        return verdict;
      }
      const { deployment } = verdict;
      await keepBundle(this.options.dataDir, deployment.sha256, bytes, this.env);
      await this.releases.activate(deployment);
      await pruneBundles(this.options.dataDir, this.releases.neededBundles);
      return { ok: true, pipeline: deployment.pipeline, release: deployment.release };
    } finally {
      this.deploying = false;
    }
  }

  async stop(): Promise<void> {
    if (this.state === 'stopping' || this.state === 'failed') return this.done;
    this.state = 'stopping';
    try {
      await this.finishWork();
    } catch (error) {
      if (this.failure === null) throw error;
    }
    if (this.failure !== null) return this.done;
    await this.shutDown();
    this.log('agent: stopped; everything taken in is on disk.', { event: 'agent.stopped' });
    this.finish();
  }

  private async finishWork(): Promise<void> {
    await this.sources.stop();
    this.intake.close();
    await withinMs(this.env, this.releases.close(), FINISH_MS);
    await this.sinks.close(DRAIN_MS);
  }

  /** The kept copy of the active bundle may be gone; the file that the agent is started with can stand in for it. */
  private async mendActive(path: string): Promise<void> {
    const active = this.store.active();
    if (active === null || !(await mendKept(this.options.dataDir, active.sha256, await bundleBytes(path), this.env))) return;
    this.log(`bundle: the kept copy of ${active.pipeline} release ${active.release} was gone or damaged; "${path}" is the same bundle and is kept instead.`, { event: 'bundle.mended', fields: { pipeline: active.pipeline, release: active.release } });
  }

  private async deployFile(path: string): Promise<void> {
    const bytes = await bundleBytes(path);
    const answer = await this.deploy(bytes);
    if (answer.ok || this.running !== null) return;
    throw new LittoralError('BUNDLE_REFUSED', `bundle "${path}": refused, ${answer.detail} (${answer.reason}). Look at it with \`littoral verify\`.`, { details: { reason: answer.reason, detail: answer.detail } });
  }

  private brokerOf(connection: string): BrokerSettings {
    const { connections, brokers, brokerUrl, brokerSecrets } = this.options;
    const own = connections?.brokerOf(connection) ?? brokers?.[connection];
    if (own !== undefined) return withDefaults(own, brokerSecrets, { credentials: false });
    if (brokerUrl !== undefined) return withDefaults({ url: brokerUrl }, brokerSecrets, { credentials: true });
    throw new LittoralError('NO_BROKER', `connection "${connection}": the agent knows no broker for it; expected an address. Start it with --broker URL.`);
  }

  private carriedOut(key: string, count: number, createdMs: number, times: RowTimes | null): void {
    this.releases.carriedOut(key, count, times !== null && Number.isFinite(times.receivedMs) ? times.receivedMs : createdMs);
    this.observation.carriedOut(key, count, createdMs, times);
  }

  private blocked(blocked: boolean, words: string): void {
    this.log(words, blocked ? { event: 'store.blocked', severity: 'error' } : { event: 'store.recovered' });
    if (this.state === 'live' || this.state === 'blocked') this.state = blocked ? 'blocked' : 'live';
    this.sources.setPaused('disk', blocked);
    if (blocked) this.releases.relieve();
  }

  private failed(error: unknown): void {
    if (this.state === 'failed') return;
    this.state = 'failed';
    this.failure = error instanceof Error ? error.message : String(error);
    this.log(`agent: ends, ${this.failure}`, { event: 'agent.failed', severity: 'error' });
    this.writer.close();
    void this.shutDown().then(() => this.fail(error), this.fail);
  }

  private async shutDown(): Promise<void> {
    await this.sources.stop();
    await this.sinks.close(0);
    this.writer.close();
    await this.observation.stop();
    this.releases.abandon();
    await this.http?.close();
    this.store.close();
    this.lock.release();
  }

  private readonly log: Log = (text, facts) => {
    this.observation.note(text, facts);
    this.options.log?.(text, facts);
  };

  private unready(): string | null {
    const { state, sources, observation, env, options, writer } = this;
    return unreadyWords({ state, failure: writer.stats.blockedBy ?? this.failure, sources, observation, monotonicMs: env.monotonicMs(), silenceMaxMs: options.silenceMaxMs ?? null });
  }

  private answers(): Parameters<typeof serveHttp>[0]['answers'] {
    const families = (): ReturnType<typeof metricFamilies> => metricFamilies(collectFigures(this.figureSources()));
    return { metrics: openMetrics => (openMetrics ? openMetricsText(families()) : prometheusText(families())), status: () => this.status(), unready: () => this.unready(), unhealthy: () => this.failure, deploy: bytes => this.deploy(bytes), ingest: (request, response) => this.ingest.answer(request, response), features: (view, key) => this.sinks.featuresOf(view, key) };
  }

  private figureSources(): FigureSources {
    const { store, writer, running, sources, sinks, observation, rejected, dropped, startedMs, env, state } = this;
    return { store, writer, running, sources, sinks, observation, rejected, dropped, startedMs, live: state === 'live', nowMs: env.nowMs(), monotonicMs: env.monotonicMs() };
  }
}

function bundleBytes(path: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    throw storageError(error, path);
  });
}

function identity(store: Store, env: Env): string {
  const known = store.meta('agentId');
  if (known !== null) return known;
  const agentId = env.randomHex(4);
  store.transaction(() => store.setMeta('agentId', agentId));
  return agentId;
}
