import { isRecord } from '../../../engine/lake/record';
import { sha256 } from '../../sink/lake/sidecar';
import type { LakeStorage } from '../../sink/lake/storage';
import type { DeltaTable } from './delta-log';
import type { FindingSink } from './finding';

interface SidecarFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}
interface Sidecar {
  readonly epoch: number;
  readonly files: readonly SidecarFile[];
  readonly previousSha256: string | null;
}

const SIDECAR_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Follows the chain of sidecars in `_metadata` and compares what they say with the files of the table; returns their
 * number. Epochs after the last sidecar are still being written and are let be.
 */
export async function checkSidecars(storage: LakeStorage, name: string, table: DeltaTable, digests: ReadonlyMap<string, string>, findings: FindingSink): Promise<number> {
  const folder = `${name}/_metadata/`;
  const names = (await storage.list(folder)).filter(({ path }) => /\/\d+\.json$/.test(path));
  const described = new Set<string>();
  let previous: string | null = null;
  let lastEpoch = -1;
  for (const { path, bytes: size } of names) {
    const name = path.slice(folder.length);
    const bytes = size > SIDECAR_BYTES_MAX ? null : await storage.read(path, SIDECAR_BYTES_MAX);
    const sidecar = bytes === null ? null : parseSidecar(Buffer.from(bytes).toString('utf8'));
    if (bytes === null || sidecar === null || sidecar.epoch !== Number(name.slice(0, -'.json'.length))) {
      findings.add('SIDECAR_UNREADABLE', `"_metadata/${name}" is not the description of epoch ${Number(name.slice(0, -'.json'.length))}.`);
      continue;
    }
    if (sidecar.previousSha256 !== previous) {
      findings.add('SIDECAR_CHAIN', `"_metadata/${name}" follows ${short(sidecar.previousSha256)}; the sidecar before it has ${short(previous)}. One was removed, changed or swapped.`);
    }
    for (const file of sidecar.files) checkFile(file, name, table, digests, described, findings);
    previous = sha256(bytes);
    lastEpoch = sidecar.epoch;
  }
  if (names.length > 0) findUndescribed(table, described, lastEpoch, findings);
  return names.length;
}

function checkFile(file: SidecarFile, name: string, table: DeltaTable, digests: ReadonlyMap<string, string>, described: Set<string>, findings: FindingSink): void {
  described.add(file.path);
  const added = table.everAdded.get(file.path);
  if (added === undefined) return findings.add('SIDECAR_FILE', `"_metadata/${name}" describes "${file.path}", which is in no version of the log.`);
  const digest = digests.get(file.path);
  if (digest !== undefined && digest !== file.sha256) findings.add('SIDECAR_FILE', `"${file.path}" has the SHA-256 ${short(digest)}; "_metadata/${name}" says ${short(file.sha256)}.`);
  if (added.size !== file.bytes) findings.add('SIDECAR_FILE', `"${file.path}" has ${added.size} bytes in the log; "_metadata/${name}" says ${file.bytes}.`);
}

/** A file of an epoch that a later sidecar has passed must have been described. */
function findUndescribed(table: DeltaTable, described: ReadonlySet<string>, lastEpoch: number, findings: FindingSink): void {
  for (const path of table.everAdded.keys()) {
    const epoch = /-e=(\d+)-[0-9a-f]{16}\.parquet$/.exec(path)?.[1];
    if (epoch !== undefined && Number(epoch) <= lastEpoch && !described.has(path)) {
      findings.add('SIDECAR_FILE', `"${path}" of epoch ${Number(epoch)} is described by no sidecar.`);
    }
  }
}

function parseSidecar(text: string): Sidecar | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value) || typeof value['epoch'] !== 'number' || !Array.isArray(value['files'])) return null;
  const { epoch, previousSha256, files } = value;
  if (previousSha256 !== null && typeof previousSha256 !== 'string') return null;
  const parsed = files.map(file => (isSidecarFile(file) ? file : null));
  return parsed.every(file => file !== null) ? { epoch, previousSha256, files: parsed } : null;
}

function isSidecarFile(value: unknown): value is SidecarFile {
  return isRecord(value) && typeof value['path'] === 'string' && typeof value['bytes'] === 'number' && typeof value['sha256'] === 'string';
}

function short(sha256: string | null): string {
  return sha256 === null ? 'nothing' : `${sha256.slice(0, 16)}…`;
}
