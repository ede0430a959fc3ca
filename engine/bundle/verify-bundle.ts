import { toHex } from '../codec/sha256';
import type { BundleCrypto } from './crypto';
import { verifyEnvelope } from './dsse';
import { instantMs } from './instant';
import type { Manifest } from './manifest';
import type { BundleLimits } from './open-bundle';
import { BUNDLE_ENTRY, DEFAULT_BUNDLE_LIMITS, openBundle, zipLimits } from './open-bundle';
import { crcProblem, readZip, ZipProblem } from './read-zip';
import type { Refusal } from './refusal';
import { refuse } from './refusal';
import type { BundleStatement } from './statement';
import { parseStatement, PAYLOAD_TYPE } from './statement';
import { targetMatches } from './target';
import type { Trust } from './trust';
import { verifyContents } from './verify-contents';
import { isOlder } from './version';

export interface VerifyContext {
  readonly nowMs: number;
  readonly agentVersion: string;
  /** Label of the machine; null: it has none, so only bundles for "*" fit. Absent: targets are not checked. */
  readonly target?: string | null;
  /** Pipeline that the machine runs; absent: any. */
  readonly pipelineId?: string;
  /** Release that the machine has activated last; null or absent: none. */
  readonly currentRelease?: number | null;
  readonly limits?: Partial<BundleLimits>;
  /** Is told of each check that is passed, in order. */
  readonly onPassed?: (check: PassedCheck) => void;
}

/** A check that a bundle has passed: its name, and what was seen. */
export interface PassedCheck {
  readonly check: 'envelope' | 'signatures' | 'payloadType' | 'statement' | 'digest' | 'pipeline' | 'target' | 'minAgent' | 'validity' | 'release' | 'archive' | 'manifest' | 'files';
  readonly seen: string;
}

/** A bundle whose every byte is vouched for. */
export interface VerifiedBundle {
  readonly ok: true;
  readonly statement: BundleStatement;
  readonly manifest: Manifest;
  /** SHA-256 of bundle.zip: the name of its folder in the agent's store. */
  readonly sha256: string;
  /** Keys whose signatures counted. */
  readonly keyids: readonly string[];
  /** Path → bytes of every file in bundle.zip, the manifest included. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Checks a `*.littoral.zip` in the agent's order: size, envelope, signatures over the decoded bytes, payload type,
 * statement, digest, who may run it and when, release, archive, manifest, every file. Never throws for what is in `bytes`.
 */
export async function verifyBundle(bytes: Uint8Array, trust: Trust, context: VerifyContext, crypto: BundleCrypto): Promise<VerifiedBundle | Refusal> {
  const limits = { ...DEFAULT_BUNDLE_LIMITS, ...context.limits };
  const passed = (check: PassedCheck['check'], seen: string): void => context.onPassed?.({ check, seen });
  const opened = openBundle(bytes, limits);
  if (!opened.ok) return opened;
  const { envelope, zip } = opened;
  passed('envelope', `${bytes.length} bytes hold "${BUNDLE_ENTRY}" and a DSSE envelope`);
  const signed = await verifyEnvelope(envelope, trust, context.nowMs, crypto);
  if (!signed.ok) return refuse(signed.reason, signed.detail);
  passed('signatures', `${signed.keyids.length} of ${trust.threshold} needed keys of trust file ${trust.version}`);
  if (envelope.payloadType !== PAYLOAD_TYPE) return refuse('PAYLOAD_TYPE', `the signed payload is of type "${envelope.payloadType}", expected "${PAYLOAD_TYPE}"`);
  passed('payloadType', PAYLOAD_TYPE);
  const statement = parseStatement(envelope.payload);
  if (typeof statement === 'string') return refuse('STATEMENT_INVALID', `the signed statement is not about a bundle: ${statement}`);
  passed('statement', `"${statement.pipelineId}", release ${statement.release}`);
  const sha256 = toHex(await crypto.sha256(zip));
  if (sha256 !== statement.sha256) return refuse('DIGEST_MISMATCH', `"${BUNDLE_ENTRY}" has SHA-256 ${sha256}, signed was ${statement.sha256}`);
  passed('digest', sha256);
  const allowed = checkPermission(statement, context, passed);
  if (allowed !== null) return allowed;
  const entries = readZip(zip, zipLimits(limits));
  if (entries instanceof ZipProblem) return refuse('ZIP_INVALID', `"${BUNDLE_ENTRY}" is refused as an archive: ${entries.message}`);
  const broken = crcProblem(opened.outerEntries) ?? crcProblem(entries);
  if (broken !== null) return refuse('ZIP_INVALID', `the bundle file is refused as an archive: ${broken.message}`);
  passed('archive', `${entries.length} stored entries`);
  const contents = await verifyContents(entries, statement, crypto);
  if ('reason' in contents) return contents;
  passed('manifest', 'agrees with the signed statement');
  passed('files', `${contents.manifest.files.length} files, each with its SHA-256`);
  return { ok: true, statement, sha256, keyids: signed.keyids, ...contents };
}

/** Whether this machine may run the bundle now. */
function checkPermission(statement: BundleStatement, context: VerifyContext, passed: (check: PassedCheck['check'], seen: string) => void): Refusal | null {
  const { pipelineId, target, currentRelease, nowMs, agentVersion } = context;
  if (pipelineId !== undefined && statement.pipelineId !== pipelineId) {
    return refuse('PIPELINE_MISMATCH', `the bundle is for pipeline "${statement.pipelineId}", this agent runs "${pipelineId}"`);
  }
  if (pipelineId !== undefined) passed('pipeline', `"${pipelineId}"`);
  if (target !== undefined && !targetMatches(statement.targets, target)) {
    const label = target === null ? 'this machine has no label' : `this machine is "${target}"`;
    return refuse('TARGET_MISMATCH', `the bundle is for ${statement.targets.map(name => `"${name}"`).join(', ') || 'no target'}; ${label}`);
  }
  if (target !== undefined) passed('target', statement.targets.join(', '));
  if (isOlder(agentVersion, statement.minAgent)) return refuse('AGENT_TOO_OLD', `the bundle needs agent ${statement.minAgent}, this one is ${agentVersion}`);
  passed('minAgent', `${statement.minAgent} or newer, this one is ${agentVersion}`);
  if (nowMs < instantMs(statement.notBefore)) return refuse('NOT_YET_VALID', `the bundle is valid from ${statement.notBefore}`);
  if (nowMs >= instantMs(statement.expires)) return refuse('EXPIRED', `the bundle was valid until ${statement.expires}`);
  passed('validity', `${statement.notBefore} to ${statement.expires}`);
  if (currentRelease === undefined) return null;
  const older = releaseRefusal(statement, currentRelease);
  if (older === null) passed('release', `${statement.release}, newer than ${currentRelease ?? 'none'}`);
  return older;
}

/** Whether a machine that has activated `currentRelease` (null: none) must refuse the bundle as not newer. */
export function releaseRefusal({ release }: Pick<BundleStatement, 'release'>, currentRelease: number | null): Refusal | null {
  if (currentRelease === null || release > currentRelease) return null;
  return refuse('RELEASE_NOT_NEWER', `the bundle is release ${release}, release ${currentRelease} was activated already; a wanted rollback is a new release`);
}
