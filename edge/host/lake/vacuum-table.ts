import { readSnapshot } from '../../sink/lake/read-snapshot';
import type { LakeStorage } from '../../sink/lake/storage';

export interface VacuumOptions {
  readonly nowMs: number;
  /** Files that left the table, or came into its folder without a version, this long ago are deleted. */
  readonly olderThanMs: number;
  readonly dryRun: boolean;
}

export interface Vacuum {
  readonly table: string;
  /** Deleted files, relative to the table; with `dryRun` those that would be. */
  readonly deleted: readonly string[];
  readonly bytes: number;
  /** Files of older versions that stay, because they left the table too short a time ago. */
  readonly kept: number;
}

/**
 * Deletes data files that no version of the retention needs: those removed before it, and those that never became part of
 * the table. Log, checkpoints and sidecars stay. Older versions whose files are deleted can no longer be read.
 */
export async function vacuumTable(storage: LakeStorage, table: string, { nowMs, olderThanMs, dryRun }: VacuumOptions): Promise<Vacuum> {
  const listed = await storage.list(`${table}/`);
  // After the list, so that a file that is committed meanwhile is known.
  const snapshot = await readSnapshot(storage, table, { wholeLog: true });
  const deleted: string[] = [];
  let [bytes, kept] = [0, 0];
  for (const file of listed) {
    const path = file.path.slice(table.length + 1);
    if (!path.endsWith('.parquet') || path.split('/').some(part => part.startsWith('_')) || snapshot.files.has(path)) continue;
    const removed = snapshot.removed.get(path);
    if ((removed?.removedMs ?? file.modifiedMs) > nowMs - olderThanMs || file.modifiedMs > nowMs - olderThanMs) {
      kept += 1;
      continue;
    }
    if (!dryRun) await storage.delete(file.path);
    deleted.push(path);
    bytes += file.bytes;
  }
  return { table, deleted, bytes, kept };
}
