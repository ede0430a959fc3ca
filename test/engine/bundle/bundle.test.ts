import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BuiltBundle } from '../../../engine/bundle/build-bundle';
import { signEnvelope } from '../../../engine/bundle/dsse';
import { manifestBytes } from '../../../engine/bundle/manifest';
import type { Manifest } from '../../../engine/bundle/manifest';
import { BUNDLE_ENTRY, ENVELOPE_ENTRY } from '../../../engine/bundle/open-bundle';
import { readZip, ZipProblem } from '../../../engine/bundle/read-zip';
import { PAYLOAD_TYPE, statementBytes } from '../../../engine/bundle/statement';
import type { BundleStatement } from '../../../engine/bundle/statement';
import type { Trust } from '../../../engine/bundle/trust';
import type { VerifiedBundle, VerifyContext } from '../../../engine/bundle/verify-bundle';
import { verifyBundle } from '../../../engine/bundle/verify-bundle';
import { writeZip } from '../../../engine/bundle/write-zip';
import type { ZipEntry } from '../../../engine/bundle/write-zip';
import { toHex } from '../../../engine/codec/sha256';
import { encodeUtf8 } from '../../../engine/codec/utf8';
import { build, context, crypto, input, plan, testKey, trustOf } from './make-bundle';
import type { TestKey } from './make-bundle';

let key: TestKey;
let other: TestKey;
let trust: Trust;
let built: BuiltBundle;
let good: VerifiedBundle;

beforeAll(async () => {
  key = await testKey(7);
  other = await testKey(8);
  trust = trustOf([key]);
  built = await build({}, [key.signer]);
  const verdict = await verifyBundle(built.bytes, trust, context, crypto);
  if (!verdict.ok) throw new Error(verdict.detail);
  good = verdict;
});

async function reasonOf(bytes: Uint8Array, changes: Partial<VerifyContext> = {}, by = trust): Promise<string> {
  const verdict = await verifyBundle(bytes, by, { ...context, ...changes }, crypto);
  if (!verdict.ok) expect(verdict.detail).toMatch(/\w/);
  return verdict.ok ? 'ok' : verdict.reason;
}

function outer(bytes: Uint8Array): Map<string, Uint8Array> {
  const entries = readZip(bytes, { entriesMax: 10, bytesMax: bytes.length });
  if (entries instanceof ZipProblem) throw new Error(entries.message);
  return new Map(entries.map(entry => [entry.path, entry.bytes]));
}

function repacked(zip: Uint8Array, envelope: Uint8Array): Uint8Array {
  return writeZip([{ path: BUNDLE_ENTRY, bytes: zip }, { path: ENVELOPE_ENTRY, bytes: envelope }]);
}

/** The bundle with other contents, rightly signed. */
async function resigned(entries: readonly ZipEntry[], changes: Partial<BundleStatement> = {}, payloadType = PAYLOAD_TYPE): Promise<Uint8Array> {
  const zip = writeZip(entries);
  const statement = statementBytes({ ...good.statement, sha256: toHex(await crypto.sha256(zip)), ...changes });
  return repacked(zip, await signEnvelope(payloadType, statement, [key.signer]));
}

const goodEntries = (): ZipEntry[] => [...good.files].map(([path, bytes]) => ({ path, bytes }));
const withFile = (path: string, bytes: Uint8Array | null): ZipEntry[] => [...goodEntries().filter(entry => entry.path !== path), ...(bytes === null ? [] : [{ path, bytes }])];
const withManifest = (changes: Partial<Manifest>): ZipEntry[] => withFile('manifest.json', manifestBytes({ ...good.manifest, ...changes }));

describe('a bundle', () => {
  it('is accepted as built and holds plan, models, schemas, evidence and deployment files', () => {
    expect(built.fileName).toBe('bearing-watch-3.littoral.zip');
    expect([...good.files.keys()].sort()).toEqual([
      'deploy/Dockerfile',
      'deploy/README.md',
      'deploy/compose.yaml',
      'deploy/greengrass-recipe.json',
      'deploy/iot-edge-deployment.json',
      'deploy/kubernetes.yaml',
      'deploy/littoral.service',
      'evidence/expected.rows.ndjson',
      'evidence/recording.ndjson',
      'evidence/report.json',
      'manifest.json',
      'models/bearing.onnx',
      'observability/grafana-dashboard.json',
      'observability/prometheus-rules.yaml',
      'plan.json',
      'sbom.cdx.json',
      'schemas/source.json'
    ]);
    expect(good.statement.materials).toEqual([{ name: 'models/bearing.onnx', sha256: good.manifest.files.find(file => file.path === 'models/bearing.onnx')!.sha256 }]);
    expect(good.keyids).toEqual([key.signer.keyid]);
    expect(good.sha256).toBe(built.bundleSha256);
  });

  it('has the same bytes whenever and from whatever order of fields it is built', async () => {
    const shuffled = JSON.parse(JSON.stringify(plan, (_, value: unknown) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).reverse()) : value))) as typeof plan;
    const again = await build({ plan: shuffled, models: Object.fromEntries(Object.entries(input.models).reverse()) }, [key.signer]);
    expect(again.sha256).toBe(built.sha256);
  });

  it('is refused when any byte of the archive around it or of the envelope is changed', async () => {
    const zipStart = Buffer.from(built.bytes).indexOf(Buffer.from(outer(built.bytes).get(BUNDLE_ENTRY)!));
    const zipEnd = zipStart + outer(built.bytes).get(BUNDLE_ENTRY)!.length;
    for (let at = 0; at < built.bytes.length; at++) {
      if (at >= zipStart && at < zipEnd && at % 97 !== 0) continue;
      for (const mask of [1, 0x80, 0xff]) {
        const bytes = built.bytes.slice();
        bytes[at]! ^= mask;
        expect(await reasonOf(bytes), `byte ${at} with ${mask}`).not.toBe('ok');
      }
    }
  });

  it('is refused when it is cut at any place or something is added', async () => {
    for (let length = 0; length < built.bytes.length; length += 173) expect(await reasonOf(built.bytes.slice(0, length))).toBe('ZIP_INVALID');
    const longer = new Uint8Array(built.bytes.length + 1);
    longer.set(built.bytes);
    expect(await reasonOf(longer)).toBe('ZIP_INVALID');
    longer.fill(0);
    longer.set(built.bytes, 1);
    expect(await reasonOf(longer)).toBe('ZIP_INVALID');
  });

  it('is refused by its reason when a part of it is swapped', async () => {
    const parts = outer(built.bytes);
    const next = outer((await build({ release: 4 }, [key.signer])).bytes);
    expect(await reasonOf(repacked(next.get(BUNDLE_ENTRY)!, parts.get(ENVELOPE_ENTRY)!))).toBe('DIGEST_MISMATCH');
    expect(await reasonOf(repacked(parts.get(BUNDLE_ENTRY)!, encodeUtf8('{}')))).toBe('ENVELOPE_INVALID');
    expect(await reasonOf((await build({}, [other.signer])).bytes)).toBe('SIGNATURE_INVALID');
    expect(await reasonOf(repacked(parts.get(BUNDLE_ENTRY)!, await signEnvelope(PAYLOAD_TYPE, statementBytes(good.statement), [])))).toBe('THRESHOLD_NOT_MET');
    expect(await reasonOf(writeZip([{ path: BUNDLE_ENTRY, bytes: parts.get(BUNDLE_ENTRY)! }]))).toBe('NOT_A_BUNDLE');
    expect(await reasonOf(writeZip([...parts, ['more.txt', new Uint8Array(0)] as const].map(([path, bytes]) => ({ path, bytes }))))).toBe('NOT_A_BUNDLE');
    expect(await reasonOf(encodeUtf8('<!doctype html><title>404</title>'))).toBe('ZIP_INVALID');
  });

  it('is refused by its reason where, when or as what it must not run', async () => {
    const { bytes } = built;
    expect(await reasonOf(bytes, { pipelineId: 'another' })).toBe('PIPELINE_MISMATCH');
    expect(await reasonOf(bytes, { target: 'site-b/line1' })).toBe('TARGET_MISMATCH');
    expect(await reasonOf(bytes, { target: null })).toBe('TARGET_MISMATCH');
    expect(await reasonOf(bytes, { target: undefined })).toBe('ok');
    expect(await reasonOf((await build({ targets: ['*'] }, [key.signer])).bytes, { target: null })).toBe('ok');
    expect(await reasonOf(bytes, { agentVersion: '0.0.9' })).toBe('AGENT_TOO_OLD');
    expect(await reasonOf(bytes, { nowMs: Date.UTC(2025, 11, 31) })).toBe('NOT_YET_VALID');
    expect(await reasonOf(bytes, { nowMs: Date.UTC(2027, 0, 1) })).toBe('EXPIRED');
    expect(await reasonOf(bytes, { currentRelease: 3 })).toBe('RELEASE_NOT_NEWER');
    expect(await reasonOf(bytes, { currentRelease: null })).toBe('ok');
    expect(await reasonOf(bytes, { limits: { bytesMax: 100 } })).toBe('TOO_LARGE');
  });

  it('is refused by its reason when it is rightly signed and yet not what it says', async () => {
    const file = encodeUtf8('x');
    expect(await reasonOf(await resigned(goodEntries()))).toBe('ok');
    expect(await reasonOf(await resigned(goodEntries(), {}, 'text/plain'))).toBe('PAYLOAD_TYPE');
    expect(await reasonOf(await resigned(goodEntries(), { release: 0 }))).toBe('STATEMENT_INVALID');
    expect(await reasonOf(await resigned(goodEntries(), { planSha256: 'ab' }))).toBe('STATEMENT_INVALID');
    expect(await reasonOf(await resigned(withFile('manifest.json', null)))).toBe('MANIFEST_INVALID');
    expect(await reasonOf(await resigned(withManifest({ formatVersion: 2 })))).toBe('MANIFEST_INVALID');
    expect(await reasonOf(await resigned(withManifest({ release: 4 })))).toBe('MANIFEST_MISMATCH');
    expect(await reasonOf(await resigned(withManifest({ targets: ['*'] })))).toBe('MANIFEST_MISMATCH');
    expect(await reasonOf(await resigned(withFile('extra.txt', file)))).toBe('FILE_SET_MISMATCH');
    expect(await reasonOf(await resigned(withFile('models/bearing.onnx', null)))).toBe('FILE_SET_MISMATCH');
    expect(await reasonOf(await resigned(withManifest({ files: [...good.manifest.files, good.manifest.files[0]!] })))).toBe('MANIFEST_INVALID');
    expect(await reasonOf(await resigned(withFile('models/bearing.onnx', file)))).toBe('FILE_DIGEST_MISMATCH');
    expect(await reasonOf(await resigned(goodEntries(), { planSha256: '0'.repeat(64) }))).toBe('FILE_DIGEST_MISMATCH');
    const zip = outer(built.bytes).get(BUNDLE_ENTRY)!.slice();
    zip[8] = 8;
    const packed = await signEnvelope(PAYLOAD_TYPE, statementBytes({ ...good.statement, sha256: toHex(await crypto.sha256(zip)) }), [key.signer]);
    expect(await reasonOf(repacked(zip, packed))).toBe('ZIP_INVALID');
  });

  it('is refused and never throws when its envelope, statement or manifest is any JSON', async () => {
    const parts = outer(built.bytes);
    const member = fc.constantFrom('payload', 'payloadType', 'signatures', 'sig', '_type', 'subject', 'predicateType', 'predicate', 'formatVersion', 'files', 'path', '__proto__');
    const anyJson = fc.oneof(fc.json(), fc.dictionary(member, fc.jsonValue(), { noNullPrototype: true }).map(value => JSON.stringify(value)), fc.string()).map(encodeUtf8);
    await fc.assert(
      fc.asyncProperty(anyJson, async bytes => {
        expect(await reasonOf(repacked(parts.get(BUNDLE_ENTRY)!, bytes))).not.toBe('ok');
        expect(await reasonOf(repacked(parts.get(BUNDLE_ENTRY)!, await signEnvelope(PAYLOAD_TYPE, bytes, [key.signer])))).toBe('STATEMENT_INVALID');
        expect(await reasonOf(await resigned(withFile('manifest.json', bytes)))).toMatch(/^MANIFEST_/);
      }),
      { numRuns: 150 }
    );
  });

  it('needs as many different keys as the trust file says, none of them expired', async () => {
    const both = trustOf([key, other], 2);
    expect(await reasonOf((await build({}, [key.signer, other.signer])).bytes, {}, both)).toBe('ok');
    expect(await reasonOf((await build({}, [key.signer, key.signer])).bytes, {}, both)).toBe('THRESHOLD_NOT_MET');
    const expired = trustOf([await testKey(7, '2026-02-01T00:00:00Z')]);
    expect(await reasonOf(built.bytes, {}, expired)).toBe('KEY_EXPIRED');
  });

  it('is not built from input that could not be verified', async () => {
    await expect(build({ release: 0 }, [key.signer])).rejects.toThrow(/release 0 is no positive integer/);
    await expect(build({ models: {} }, [key.signer])).rejects.toThrow(/model "bearing.onnx" is missing/);
    await expect(build({ expires: '2027-01-01' }, [key.signer])).rejects.toThrow(/expires "2027-01-01" is no instant/);
    await expect(build({ expires: input.notBefore }, [key.signer])).rejects.toThrow(/not after it begins/);
    await expect(build({ targets: ['a b\nUser=root'] }, [key.signer])).rejects.toThrow(/is no label/);
    await expect(build({ targets: [] }, [key.signer])).rejects.toThrow(/no targets/);
    await expect(build({ plan: { ...plan, name: '../x' } }, [key.signer])).rejects.toThrow(/file name/);
    await expect(build({}, [])).rejects.toThrow(/nobody signs it/);
  });
});
