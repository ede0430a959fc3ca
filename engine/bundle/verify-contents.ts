import { toHex } from '../codec/sha256';
import type { BundleCrypto } from './crypto';
import type { Manifest } from './manifest';
import { MANIFEST_PATH, parseManifest, PLAN_PATH } from './manifest';
import type { ReadZipEntry } from './read-zip';
import type { Refusal } from './refusal';
import { refuse } from './refusal';
import type { BundleStatement } from './statement';

export interface BundleContents {
  readonly manifest: Manifest;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The files of bundle.zip when they are exactly those of its manifest, and the manifest agrees with what was signed. */
export async function verifyContents(entries: readonly ReadZipEntry[], statement: BundleStatement, crypto: BundleCrypto): Promise<BundleContents | Refusal> {
  const files = new Map(entries.map(entry => [entry.path, entry.bytes]));
  const bytes = files.get(MANIFEST_PATH);
  if (bytes === undefined) return refuse('MANIFEST_INVALID', `"${MANIFEST_PATH}" is missing`);
  const manifest = parseManifest(bytes);
  if (typeof manifest === 'string') return refuse('MANIFEST_INVALID', `"${MANIFEST_PATH}" cannot be read: ${manifest}`);
  const differing = differingField(manifest, statement);
  if (differing !== null) return refuse('MANIFEST_MISMATCH', `"${differing}" in "${MANIFEST_PATH}" differs from the signed statement`);
  const material = statement.materials.find(({ name, sha256 }) => manifest.files.find(file => file.path === name)?.sha256 !== sha256);
  if (material !== undefined) return refuse('MANIFEST_MISMATCH', `"${material.name}" was signed with SHA-256 ${material.sha256}, "${MANIFEST_PATH}" names ${manifest.files.find(file => file.path === material.name)?.sha256 ?? 'no such file'}`);
  const set = checkFileSet(manifest, files);
  if (set !== null) return set;
  for (const { path, size, sha256 } of manifest.files) {
    const file = files.get(path);
    const digest = file === undefined ? '' : toHex(await crypto.sha256(file));
    if (file?.length !== size || digest !== sha256) return refuse('FILE_DIGEST_MISMATCH', `"${path}" is not the file that the manifest names`);
    if (path === PLAN_PATH && digest !== statement.planSha256) return refuse('FILE_DIGEST_MISMATCH', `"${path}" is not the plan that was signed`);
  }
  return { manifest, files };
}

function differingField(manifest: Manifest, statement: BundleStatement): string | null {
  for (const name of ['pipelineId', 'release', 'minAgent'] as const) if (manifest[name] !== statement[name]) return name;
  return JSON.stringify(manifest.targets) === JSON.stringify(statement.targets) ? null : 'targets';
}

function checkFileSet(manifest: Manifest, files: ReadonlyMap<string, Uint8Array>): Refusal | null {
  const named = new Set(manifest.files.map(file => file.path));
  if (named.size !== manifest.files.length || named.has(MANIFEST_PATH)) return refuse('MANIFEST_INVALID', `"${MANIFEST_PATH}" names a file twice or itself`);
  if (!named.has(PLAN_PATH)) return refuse('FILE_SET_MISMATCH', `"${PLAN_PATH}" is missing`);
  const missing = manifest.files.find(file => !files.has(file.path));
  if (missing !== undefined) return refuse('FILE_SET_MISMATCH', `"${missing.path}" is in the manifest but not in the archive`);
  const extra = [...files.keys()].find(path => path !== MANIFEST_PATH && !named.has(path));
  return extra === undefined ? null : refuse('FILE_SET_MISMATCH', `"${extra}" is in the archive but not in the manifest`);
}
