import { pause, type Env } from '../env/env';
import { encodeMessage, type AgentReport, type DesiredBundle } from './fleet-messages';
import type { FleetView } from './fleet-view';
import { CHUNK_BYTES, chunkTopic, desiredTopic } from './topics';

export interface RollOutOptions {
  readonly env: Env;
  readonly view: FleetView;
  readonly desired: DesiredBundle;
  /** The bundle file, to be put at the broker; null: agents fetch it from `desired.url`. */
  readonly bytes: Uint8Array | null;
  /** Agents that are there, in the order in which they get the bundle. */
  readonly agents: readonly string[];
  /** Agents that are away: they get the wish when all others have the bundle. */
  readonly absent: readonly string[];
  /** Agents that have the bundle after each stage; rising. */
  readonly stages: readonly number[];
  /** How long the agents of a stage are watched before the next. */
  readonly pauseMs: number;
  /** How long agents may take until they run the bundle. */
  readonly timeoutMs: number;
  readonly onProgress: (progress: RollOutProgress) => void;
}

export interface RollOutProgress {
  readonly stage: number;
  readonly stages: number;
  readonly live: number;
  readonly wished: number;
  /** What is waited for. */
  readonly words: string;
}

export interface RollOutFailure {
  readonly agent: string;
  readonly what: 'rejected' | 'rolledBack' | 'unhealthy' | 'offline' | 'timeout';
  readonly reason: string | null;
  readonly detail: string;
}

export interface RollOutResult {
  readonly ok: boolean;
  /** Agents that run the bundle now. */
  readonly live: readonly string[];
  /** Agents that have not been wished to run it. */
  readonly untouched: readonly string[];
  readonly failures: readonly RollOutFailure[];
  /** The stage in which it ended, from 1. */
  readonly stage: number;
}

const LOOK_MS = 200;

/** Brings a bundle to the agents stage by stage; the first failure ends it, and agents of later stages keep what they have. */
export async function rollOut(options: RollOutOptions): Promise<RollOutResult> {
  const { view, desired, agents, absent, stages, bytes } = options;
  if (bytes !== null) await putChunks(view, desired, bytes);
  let wished = 0;
  for (const [index, count] of stages.entries()) {
    const stage = index + 1;
    for (const agent of agents.slice(wished, count)) await view.publish({ topic: desiredTopic(agent), payload: encodeMessage(desired) });
    wished = count;
    const failures = await watchStage(options, stage, agents.slice(0, wished));
    if (failures.length > 0) return resultOf(options, { ok: false, failures, stage, wished });
  }
  if (wished === agents.length) for (const agent of absent) await view.publish({ topic: desiredTopic(agent), payload: encodeMessage(desired) });
  await removeUnwanted(view, desired);
  return resultOf(options, { ok: true, failures: [], stage: stages.length, wished });
}

function resultOf({ view, desired, agents, absent }: RollOutOptions, end: { readonly ok: boolean; readonly failures: readonly RollOutFailure[]; readonly stage: number; readonly wished: number }): RollOutResult {
  const live = agents.filter(agent => view.reports.get(agent)?.sha256 === desired.sha256);
  return { ok: end.ok, live, untouched: [...agents.slice(end.wished), ...(end.ok ? [] : absent)], failures: end.failures, stage: end.stage };
}

/** Waits until `agents` run the bundle, then watches them for the pause. Gives what went wrong first. */
async function watchStage(options: RollOutOptions, stage: number, agents: readonly string[]): Promise<readonly RollOutFailure[]> {
  const { env, view, desired, stages, pauseMs, timeoutMs, onProgress } = options;
  const deadlineMs = env.monotonicMs() + timeoutMs;
  let calmMs: number | null = null;
  for (;;) {
    const reports = agents.map(agent => view.reports.get(agent));
    const failures = reports.flatMap((report, index) => failureOf(agents[index] ?? '', report, desired) ?? []);
    if (failures.length > 0) return failures;
    const live = reports.filter(report => report?.sha256 === desired.sha256 && report.health === 'ok');
    const nowMs = env.monotonicMs();
    const progress = { stage, stages: stages.length, live: live.length, wished: agents.length };
    if (live.length === agents.length) {
      calmMs ??= nowMs;
      if (nowMs - calmMs >= pauseMs) return [];
      onProgress({ ...progress, words: `watching for ${Math.ceil((pauseMs - (nowMs - calmMs)) / 1_000)} s` });
    } else {
      const late = reports.find(report => !live.includes(report));
      if (nowMs > deadlineMs) return reports.flatMap((report, index) => (live.includes(report) ? [] : [lateFailure(agents[index] ?? '', report, calmMs !== null, timeoutMs)]));
      onProgress({ ...progress, words: late === undefined ? 'waiting' : waitingWords(late) });
    }
    await pause(env, LOOK_MS);
  }
}

function failureOf(agent: string, report: AgentReport | undefined, desired: DesiredBundle): RollOutFailure | null {
  if (report === undefined || report.health === 'offline') return { agent, what: 'offline', reason: null, detail: 'it has gone offline' };
  const { deployment } = report;
  if (deployment?.id !== desired.id || (deployment.outcome !== 'rejected' && deployment.outcome !== 'rolledBack')) return null;
  return { agent, what: deployment.outcome, reason: deployment.reason, detail: deployment.detail ?? 'it gave no reason' };
}

function lateFailure(agent: string, report: AgentReport | undefined, wasLive: boolean, timeoutMs: number): RollOutFailure {
  const detail = report?.problem ?? (report === undefined ? 'it says nothing' : waitingWords(report));
  return { agent, what: wasLive || report?.health === 'unhealthy' ? 'unhealthy' : 'timeout', reason: null, detail: `${detail} (after ${timeoutMs / 1_000} s)` };
}

function waitingWords({ agent, deployment, problem }: AgentReport): string {
  if (deployment?.outcome === 'downloading') return `${agent} fetches, ${Math.floor((100 * deployment.received) / Math.max(1, deployment.size))} %`;
  return `${agent}: ${deployment?.outcome === 'checking' ? 'repeats the evidence' : (deployment?.detail ?? problem ?? 'starts')}`;
}

async function putChunks(view: FleetView, { fileSha256, size }: DesiredBundle, bytes: Uint8Array): Promise<void> {
  const chunks = Array.from({ length: Math.ceil(size / CHUNK_BYTES) }, (_none, index) => ({ topic: chunkTopic(fileSha256, index), payload: bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES) }));
  await Promise.all(chunks.map(chunk => view.publish(chunk)));
}

/** Takes the pieces of bundles away that no agent is wished to run any more. */
async function removeUnwanted(view: FleetView, desired: DesiredBundle): Promise<void> {
  const wanted = new Set([...view.desired.values(), desired].map(({ fileSha256 }) => fileSha256));
  for (const former of view.formerWishes) {
    if (wanted.has(former.fileSha256) || former.url !== null) continue;
    for (let index = 0; index < Math.ceil(former.size / CHUNK_BYTES); index++) await view.publish({ topic: chunkTopic(former.fileSha256, index), payload: new Uint8Array(0) });
  }
}
