import { LittoralError } from '../../../engine/error';
import type { DeltaEntry, DeltaFile } from '../../../engine/lake/delta-entry';
import type { DeltaSnapshot } from '../../../engine/lake/delta-snapshot';
import { readEntry, readSnapshot } from '../../sink/lake/read-snapshot';
import type { LakeStorage } from '../../sink/lake/storage';
import { committedMs } from './table-history';
import { fileRows, type TableRow } from './table-rows';

/** What one version changed in the rows of a table. */
export interface VersionChange {
  readonly version: number;
  /** ISO 8601; null when the log does not say. */
  readonly committed: string | null;
  readonly operation: string | null;
  readonly removed: readonly TableRow[];
  readonly added: readonly TableRow[];
}

export interface ChangesOptions {
  /** First version, inclusive. */
  readonly from: number;
  /** Last version, inclusive; default: the newest. */
  readonly to?: number;
  /** Rows of one version that are held. Default 1 000 000. */
  readonly rowsMax?: number;
}

const ROWS_MAX = 1_000_000;

/**
 * The rows that each version took out and put in. A file that was written anew counts only with the rows that differ, so an
 * updated row shows as one removed and one added; versions that only move rows show none. Throws `LAKE_VERSION`,
 * `LAKE_FILE` where a vacuum has deleted what would be needed, and `LIMIT_CHANGE_ROWS`.
 */
export async function* tableChanges(storage: LakeStorage, table: string, { from, to, rowsMax = ROWS_MAX }: ChangesOptions): AsyncGenerator<VersionChange> {
  const last = to ?? (await readSnapshot(storage, table)).version;
  if (from > last) throw new LittoralError('LAKE_VERSION', `lake table "${table}": the changes from version ${from} to ${last} were asked for; expected from ≤ to. Exchange them.`);
  const before = from === 0 ? null : await readSnapshot(storage, table, { version: from - 1 });
  const after = await readSnapshot(storage, table, { version: from });
  const known = new Map<string, DeltaFile>(before?.files ?? []);
  for (let version = from; version <= last; version++) {
    const entry = await readEntry(storage, table, version);
    if (entry === null) throw new LittoralError('LAKE_VERSION', `lake table "${table}": the log entry of version ${version} is not there. Ask for versions that the log still has.`);
    if (version > from) after.apply(entry);
    yield await changeOf(storage, after, entry, known, rowsMax);
    for (const file of entry.adds) known.set(file.path, file);
  }
}

async function changeOf(storage: LakeStorage, table: DeltaSnapshot, entry: DeltaEntry, known: ReadonlyMap<string, DeltaFile>, rowsMax: number): Promise<VersionChange> {
  const counts = new Map<string, { readonly row: TableRow; count: number }>();
  let rows = 0;
  const count = async (file: DeltaFile, by: 1 | -1): Promise<void> => {
    for await (const row of fileRows(storage, table, file)) {
      if (++rows > rowsMax) throw new LittoralError('LIMIT_CHANGE_ROWS', `lake table "${table.table}": version ${entry.version} rewrote more than ${rowsMax} rows. Compare the two versions with SQL instead.`);
      const text = JSON.stringify(row);
      const seen = counts.get(text);
      if (seen === undefined) counts.set(text, { row, count: by });
      else seen.count += by;
    }
  };
  for (const remove of entry.removes.filter(({ dataChange }) => dataChange)) {
    const file = known.get(remove.path);
    if (file !== undefined) await count(file, -1);
  }
  for (const file of entry.adds.filter(({ dataChange }) => dataChange)) await count(file, 1);
  const times = (sign: 1 | -1): TableRow[] => [...counts.values()].flatMap(each => Array.from({ length: Math.max(0, sign * each.count) }, () => each.row));
  const at = committedMs(entry);
  const operation = entry.commitInfo?.['operation'];
  return { version: entry.version, committed: at === null ? null : new Date(at).toISOString(), operation: typeof operation === 'string' ? operation : null, removed: times(-1), added: times(1) };
}
