import { parseTrust } from '../../engine/bundle/trust';
import { REFUSAL_ADVICE } from '../../engine/bundle/refusal';
import type { Refusal } from '../../engine/bundle/refusal';
import { releaseRefusal, verifyBundle } from '../../engine/bundle/verify-bundle';
import type { PassedCheck, VerifiedBundle } from '../../engine/bundle/verify-bundle';
import { ENGINE_VERSION } from '../../engine/version';
import { nodeCrypto } from '../host/bundle-crypto';
import { compatibilityWords } from '../host/compatibility-words';
import { runnableOf } from '../host/evidence';
import { extractBundle } from '../host/extract-bundle';
import { readFileBytes } from '../host/files';
import { installedRelease } from '../host/installed-release';
import { stateReport, type StateReport } from '../host/state-report';
import type { Call, Outcome, Verb } from './verb';
import { bytesWords, tableWords } from './words';

/** `littoral verify`: would an agent take this bundle? */
export const verify: Verb = {
  name: 'verify',
  operands: '<bundle> --trust FILE',
  operandCount: { min: 1, max: 1 },
  summary: 'check a bundle as an agent does, without running it',
  details: `Checks size, signatures, statement, digest, target, dates, archive, manifest, every file and the release, and lists what is
passed. The answer is no with the first reason found: what was seen, what was expected, what to do next.
--extract writes the files of a bundle that passed: deployment files, alerts, dashboard, bill of materials, evidence.`,
  options: [
    { name: 'trust', value: 'FILE', required: true, doc: 'the trust file' },
    { name: 'target', value: 'LABEL', doc: 'label of the machine; without it targets are not checked' },
    { name: 'data', value: 'DIR', doc: "an agent's data folder: refuse a release that is not newer than the one it runs, and say which state it would go on with" },
    { name: 'extract', value: 'DIR', doc: 'write the files of the bundle here when it is accepted; an image can be built in DIR/deploy' }
  ],
  example: 'littoral verify .littoral/pumps-1.littoral.zip --trust .littoral/trust.json',
  async run(call) {
    const trust = await readFileBytes(call.required('trust'), 'key');
    const bytes = await readFileBytes(call.operand(0), 'bundle');
    const target = call.text('target');
    const passed: PassedCheck[] = [];
    const context = { nowMs: Date.now(), agentVersion: ENGINE_VERSION, onPassed: (check: PassedCheck) => passed.push(check), ...(target === undefined ? {} : { target }) };
    const verdict = await verifyBundle(bytes, parseTrust(trust), context, nodeCrypto());
    if (!verdict.ok) return refusedOutcome(verdict, passed);
    const older = await olderThan(verdict, call.text('data'), passed);
    if (older !== null) return refusedOutcome(older, passed);
    const dataDir = call.text('data');
    const state = dataDir === undefined ? null : await stateReport(dataDir, runnableOf(verdict.files).plan);
    return withState(verifiedOutcome(verdict, passed, await extracted(call, verdict, { bytes, trust })), state);
  }
};

async function olderThan(bundle: VerifiedBundle, dataDir: string | undefined, passed: PassedCheck[]): Promise<Refusal | null> {
  if (dataDir === undefined) return null;
  const { pipelineId, release } = bundle.statement;
  const current = await installedRelease(dataDir, pipelineId);
  const refusal = releaseRefusal(bundle.statement, current);
  if (refusal === null) passed.push({ check: 'release', seen: `${release}, newer than ${current ?? 'none'}` });
  return refusal;
}

async function extracted(call: Call, bundle: VerifiedBundle, from: { readonly bytes: Uint8Array; readonly trust: Uint8Array }): Promise<{ readonly folder: string; readonly files: readonly string[] } | null> {
  const folder = call.text('extract');
  return folder === undefined ? null : extractBundle(bundle, from, folder);
}

/** Adds what becomes of the state of the agent when the bundle takes over there. */
function withState(outcome: Outcome, state: StateReport | null): Outcome {
  if (state === null) return outcome;
  return { ...outcome, document: { ...(outcome.document as object), state }, words: [...outcome.words, `takes over:  from ${state.pipeline}, release ${state.release}`, ...compatibilityWords(state.compatibility)] };
}

function refusedOutcome({ reason, detail }: Refusal, passed: readonly PassedCheck[]): Outcome {
  const next = REFUSAL_ADVICE[reason];
  return { ok: false, document: { ok: false, reason, detail, next, passed }, words: [...passedWords(passed), `refused: ${detail} (${reason})`, `next:    ${next}`] };
}

function verifiedOutcome(bundle: VerifiedBundle, passed: readonly PassedCheck[], written: { readonly folder: string; readonly files: readonly string[] } | null): Outcome {
  const { pipelineId, release, targets, notBefore, expires, minAgent } = bundle.statement;
  const files = bundle.manifest.files.map(({ path, size, sha256 }) => ({ path, size, sha256 }));
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return {
    ok: true,
    document: { ok: true, pipelineId, release, sha256: bundle.sha256, targets, notBefore, expires, minAgent, keyids: bundle.keyids, files, passed, ...(written === null ? {} : { extracted: written }) },
    words: [
      ...passedWords(passed),
      `${pipelineId}, release ${release}: every byte is vouched for`,
      `signed by:  ${bundle.keyids.map(keyid => `${keyid.slice(0, 16)}…`).join(', ')}`,
      `targets:    ${targets.join(', ')}`,
      `valid:      ${notBefore} to ${expires}`,
      `files:      ${files.length}, ${bytesWords(size)}`,
      `bundle.zip: SHA-256 ${bundle.sha256}`,
      ...(written === null ? [] : [`written:    ${written.files.length} files to ${written.folder}`])
    ]
  };
}

function passedWords(passed: readonly PassedCheck[]): string[] {
  return tableWords(passed.map(({ check, seen }) => [`passed: ${check}`, seen]));
}
