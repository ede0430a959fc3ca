import { readFile, writeFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { LittoralError } from '../../engine/error';
import { ENGINE_VERSION } from '../../engine/version';
import type { AgentHandle, AgentStatus, DeployAnswer } from '../agent/agent-api';
import { pause, repeat, type Env, type Timer } from '../env/env';
import type { Log } from '../log/log';
import type { BrokerSettings } from '../mqtt/broker-settings';
import { storageError } from '../store/storage-error';
import { ChunkDownload, downloadByHttp } from './download';
import { encodeMessage, parseDesired, type AgentReport, type DeploymentReport, type DesiredBundle, type Health, type Labels } from './fleet-messages';
import { MessageBus, type BusMessage } from './message-bus';
import { PartialFile } from './partial-file';
import { CHUNK_BYTES, desiredTopic, isAgentName, reportTopic } from './topics';

export interface FleetLinkOptions {
  readonly env: Env;
  readonly settings: BrokerSettings;
  /** Of this agent in the fleet: letters, digits, ".", "_", "-". */
  readonly name: string;
  readonly labels: Labels;
  /** The agent's data folder: unfinished downloads and the last outcome stay there. */
  readonly dataDir: string;
  readonly agent: Pick<AgentHandle, 'status' | 'deploy'>;
  readonly log: Log;
}

const LOOK_MS = 1_000;
const HEARTBEAT_MS = 30_000;
const BUSY_MS = 2_000;
const RETRY_MS = 15_000;
const TEXT_MAX = 600;
const OUTCOME_FILE = 'fleet.json';

/**
 * An agent's place in a fleet: says how it is, retained, and runs the bundle that it is wished to run. A bundle that comes
 * this way is admitted like any other; what the broker says decides nothing but which bytes are looked at.
 */
export class FleetLink {
  private readonly bus: MessageBus;
  private desired: DesiredBundle | null = null;
  private deployment: DeploymentReport | null = null;
  private download: ChunkDownload | null = null;
  private working = false;
  private stopped = false;
  private timer: Timer | null = null;
  private said = '';
  private saidAtMs = -Infinity;

  private constructor(private readonly options: FleetLinkOptions) {
    const { env, settings, name, log } = options;
    this.bus = new MessageBus({
      env,
      settings,
      clientId: `littoral-fleet-${name}`,
      will: { topic: reportTopic(name), payload: encodeMessage(this.report('offline')), qos: 1, retain: true },
      onMessage: message => this.take(message),
      onConnected: () => this.say(true),
      log
    });
  }

  /** Joins the fleet. Throws `AGENT_NAME`, `BROKER_URL` or a storage error. */
  static async start(options: FleetLinkOptions): Promise<FleetLink> {
    if (!isAgentName(options.name)) throw new LittoralError('AGENT_NAME', `agent name "${options.name}": it becomes a level of a topic; expected letters, digits, ".", "_" and "-", at most 64. Choose another with --name.`);
    const link = new FleetLink(options);
    link.deployment = await readOutcome(options.dataDir);
    link.bus.subscribe(desiredTopic(options.name));
    link.bus.start();
    link.timer = repeat(options.env, LOOK_MS, () => link.say(false));
    return link;
  }

  /** Says goodbye: the fleet sees the agent offline. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    this.download?.end();
    if (this.bus.isConnected) {
      const { env, name } = this.options;
      await Promise.race([this.bus.publish({ topic: reportTopic(name), payload: encodeMessage(this.report('offline')) }), pause(env, LOOK_MS)]);
    }
    await this.bus.stop();
  }

  private take({ topic, payload }: BusMessage): void {
    if (topic !== desiredTopic(this.options.name)) return this.download?.take(topic, payload);
    try {
      this.desired = payload.length === 0 ? null : parseDesired(payload);
    } catch (error) {
      if (!(error instanceof LittoralError)) throw error;
      this.options.log(error.message, { event: 'fleet.failed', severity: 'warn' });
      return;
    }
    this.download?.end();
    void this.work().catch((error: unknown) => this.options.log(`fleet: ${error instanceof Error ? error.message : String(error)}`));
  }

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    try {
      for (let desired = this.due(); desired !== null; desired = this.due()) await this.fulfil(desired);
    } finally {
      this.working = false;
    }
  }

  /** The wish that has no outcome yet. */
  private due(): DesiredBundle | null {
    const { desired, deployment } = this;
    if (this.stopped || desired === null) return null;
    return deployment?.id === desired.id && ['live', 'rejected', 'rolledBack'].includes(deployment.outcome) ? null : desired;
  }

  private async fulfil(desired: DesiredBundle): Promise<void> {
    const { env, agent, log } = this.options;
    if (agent.status().sha256 === desired.sha256) return this.settle(desired, { outcome: 'live' });
    try {
      const bytes = await this.fetch(desired);
      this.note(desired, { outcome: 'checking', received: desired.size });
      let answer: DeployAnswer = await agent.deploy(bytes);
      while (!answer.ok && answer.reason === 'BUSY' && !this.stopped && this.desired === desired) {
        await pause(env, BUSY_MS);
        answer = await agent.deploy(bytes);
      }
      if (answer.ok) await this.settle(desired, { outcome: 'live' });
      else if (answer.reason !== 'BUSY') await this.settle(desired, { outcome: 'rejected', reason: answer.reason, detail: answer.detail });
    } catch (error) {
      if (this.stopped || this.desired !== desired) return;
      const code = error instanceof LittoralError ? error.code : 'INTERNAL';
      const detail = error instanceof Error ? error.message : String(error);
      log(`fleet: release ${desired.release} cannot be had: ${detail}`, { event: 'fleet.bundle_unavailable', severity: 'warn', fields: { release: desired.release } });
      if (code === 'DOWNLOAD_SILENT' || code === 'DOWNLOAD_HTTP') {
        this.note(desired, { outcome: 'unavailable', reason: code, detail });
        await pause(env, RETRY_MS);
      } else await this.settle(desired, { outcome: 'rejected', reason: code, detail });
    }
  }

  private async fetch(desired: DesiredBundle): Promise<Uint8Array> {
    const { env, dataDir } = this.options;
    const file = await PartialFile.open(join(dataDir, 'incoming'), desired.fileSha256, desired.size, desired.url === null ? CHUNK_BYTES : 1);
    const onProgress = (received: number): void => this.note(desired, { outcome: 'downloading', received });
    onProgress(file.length);
    if (desired.url !== null) await downloadByHttp(desired, file, onProgress);
    else {
      this.download = new ChunkDownload({ env, source: { ask: topic => this.bus.subscribe(topic), leave: topic => this.bus.unsubscribe(topic) }, desired, file, onProgress });
      await this.download.run().finally(() => (this.download = null));
    }
    const bytes = await file.read();
    await file.clear();
    return bytes;
  }

  private note({ id, sha256, release, size }: DesiredBundle, news: Pick<DeploymentReport, 'outcome'> & Partial<DeploymentReport>): void {
    const { reason = null, detail = null, received = size, outcome } = news;
    this.deployment = { id, sha256, release, size, outcome, reason, detail: shortened(detail), received };
  }

  private async settle(desired: DesiredBundle, news: Pick<DeploymentReport, 'outcome'> & Partial<DeploymentReport>): Promise<void> {
    this.note(desired, news);
    await writeOutcome(this.options.dataDir, this.deployment);
    this.say(true);
  }

  /** Publishes the report when something in it has changed, and now and then. */
  private say(atOnce: boolean): void {
    const { env, name } = this.options;
    if (!this.bus.isConnected || this.stopped) return;
    const status = this.options.agent.status();
    this.followRollback(status);
    const report = this.report(null, status);
    const text = JSON.stringify({ ...report, atMs: 0 });
    if (!atOnce && text === this.said && env.monotonicMs() - this.saidAtMs < HEARTBEAT_MS) return;
    this.said = text;
    this.saidAtMs = env.monotonicMs();
    void this.bus.publish({ topic: reportTopic(name), payload: encodeMessage(report) });
  }

  private followRollback(status: AgentStatus): void {
    const { deployment } = this;
    const last = status['lastRollback'] as { sha256: string; reason: string; detail: string } | null | undefined;
    if (deployment === null || last === null || last === undefined || deployment.outcome !== 'live' || last.sha256 !== deployment.sha256) return;
    this.deployment = { ...deployment, outcome: 'rolledBack', reason: last.reason, detail: shortened(last.detail) };
    void writeOutcome(this.options.dataDir, this.deployment).catch((error: unknown) => this.options.log(`fleet: ${String(error)}`));
  }

  private report(health: Health | null, status = this.options.agent.status()): AgentReport {
    const { env, name, labels } = this.options;
    const since = status['since'];
    const problem = status['problem'];
    return {
      agent: name,
      version: ENGINE_VERSION,
      labels,
      health: health ?? healthOf(status),
      pipeline: status.pipeline,
      release: status.release,
      sha256: status.sha256,
      sinceMs: typeof since === 'number' ? since : null,
      onProbation: (status['probation'] ?? null) !== null,
      problem: shortened(typeof problem === 'string' ? problem : null),
      deployment: this.deployment ?? null,
      atMs: env.nowMs()
    };
  }
}

function healthOf(status: AgentStatus): Health {
  if (status.state === 'waiting') return 'waiting';
  return status.state === 'live' && (status['problem'] ?? null) === null ? 'ok' : 'unhealthy';
}

function shortened(text: string | null): string | null {
  return text === null || text === '' ? null : text.slice(0, TEXT_MAX);
}

async function readOutcome(dataDir: string): Promise<DeploymentReport | null> {
  const path = join(dataDir, OUTCOME_FILE);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as DeploymentReport | null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return null;
    throw storageError(error, path);
  }
}

async function writeOutcome(dataDir: string, deployment: DeploymentReport | null): Promise<void> {
  const path = join(dataDir, OUTCOME_FILE);
  try {
    await writeFile(`${path}.tmp`, `${JSON.stringify(deployment)}\n`, { mode: 0o600 });
    await rename(`${path}.tmp`, path);
  } catch (error) {
    throw storageError(error, path);
  }
}
