import { parquetReadObjects } from 'hyparquet';
import { CHECKPOINT_COLUMNS, checkpointEntry } from '../../../engine/lake/checkpoint-entry';
import { refusal, type DeltaEntry } from '../../../engine/lake/delta-entry';
import { decompressors } from './decompressors';
import { fileBuffer } from './parquet-batches';
import type { LakeStorage } from './storage';

/** The state of a table that a checkpoint in the files `paths` holds. Throws `LAKE_TABLE` when it cannot be read. */
export async function readCheckpoint(storage: LakeStorage, table: string, version: number, paths: readonly string[]): Promise<DeltaEntry> {
  const actions: Record<string, unknown>[] = [];
  for (const path of paths) {
    const bytes = await storage.read(path);
    if (bytes === null) throw refusal(table, version, `its checkpoint "${path}" is gone`);
    try {
      for (const row of await parquetReadObjects({ file: fileBuffer(bytes), columns: CHECKPOINT_COLUMNS, compressors: decompressors })) actions.push(row);
    } catch (cause) {
      throw refusal(table, version, `its checkpoint "${path}" cannot be read (${cause instanceof Error ? cause.message : String(cause)})`);
    }
  }
  return checkpointEntry(table, version, actions);
}
