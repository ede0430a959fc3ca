import { encodeUtf8 } from '../codec/utf8';
import { canonicalJson } from './canonical-json';
import { parseJson } from './dsse';
import { isSha256, record } from './statement';

export const MANIFEST_PATH = 'manifest.json';
export const PLAN_PATH = 'plan.json';
export const FORMAT_VERSION = 1;

/** What is in a bundle; every file but the manifest itself. */
export interface Manifest {
  readonly formatVersion: number;
  readonly pipelineId: string;
  readonly release: number;
  readonly minAgent: string;
  readonly targets: readonly string[];
  readonly files: readonly ManifestFile[];
}
export interface ManifestFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

export function manifestBytes(manifest: Manifest): Uint8Array {
  return encodeUtf8(canonicalJson(manifest));
}

/** The manifest in `bytes`, or why it is none. */
export function parseManifest(bytes: Uint8Array): Manifest | string {
  const root = record(parseJson(bytes));
  if (root === null) return 'it is no JSON object';
  const { formatVersion, pipelineId, release, minAgent, targets, files } = root;
  if (formatVersion !== FORMAT_VERSION) return `"formatVersion" is ${JSON.stringify(formatVersion)}, this version reads ${FORMAT_VERSION}`;
  if (typeof pipelineId !== 'string') return '"pipelineId" is no text';
  if (!Number.isSafeInteger(release)) return '"release" is no integer';
  if (typeof minAgent !== 'string') return '"minAgent" is no text';
  if (!Array.isArray(targets) || !targets.every(target => typeof target === 'string')) return '"targets" is no list of texts';
  const parsed = Array.isArray(files) ? files.map(parseFile) : [null];
  if (parsed.some(file => file === null)) return '"files" is no list of path, size and sha256';
  return { formatVersion, pipelineId, release: release as number, minAgent, targets: targets as string[], files: parsed.filter(file => file !== null) };
}

function parseFile(value: unknown): ManifestFile | null {
  const entry = record(value);
  const path = entry?.['path'];
  const size = entry?.['size'];
  const sha256 = entry?.['sha256'];
  return typeof path === 'string' && Number.isSafeInteger(size) && isSha256(sha256) ? { path, size: size as number, sha256 } : null;
}
