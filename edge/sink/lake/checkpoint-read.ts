import { parquetReadObjects } from 'hyparquet';
import { entryOf, refusal, type DeltaEntry } from '../../../engine/lake/delta-entry';
import { isRecord } from '../../../engine/lake/record';
import { fileBuffer } from './parquet-batches';
import type { LakeStorage } from './storage';

/** The actions of a checkpoint that are read. */
export const CHECKPOINT_COLUMNS = ['protocol', 'metaData', 'txn', 'add', 'remove'];

/** The state of a table that a checkpoint in the files `paths` holds. Throws `LAKE_TABLE` when it cannot be read. */
export async function readCheckpoint(storage: LakeStorage, table: string, version: number, paths: readonly string[]): Promise<DeltaEntry> {
  const actions: Record<string, unknown>[] = [];
  for (const path of paths) {
    const bytes = await storage.read(path);
    if (bytes === null) throw refusal(table, version, `its checkpoint "${path}" is gone`);
    try {
      for (const row of await parquetReadObjects({ file: fileBuffer(bytes), columns: CHECKPOINT_COLUMNS })) actions.push(row);
    } catch (cause) {
      throw refusal(table, version, `its checkpoint "${path}" cannot be read (${cause instanceof Error ? cause.message : String(cause)})`);
    }
  }
  return entryOf(table, version, actions.map(plain));
}

/** A row as the JSON of a log entry has it: numbers in place of big integers. */
function plain(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plainValue);
  return isRecord(value) ? plain(value) : value;
}
