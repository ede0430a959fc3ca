import { LittoralError } from '../../../engine/error';
import type { DeltaEntry } from '../../../engine/lake/delta-entry';
import { listLog, readEntry } from '../../sink/lake/read-snapshot';
import type { LakeStorage } from '../../sink/lake/storage';

/** One version of a table as `lake history` shows it. */
export interface TableVersion {
  readonly version: number;
  /** ISO 8601; null when the log does not say. */
  readonly committed: string | null;
  readonly operation: string;
  readonly filesAdded: number;
  readonly filesRemoved: number;
  /** Null when the log does not say. */
  readonly rowsAdded: number | null;
  /** False: files were joined or moved, the rows are the same. */
  readonly dataChange: boolean;
  readonly transactions: readonly { readonly appId: string; readonly version: number }[];
}

/** What happened to a table, version by version, the first one first; entries that were cleaned up are missing. */
export async function tableHistory(storage: LakeStorage, table: string): Promise<TableVersion[]> {
  const history: TableVersion[] = [];
  for await (const entry of entries(storage, table)) {
    const counts = entry.adds.map(file => file.rows);
    history.push({
      version: entry.version,
      committed: committedMs(entry) === null ? null : new Date(committedMs(entry) ?? 0).toISOString(),
      operation: typeof entry.commitInfo?.['operation'] === 'string' ? entry.commitInfo['operation'] : entry.adds.length + entry.removes.length > 0 ? 'WRITE' : 'CREATE TABLE',
      filesAdded: entry.adds.length,
      filesRemoved: entry.removes.length,
      rowsAdded: counts.includes(null) ? null : counts.reduce<number>((sum, rows) => sum + (rows ?? 0), 0),
      dataChange: [...entry.adds, ...entry.removes].some(action => action.dataChange),
      transactions: entry.transactions.map(({ appId, version }) => ({ appId, version }))
    });
  }
  return history;
}

/** The last version that was committed at `atMs` or before. Rejects with `LAKE_VERSION` when there is none. */
export async function versionAt(storage: LakeStorage, table: string, atMs: number): Promise<number> {
  let found: number | null = null;
  let firstMs: number | null = null;
  let latestMs = -Infinity;
  for await (const entry of entries(storage, table)) {
    // A clock may have been set back between two commits; versions only go forward.
    latestMs = Math.max(latestMs, committedMs(entry) ?? latestMs);
    firstMs ??= latestMs;
    if (latestMs > atMs) break;
    found = entry.version;
  }
  if (found !== null) return found;
  const first = firstMs === null || !Number.isFinite(firstMs) ? 'it has none' : `its first is of ${new Date(firstMs).toISOString()}`;
  throw new LittoralError('LAKE_VERSION', `lake table "${table}": no version was there at ${new Date(atMs).toISOString()}; ${first}. Ask for a later time.`);
}

async function* entries(storage: LakeStorage, table: string): AsyncGenerator<DeltaEntry> {
  for (const version of (await listLog(storage, table)).versions) {
    const entry = await readEntry(storage, table, version);
    if (entry !== null) yield entry;
  }
}

/** When a version was committed: by commitInfo, else by its files; the creation of a table says when that was. */
export function committedMs(entry: DeltaEntry): number | null {
  const timestamp = entry.commitInfo?.['timestamp'] ?? entry.metaData?.action['createdTime'];
  if (typeof timestamp === 'number') return timestamp;
  return entry.adds.length === 0 ? null : Math.max(...entry.adds.map(file => file.modifiedMs));
}
