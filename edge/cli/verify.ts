import { parseTrust } from '../../engine/bundle/trust';
import { refuse } from '../../engine/bundle/refusal';
import type { Refusal } from '../../engine/bundle/refusal';
import { verifyBundle } from '../../engine/bundle/verify-bundle';
import type { VerifiedBundle } from '../../engine/bundle/verify-bundle';
import { ENGINE_VERSION } from '../../engine/version';
import { nodeCrypto } from '../host/bundle-crypto';
import { readFileBytes } from '../host/files';
import { installedRelease } from '../host/installed-release';
import type { Outcome, Verb } from './verb';
import { bytesWords } from './words';

/** `littoral verify`: would an agent take this bundle? */
export const verify: Verb = {
  name: 'verify',
  operands: '<bundle> --trust FILE',
  operandCount: { min: 1, max: 1 },
  summary: 'check a bundle as an agent does, without running it',
  details: `Checks size, signatures, statement, digest, target, dates, release, archive, manifest and every file, in the agent's order.
The answer is no with the first reason found.`,
  options: [
    { name: 'trust', value: 'FILE', required: true, doc: 'the trust file' },
    { name: 'target', value: 'LABEL', doc: 'label of the machine; without it targets are not checked' },
    { name: 'data', value: 'DIR', doc: "an agent's data folder: refuse a release that is not newer than the one it runs" }
  ],
  example: 'littoral verify .littoral/pumps-1.littoral.zip --trust .littoral/trust.json',
  async run(call) {
    const trust = parseTrust(await readFileBytes(call.required('trust'), 'key'));
    const bytes = await readFileBytes(call.operand(0), 'bundle');
    const target = call.text('target');
    const context = { nowMs: Date.now(), agentVersion: ENGINE_VERSION, ...(target === undefined ? {} : { target }) };
    const verdict = await verifyBundle(bytes, trust, context, nodeCrypto());
    const dataDir = call.text('data');
    const refusal = verdict.ok && dataDir !== undefined ? await olderThan(verdict, dataDir) : null;
    if (refusal !== null) return refusedOutcome(refusal);
    return verdict.ok ? verifiedOutcome(verdict) : refusedOutcome(verdict);
  }
};

async function olderThan(bundle: VerifiedBundle, dataDir: string): Promise<Refusal | null> {
  const { pipelineId, release } = bundle.statement;
  const current = await installedRelease(dataDir, pipelineId);
  if (current === null || release > current) return null;
  return refuse('RELEASE_NOT_NEWER', `the bundle is release ${release}, release ${current} was activated already; a wanted rollback is a new release`);
}

function refusedOutcome({ reason, detail }: Refusal): Outcome {
  return { ok: false, document: { ok: false, reason, detail }, words: [`refused: ${detail} (${reason})`] };
}

function verifiedOutcome(bundle: VerifiedBundle): Outcome {
  const { pipelineId, release, targets, notBefore, expires, minAgent } = bundle.statement;
  const files = bundle.manifest.files.map(({ path, size, sha256 }) => ({ path, size, sha256 }));
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return {
    ok: true,
    document: { ok: true, pipelineId, release, sha256: bundle.sha256, targets, notBefore, expires, minAgent, keyids: bundle.keyids, files },
    words: [
      `${pipelineId}, release ${release}: every byte is vouched for`,
      `signed by:  ${bundle.keyids.map(keyid => `${keyid.slice(0, 16)}…`).join(', ')}`,
      `targets:    ${targets.join(', ')}`,
      `valid:      ${notBefore} to ${expires}`,
      `files:      ${files.length}, ${bytesWords(size)}`,
      `bundle.zip: SHA-256 ${bundle.sha256}`
    ]
  };
}
