import { MANIFEST_PATH, manifestBytes, PLAN_PATH } from '../../../engine/bundle/manifest';
import type { Manifest } from '../../../engine/bundle/manifest';
import type { BundleStatement } from '../../../engine/bundle/statement';
import type { VerifyContext } from '../../../engine/bundle/verify-bundle';
import { writeZip } from '../../../engine/bundle/write-zip';
import type { ZipEntry } from '../../../engine/bundle/write-zip';
import { RUNNING_RELEASE } from './subject';
import type { Subject } from './subject';
import type { MakeVariants, Variant } from './variant';

const RECORDING = 'evidence/recording.ndjson';
const ROWS = 'evidence/expected.rows.ndjson';

/** Who may run it, when, and what is in it: every byte rightly signed. */
export const contentsVariants: MakeVariants = async subject => [...(await permissions(subject)), ...(await manifests(subject)), ...(await files(subject))];

async function permissions(subject: Subject): Promise<readonly Variant[]> {
  const here = (name: string, threat: Variant['threat'], expected: Variant['expected'], bytes: Uint8Array, context?: Partial<VerifyContext>): Variant => ({ name, threat, expected, bytes, ...(context === undefined ? {} : { context }) });
  const release = async (number: number, changes: Parameters<Subject['release']>[1] = {}): Promise<Uint8Array> => (await subject.release(number, changes)).bytes;
  return [
    here('an older release', 'rollback', 'RELEASE_NOT_NEWER', await release(RUNNING_RELEASE - 1)),
    here('the release that runs', 'rollback', 'RELEASE_NOT_NEWER', await release(RUNNING_RELEASE)),
    here('the first release', 'rollback', 'RELEASE_NOT_NEWER', await release(1)),
    here('a release that has expired', 'freeze', 'EXPIRED', await release(6, { expires: '2021-01-01T00:00:00Z' })),
    here('a clock past the end', 'freeze', 'EXPIRED', subject.good.bytes, { nowMs: Date.UTC(2099, 0, 1) }),
    here('a release for later', 'freeze', 'NOT_YET_VALID', await release(6, { notBefore: '2098-01-01T00:00:00Z' })),
    here('for another site', 'wrong device', 'TARGET_MISMATCH', await release(6, { targets: ['site-b/*'] })),
    here('for a label that only begins like ours', 'wrong device', 'TARGET_MISMATCH', await release(6, { targets: ['site-a/line'] })),
    here('for labels, on a machine without one', 'wrong device', 'TARGET_MISMATCH', subject.good.bytes, { target: null }),
    here('of another pipeline', 'wrong device', 'PIPELINE_MISMATCH', await release(6, { name: 'another' })),
    here('for a newer agent', 'wrong device', 'AGENT_TOO_OLD', await release(6, { minAgent: '99.0.0' }))
  ];
}

async function manifests(subject: Subject): Promise<readonly Variant[]> {
  const { manifest } = subject.verified;
  const one = manifest.files[0];
  if (one === undefined) throw new Error('a manifest without files');
  const changed = (name: string, expected: Variant['expected'], changes: Partial<Manifest>): Promise<Variant> => variant(subject, `manifest: ${name}`, expected, replaced(subject, { [MANIFEST_PATH]: manifestBytes({ ...manifest, ...changes }) }));
  const file = (name: string, expected: Variant['expected'], change: Partial<typeof one>): Promise<Variant> => changed(name, expected, { files: [{ ...one, ...change }, ...manifest.files.slice(1)] });
  return [
    await variant(subject, 'manifest: missing', 'MANIFEST_INVALID', replaced(subject, { [MANIFEST_PATH]: null })),
    await variant(subject, 'manifest: no JSON', 'MANIFEST_INVALID', replaced(subject, { [MANIFEST_PATH]: Buffer.from('{') })),
    await changed('of another format', 'MANIFEST_INVALID', { formatVersion: 2 }),
    await changed('a file twice', 'MANIFEST_INVALID', { files: [...manifest.files, one] }),
    await changed('names itself', 'MANIFEST_INVALID', { files: [...manifest.files, { ...one, path: MANIFEST_PATH }] }),
    await changed('another release', 'MANIFEST_MISMATCH', { release: 7 }),
    await changed('another pipeline', 'MANIFEST_MISMATCH', { pipelineId: 'another' }),
    await changed('another agent', 'MANIFEST_MISMATCH', { minAgent: '0.0.1' }),
    await changed('other targets', 'MANIFEST_MISMATCH', { targets: ['*'] }),
    await file('a wrong SHA-256', 'FILE_DIGEST_MISMATCH', { sha256: '0'.repeat(64) }),
    await file('a wrong size', 'FILE_DIGEST_MISMATCH', { size: one.size + 1 }),
    await file('a file that is not there', 'FILE_SET_MISMATCH', { path: 'deploy/other' })
  ];
}

async function files(subject: Subject): Promise<readonly Variant[]> {
  const of = (path: string): Uint8Array => subject.verified.files.get(path) ?? new Uint8Array(0);
  const plan = Buffer.from(of(PLAN_PATH));
  const signedModel = { name: 'models/other.onnx', sha256: '0'.repeat(64) };
  return [
    await variant(subject, 'a file too many', 'FILE_SET_MISMATCH', replaced(subject, { 'extra.txt': Buffer.from('x') })),
    await variant(subject, 'a file missing', 'FILE_SET_MISMATCH', replaced(subject, { [RECORDING]: null })),
    await variant(subject, 'no plan', 'FILE_SET_MISMATCH', replaced(subject, { [PLAN_PATH]: null, 'plan.txt': plan })),
    await variant(subject, 'two files swapped', 'FILE_DIGEST_MISMATCH', replaced(subject, { [RECORDING]: of(ROWS), [ROWS]: of(RECORDING) })),
    await variant(subject, 'a file emptied', 'FILE_DIGEST_MISMATCH', replaced(subject, { [ROWS]: new Uint8Array(0) })),
    await variant(subject, 'the plan changed by a letter', 'FILE_DIGEST_MISMATCH', replaced(subject, { [PLAN_PATH]: Buffer.from(plan.toString('utf8').replace('"positive"', '"negative"')) })),
    await variant(subject, 'another plan signed than the one inside', 'FILE_DIGEST_MISMATCH', subject.entries(), { planSha256: '1'.repeat(64) }),
    await variant(subject, 'a model signed that is not inside', 'MANIFEST_MISMATCH', subject.entries(), { materials: [signedModel] })
  ];
}

async function variant(subject: Subject, name: string, expected: Variant['expected'], entries: readonly ZipEntry[], changes: Partial<BundleStatement> = {}): Promise<Variant> {
  const zip = writeZip(entries);
  return { name: `rightly signed, ${name}`, threat: 'key compromise', expected, bytes: subject.packed(zip, await subject.envelopeOf(zip, changes)) };
}

/** The entries with some exchanged, added, or (null) taken away. */
function replaced(subject: Subject, changes: Readonly<Record<string, Uint8Array | null>>): readonly ZipEntry[] {
  const all = new Map(subject.entries().map(({ path, bytes }) => [path, bytes]));
  for (const [path, bytes] of Object.entries(changes)) if (bytes === null) all.delete(path);
    else all.set(path, bytes);
  return [...all].map(([path, bytes]) => ({ path, bytes }));
}
