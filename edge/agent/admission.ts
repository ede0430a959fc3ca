import { readFile } from 'node:fs/promises';
import type { RefusalReason } from '../../engine/bundle/refusal';
import { parseTrust } from '../../engine/bundle/trust';
import { verifyBundle } from '../../engine/bundle/verify-bundle';
import { LittoralError } from '../../engine/error';
import { createGraph } from '../../engine/graph/create-graph';
import { ENGINE_VERSION } from '../../engine/version';
import { nodeCrypto } from '../host/bundle-crypto';
import { repeatEvidence, runnableOf } from '../host/evidence';
import type { Deployment } from './deployment';
import type { Rollback } from './release-state';

/** Why a bundle was not activated; the label of `littoral_bundle_rejected_total`. */
export type RejectReason = RefusalReason | 'TRUST_UNREADABLE' | 'PLAN_REFUSED' | 'EVIDENCE_MISSING' | 'EVIDENCE_DIFFERS' | 'SOURCE_REFUSED' | 'SINK_REFUSED' | 'BUSY';

export interface Rejected {
  readonly ok: false;
  readonly reason: RejectReason;
  /** One sentence. */
  readonly detail: string;
}
export interface Admitted {
  readonly ok: true;
  readonly deployment: Deployment;
}

export interface AdmissionOptions {
  readonly trustFile: string;
  readonly target: string | null;
  readonly nowMs: number;
  readonly releaseOf: (pipeline: string) => number | null;
  /** The last release that was given up here, with the reason. */
  readonly lastRollback?: () => Rollback | null;
  /** Throws when the sources of the plan cannot be taken up here. */
  readonly checkSources: (deployment: Deployment) => void;
  /** Throws when the sinks of the plan cannot take its rows here. */
  readonly checkSinks: (deployment: Deployment) => Promise<void>;
}

/** Whether a bundle may be activated: signature and contents, release, plan, evidence repeated by this engine, sources, sinks. */
export async function admit(bytes: Uint8Array, options: AdmissionOptions): Promise<Admitted | Rejected> {
  const trust = await readFile(options.trustFile).then(parseTrust).catch((error: unknown) => reject('TRUST_UNREADABLE', error));
  if ('ok' in trust) return trust;
  const verified = await verifyBundle(bytes, trust, { nowMs: options.nowMs, agentVersion: ENGINE_VERSION, target: options.target }, nodeCrypto());
  if (!verified.ok) return { ok: false, reason: verified.reason, detail: verified.detail };
  const { pipelineId, release } = verified.statement;
  const current = options.releaseOf(pipelineId);
  if (current !== null && release <= current) {
    return { ok: false, reason: 'RELEASE_NOT_NEWER', detail: notNewerWords({ pipelineId, release, current }, options.lastRollback?.() ?? null) };
  }
  const deployment = planned(verified.files, { pipeline: pipelineId, release, sha256: verified.sha256 });
  if ('ok' in deployment) return deployment;
  const evidence = await repeatEvidence(deployment, verified.files).catch((error: unknown) => reject('PLAN_REFUSED', error));
  if (!evidence.ok) return evidence;
  try {
    options.checkSources(deployment);
  } catch (error) {
    return reject('SOURCE_REFUSED', error);
  }
  const sinks = await options.checkSinks(deployment).catch((error: unknown) => reject('SINK_REFUSED', error));
  return sinks ?? { ok: true, deployment };
}

function notNewerWords({ pipelineId, release, current }: { readonly pipelineId: string; readonly release: number; readonly current: number }, rollback: Rollback | null): string {
  if (rollback?.pipeline === pipelineId && rollback.release === release) return `release ${release} was given up here for release ${rollback.to}, because ${rollback.detail} (${rollback.reason}); it is not taken again, a corrected one needs a higher number`;
  return `the bundle is release ${release}, release ${current} was activated already; a wanted rollback is a new release`;
}

function planned(files: ReadonlyMap<string, Uint8Array>, identity: Pick<Deployment, 'pipeline' | 'release' | 'sha256'>): Deployment | Rejected {
  try {
    const runnable = runnableOf(files);
    createGraph(runnable.plan);
    return { ...identity, ...runnable };
  } catch (error) {
    return reject('PLAN_REFUSED', error);
  }
}

/** An operating error as a refusal; anything else is a bug and goes on as one. */
function reject(reason: RejectReason, error: unknown): Rejected {
  if (error instanceof LittoralError || (error instanceof Error && 'code' in error)) return { ok: false, reason, detail: error.message };
  throw error;
}
