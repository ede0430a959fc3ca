import { LittoralError } from '../../../engine/error';
import { gatherBatch } from '../../../engine/batch/gather';
import type { DeltaFile } from '../../../engine/lake/delta-entry';
import { MERGE_BY, type AddedFile, type Change } from '../../../engine/lake/delta-text';
import type { DeltaField } from '../../../engine/lake/delta-schema';
import type { DeltaSnapshot } from '../../../engine/lake/delta-snapshot';
import { filesToMerge } from '../../../engine/lake/merge-candidates';
import { RowMerge } from '../../../engine/lake/merge-rows';
import { partitionRows, partitionTexts } from '../../../engine/lake/partition';
import { fileSchema } from '../../../engine/lake/table-schema';
import type { Epoch } from './lake-table';
import { aligned, createDataFile, dataFileRows, storedColumns, type DataFileName } from './data-file';
import { parquetFile } from './parquet-file';
import type { LakeStorage } from './storage';

export interface Merge {
  readonly storage: LakeStorage;
  readonly epoch: Epoch;
  readonly mergeBy: readonly string[];
  /** Columns of the table with those that the rows bring. */
  readonly fields: readonly DeltaField[];
  readonly nameOf: (partition: Readonly<Record<string, string | null>>) => DataFileName;
  readonly nowMs: number;
}

/** Rows of one file that are held at a time. */
const FILE_ROWS_MAX = 4_000_000;

/** Writes the files of an epoch whose rows take the place of rows with equal keys: copy on write, one file at a time. */
export async function mergeEpoch(table: DeltaSnapshot, { storage, epoch, mergeBy, fields, nameOf, nowMs }: Merge): Promise<Pick<Change, 'operation' | 'parameters' | 'adds' | 'removes' | 'dataChange' | 'nowMs'>> {
  const { partitionBy } = epoch;
  const schema = fileSchema(table.table, fields, partitionBy);
  const rows = aligned(epoch.rows, schema);
  const partitions = partitionTexts(epoch.rows, partitionBy);
  const merge = new RowMerge({ table: table.table, mergeBy, rows, partitionBy, partitions });
  const adds: AddedFile[] = [];
  const removes: DeltaFile[] = [];
  for (const file of filesToMerge(table.files.values(), { rows, mergeBy, partitionBy, partitions })) {
    if ((file.rows ?? 0) > FILE_ROWS_MAX) throw new LittoralError('LIMIT_MERGE_ROWS', `lake table "${table.table}": file "${file.path}" has ${file.rows} rows; at most ${FILE_ROWS_MAX} can be merged into. Divide the table by partitionBy.`);
    const present = await dataFileRows(storage, table.table, file, schema);
    const changed = merge.apply(present, partitionBy.map(name => file.partition[name] ?? null));
    if (changed === null) continue;
    removes.push(file);
    if (changed.rowCount > 0) adds.push(await createDataFile(storage, table.table, nameOf(file.partition), parquetFile(changed, storedColumns(changed, []))));
  }
  for (const partition of partitionRows(gatherBatch(epoch.rows, merge.rest()), partitionBy)) {
    const added = aligned(partition.rows, schema);
    adds.push(await createDataFile(storage, table.table, nameOf(partition.values), parquetFile(added, storedColumns(added, []))));
  }
  return {
    operation: 'MERGE',
    parameters: { predicate: mergeBy.map(name => `target.${name} <=> source.${name}`).join(' AND '), [MERGE_BY]: JSON.stringify(mergeBy) },
    adds,
    removes: removes.map(file => ({ path: file.path, partitionValues: file.partition, size: file.bytes })),
    dataChange: true,
    nowMs
  };
}
