import { buildBundle } from '../../../engine/bundle/build-bundle';
import type { BuiltBundle } from '../../../engine/bundle/build-bundle';
import { signEnvelope } from '../../../engine/bundle/dsse';
import { BUNDLE_ENTRY, DEFAULT_BUNDLE_LIMITS, ENVELOPE_ENTRY, openBundle } from '../../../engine/bundle/open-bundle';
import { readZip, ZipProblem } from '../../../engine/bundle/read-zip';
import { PAYLOAD_TYPE, statementBytes } from '../../../engine/bundle/statement';
import type { BundleStatement } from '../../../engine/bundle/statement';
import type { Trust } from '../../../engine/bundle/trust';
import { verifyBundle } from '../../../engine/bundle/verify-bundle';
import type { VerifiedBundle, VerifyContext } from '../../../engine/bundle/verify-bundle';
import { writeZip } from '../../../engine/bundle/write-zip';
import type { ZipEntry } from '../../../engine/bundle/write-zip';
import { toHex } from '../../../engine/codec/sha256';
import { ENGINE_VERSION } from '../../../engine/version';
import { replayHere } from '../../../edge/host/replay';
import { countingPlan, valueLine } from '../../edge/bundles';
import { crypto, testKey, trustOf } from '../../engine/bundle/make-bundle';
import type { TestKey } from '../../engine/bundle/make-bundle';

/** What runs when the tampering begins; releases up to it are old. */
export const RUNNING_RELEASE = 5;
export const TARGET = 'site-a/line7';
const NOT_BEFORE = '2020-01-01T00:00:00Z';
const EXPIRES = '2099-01-01T00:00:00Z';
const T0 = Date.UTC(2026, 0, 1);
const RECORDING = [valueLine('a', T0, 1), valueLine('b', T0 + 100, 2), valueLine('a', T0 + 1_500, 3), valueLine('b', T0 + 2_500, 4)];

/** A good bundle with everything that an attacker, or an insider with the key, needs to change it. */
export interface Subject {
  /** The trusted key, another trusted one, one whose trust has ended, and an attacker's. */
  readonly keys: { readonly own: TestKey; readonly second: TestKey; readonly expired: TestKey; readonly foreign: TestKey };
  readonly trust: Trust;
  readonly context: VerifyContext;
  /** Release 6 of the pipeline: what would be accepted. */
  readonly good: BuiltBundle;
  readonly verified: VerifiedBundle;
  readonly zip: Uint8Array;
  readonly envelope: Uint8Array;
  /** A bundle of this release, rightly signed. */
  release(release: number, changes?: Partial<Pick<BundleStatement, 'notBefore' | 'expires' | 'minAgent'>> & { readonly targets?: readonly string[]; readonly name?: string; readonly signers?: readonly TestKey[] }): Promise<BuiltBundle>;
  entries(): readonly ZipEntry[];
  /** The statement about `zip`, with changes, signed. */
  envelopeOf(zip: Uint8Array, changes?: Partial<BundleStatement>, signers?: readonly TestKey[]): Promise<Uint8Array>;
  /** Bundle file of the two parts. */
  packed(zip: Uint8Array, envelope: Uint8Array): Uint8Array;
}

/** Builds the subject; keys come from fixed seeds, so that every run has the same bytes. */
export async function makeSubject(): Promise<Subject> {
  const [own, second, foreign] = await Promise.all([testKey(11), testKey(12), testKey(13)]);
  const expired = await testKey(14, '2021-01-01T00:00:00Z');
  const trust = trustOf([own, second, expired]);
  const context: VerifyContext = { nowMs: Date.now(), agentVersion: ENGINE_VERSION, target: TARGET, pipelineId: 'counts', currentRelease: RUNNING_RELEASE };
  const release: Subject['release'] = async (number, { targets = ['site-a/*'], notBefore = NOT_BEFORE, expires = EXPIRES, minAgent, name = 'counts', signers = [own] } = {}) => {
    const plan = countingPlan({ name, lake: false });
    const recording = Buffer.from(RECORDING.map(line => `${line}\n`).join(''));
    let rows = '';
    const { report } = await replayHere({ plan, models: {} }, pieces(recording), { onRows: text => (rows += text) });
    const evidence = { recording, rows: Buffer.from(rows), report: JSON.parse(JSON.stringify(report)) as unknown };
    return buildBundle({ plan, models: {}, evidence, release: number, targets, notBefore, expires, minAgent }, crypto, signers.map(key => key.signer));
  };
  const good = await release(RUNNING_RELEASE + 1);
  const verified = await verifyBundle(good.bytes, trust, context, crypto);
  if (!verified.ok) throw new Error(`the bundle to tamper with is refused: ${verified.detail}`);
  const { zip, envelope } = partsOf(good.bytes);
  return {
    keys: { own, second, expired, foreign },
    trust,
    context,
    good,
    verified,
    zip,
    envelope,
    release,
    entries: () => [...verified.files].map(([path, bytes]) => ({ path, bytes })),
    async envelopeOf(of, changes = {}, signers = [own]) {
      const statement = statementBytes({ ...verified.statement, sha256: toHex(await crypto.sha256(of)), ...changes });
      return signEnvelope(PAYLOAD_TYPE, statement, signers.map(key => key.signer));
    },
    packed: (of, signed) => writeZip([{ path: BUNDLE_ENTRY, bytes: of }, { path: ENVELOPE_ENTRY, bytes: signed }])
  };
}

/** The two parts of a bundle file. */
export function partsOf(bytes: Uint8Array): { readonly zip: Uint8Array; readonly envelope: Uint8Array } {
  const opened = openBundle(bytes, DEFAULT_BUNDLE_LIMITS);
  const entries = readZip(bytes, { bytesMax: bytes.length, entriesMax: 2 });
  if (!opened.ok || entries instanceof ZipProblem) throw new Error('not a bundle');
  const envelope = entries.find(entry => entry.path === ENVELOPE_ENTRY)?.bytes;
  if (envelope === undefined) throw new Error('no envelope');
  return { zip: opened.zip, envelope };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
