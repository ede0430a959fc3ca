import { LittoralError } from '../../../engine/error';
import type { Batch } from '../../../engine/batch/batch';
import { concatBatches } from '../../../engine/batch/concat';
import { nullColumn } from '../../../engine/batch/empty';
import type { DeltaFile } from '../../../engine/lake/delta-entry';
import { SHA256_TAG, type AddedFile } from '../../../engine/lake/delta-text';
import type { StoredColumn } from '../../../engine/lake/file-stats';
import { partitionPath } from '../../../engine/lake/partition';
import { fieldIndex, type Schema } from '../../../engine/schema/schema';
import { parquetBatches } from './parquet-batches';
import type { WrittenFile } from './parquet-file';
import { sha256 } from './sidecar';
import type { LakeStorage } from './storage';

export interface DataFileName {
  /** Folders of the partition come first. */
  readonly partition: Readonly<Record<string, string | null>>;
  /** Folder below that of the partition, or null. */
  readonly folder: string | null;
  /** First part of the name; the digest follows. */
  readonly stem: string;
}

/** Creates a data file of `table`, named after its content; one that is there already holds the same. Throws `LAKE_FILE` when it does not. */
export async function createDataFile(storage: LakeStorage, table: string, name: DataFileName, { bytes, stats }: WrittenFile): Promise<AddedFile> {
  const hash = sha256(bytes);
  const path = [partitionPath(name.partition), name.folder ?? '', `${name.stem}-${hash.slice(0, 16)}.parquet`].filter(part => part !== '').join('/');
  if (!(await storage.create(`${table}/${path}`, bytes))) {
    const present = await storage.read(`${table}/${path}`);
    if (present === null || sha256(present) !== hash) throw new LittoralError('LAKE_FILE', `lake file "${table}/${path}": it is there with other content than its name says. Move it away, then try again.`);
    await storage.freshen(`${table}/${path}`);
  }
  return { path, partitionValues: name.partition, size: bytes.byteLength, stats, sha256: hash };
}

/** The rows of a data file of `table`, row group by row group, once its digest is found right. Throws `LAKE_FILE`. */
export async function* readDataFile(storage: LakeStorage, table: string, file: DeltaFile, schema: Schema): AsyncGenerator<Batch> {
  const bytes = await storage.read(`${table}/${file.path}`);
  const problem = bytes === null ? 'it is not there' : bytes.byteLength !== file.bytes ? `it has ${bytes.byteLength} bytes, the log says ${file.bytes}` : wrongDigest(file, bytes);
  if (bytes === null || problem !== null) throw new LittoralError('LAKE_FILE', `lake file "${table}/${file.path}": ${problem}; expected the file that the log names. Restore it from a copy.`, { details: { path: file.path } });
  yield* parquetBatches(`${table}/${file.path}`, bytes, schema);
}

function wrongDigest(file: DeltaFile, bytes: Uint8Array): string | null {
  const wanted = file.tags[SHA256_TAG];
  return wanted === undefined || wanted === sha256(bytes) ? null : `its SHA-256 is not ${wanted.slice(0, 16)}…`;
}

/** All rows of a data file. */
export async function dataFileRows(storage: LakeStorage, table: string, file: DeltaFile, schema: Schema): Promise<Batch> {
  const batches: Batch[] = [];
  for await (const batch of readDataFile(storage, table, file, schema)) batches.push(batch);
  return concatBatches(schema, batches);
}

/** `batch` with the columns of `schema`: others are left out, missing ones are null. */
export function aligned(batch: Batch, schema: Schema): Batch {
  return { ...batch, schema, columns: schema.fields.map(field => batch.columns[fieldIndex(batch.schema, field.name)] ?? nullColumn(field.type, batch.rowCount)) };
}

/** The columns of `batch` but those of `partitionBy`, which are folders. */
export function storedColumns(batch: Batch, partitionBy: readonly string[]): StoredColumn[] {
  return batch.schema.fields.flatMap((field, index) => {
    const column = batch.columns[index];
    return column === undefined || partitionBy.includes(field.name) ? [] : [{ field, column }];
  });
}
