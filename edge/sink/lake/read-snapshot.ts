import { DeltaSnapshot } from '../../../engine/lake/delta-snapshot';
import { parseEntry, refusal, type DeltaEntry } from '../../../engine/lake/delta-entry';
import { versionFile } from '../../../engine/lake/delta-text';
import { LittoralError } from '../../../engine/error';
import { readCheckpoint } from './checkpoint-read';
import type { LakeStorage } from './storage';

/** What a table's log folder holds. */
export interface LogListing {
  /** Versions with an entry, rising. */
  readonly versions: readonly number[];
  /** Complete checkpoints by version: the paths of their parts. */
  readonly checkpoints: ReadonlyMap<number, readonly string[]>;
}

export interface SnapshotOptions {
  /** Default: the last one. */
  readonly version?: number;
  /** Reads every entry where there are all, instead of a checkpoint, which forgets what was removed long ago. Default false. */
  readonly wholeLog?: boolean;
}

const PARALLEL = 16;
const ENTRY_BYTES_MAX = 64 * 1024 * 1024;

/** The log entries and checkpoints of a table; other names are no part of the log. */
export async function listLog(storage: LakeStorage, table: string): Promise<LogListing> {
  const folder = `${table}/_delta_log/`;
  const versions: number[] = [];
  const parts = new Map<number, { count: number; paths: string[] }>();
  for (const { path } of await storage.list(folder)) {
    const name = path.slice(folder.length);
    const version = Number(name.slice(0, 20));
    if (/^\d{20}\.json$/.test(name)) versions.push(version);
    const part = /^\d{20}\.checkpoint(?:\.(\d{10})\.(\d{10}))?\.parquet$/.exec(name);
    if (part === null) continue;
    const count = part[2] === undefined ? 1 : Number(part[2]);
    const known = parts.get(version);
    if (known?.count === count && count > 1) known.paths.push(path);
    else if (known === undefined || count === 1) parts.set(version, { count, paths: [path] });
  }
  const complete = [...parts].filter(([, { count, paths }]) => paths.length === count).map(([version, { paths }]) => [version, paths.sort()] as const);
  return { versions: versions.sort((a, b) => a - b), checkpoints: new Map(complete) };
}

/**
 * The table at one version, from the last checkpoint before it and the entries since. A checkpoint
 * that cannot be read is passed over when the log reaches back further. Throws `LAKE_TABLE` for what is not understood,
 * `LAKE_VERSION` for a version that the log does not have.
 */
export async function readSnapshot(storage: LakeStorage, table: string, options: SnapshotOptions = {}): Promise<DeltaSnapshot> {
  const { version, wholeLog = false } = options;
  const listing = await listLog(storage, table);
  const newest = Math.max(listing.versions.at(-1) ?? -1, ...listing.checkpoints.keys());
  if (newest < 0) throw new LittoralError('LAKE_VERSION', `lake table "${table}": it has no log in "${storage.name}". Check the name of the table.`);
  const wanted = version ?? newest;
  const checkpoints = wholeLog && listing.versions[0] === 0 ? [] : [...listing.checkpoints].filter(([at]) => at <= wanted).sort(([a], [b]) => b - a);
  let failure: unknown = null;
  for (const [at, paths] of checkpoints) {
    try {
      const snapshot = new DeltaSnapshot(table);
      snapshot.apply(await readCheckpoint(storage, table, at, paths), true);
      return (await applyEntries(storage, snapshot, listing, wanted)).complete();
    } catch (error) {
      if (listing.versions[0] !== 0) throw error;
      failure = error;
      break;
    }
  }
  const first = listing.versions[0];
  if (first !== 0) {
    throw new LittoralError('LAKE_VERSION', `lake table "${table}": version ${wanted} cannot be read; its log reaches back to version ${Math.min(first ?? newest, ...listing.checkpoints.keys())}. Ask for a later version.`);
  }
  try {
    return (await applyEntries(storage, new DeltaSnapshot(table), listing, wanted)).complete();
  } catch (error) {
    throw failure ?? error;
  }
}

/** Applies the entries after `snapshot` up to `last`. Throws `LAKE_TABLE` for a gap. */
async function applyEntries(storage: LakeStorage, snapshot: DeltaSnapshot, { versions }: LogListing, last: number): Promise<DeltaSnapshot> {
  const wanted = versions.filter(version => version > snapshot.version && version <= last);
  for (let from = 0; from < wanted.length; from += PARALLEL) {
    const entries = await Promise.all(wanted.slice(from, from + PARALLEL).map(version => readEntry(storage, snapshot.table, version)));
    entries.forEach((entry, index) => {
      if (entry === null) throw refusal(snapshot.table, wanted[from + index] ?? 0, 'its log entry is gone');
      snapshot.apply(entry);
    });
  }
  if (snapshot.version !== last) throw new LittoralError('LAKE_VERSION', `lake table "${snapshot.table}": there is no version ${last}; the last one is ${versions.at(-1) ?? snapshot.version}. Ask for one of these.`);
  return snapshot;
}

/** The entry of `version`; null when there is none. */
export async function readEntry(storage: LakeStorage, table: string, version: number): Promise<DeltaEntry | null> {
  const bytes = await storage.read(`${table}/_delta_log/${versionFile(version)}`, ENTRY_BYTES_MAX);
  return bytes === null ? null : parseEntry(table, version, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
}
