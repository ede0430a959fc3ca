import type { DeltaField } from './delta-schema';
import { encodePath } from './table-path';

/** A data file that is to be added to a table. */
export interface AddedFile {
  /** Relative to the table, not yet URI-encoded. */
  readonly path: string;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  readonly size: number;
  /** JSON of Delta's statistics. */
  readonly stats: string;
  /** In hexadecimal; kept as a tag of the file. */
  readonly sha256?: string;
}

/** A data file that is to be taken out of a table. */
export interface RemovedFile {
  readonly path: string;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  readonly size: number;
}

/** Tag of an added file that holds its SHA-256. */
export const SHA256_TAG = 'littoral.sha256';
/** Table property with the JSON list of the columns that rows are merged by. */
export const MERGE_BY = 'littoral.mergeBy';

/** Name of the log entry of `version`. */
export function versionFile(version: number): string {
  return `${versionText(version)}.json`;
}

/** `version` with the 20 digits of file names. */
export function versionText(version: number): string {
  return String(version).padStart(20, '0');
}

/** Actions of version 0 of a table that readers of protocol version 1 understand; append-only unless rows are merged into it. */
export function creationActions(table: {
  readonly id: string;
  readonly fields: readonly DeltaField[];
  readonly partitionBy: readonly string[];
  readonly mergeBy?: readonly string[];
  readonly nowMs: number;
}): readonly object[] {
  const { mergeBy = [] } = table;
  const metaData = {
    id: table.id,
    format: { provider: 'parquet', options: {} },
    schemaString: schemaString(table.fields),
    partitionColumns: table.partitionBy,
    configuration: mergeBy.length === 0 ? { 'delta.appendOnly': 'true' } : { 'delta.appendOnly': 'false', [MERGE_BY]: JSON.stringify(mergeBy) },
    createdTime: table.nowMs
  };
  return [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData }];
}

export interface Change {
  readonly operation: 'WRITE' | 'MERGE' | 'OPTIMIZE';
  readonly parameters: Readonly<Record<string, string>>;
  readonly adds: readonly AddedFile[];
  readonly removes: readonly RemovedFile[];
  /** False: the rows stay the same. */
  readonly dataChange: boolean;
  readonly nowMs: number;
  /** Lets a writer that repeats itself be recognised. */
  readonly txn?: { readonly appId: string; readonly version: number };
}

/** Actions of a version that takes files out of a table and puts others in. */
export function changeActions({ operation, parameters, adds, removes, dataChange, nowMs, txn }: Change): readonly object[] {
  return [
    ...(txn === undefined ? [] : [{ txn: { ...txn, lastUpdated: nowMs } }]),
    ...removes.map(({ path, partitionValues, size }) => ({
      remove: { path: encodePath(path), deletionTimestamp: nowMs, dataChange, extendedFileMetadata: true, partitionValues, size }
    })),
    ...adds.map(({ path, partitionValues, size, stats, sha256 }) => ({
      add: {
        path: encodePath(path),
        partitionValues,
        size,
        modificationTime: nowMs,
        dataChange,
        stats,
        ...(sha256 === undefined ? {} : { tags: { [SHA256_TAG]: sha256 } })
      }
    })),
    { commitInfo: { timestamp: nowMs, operation, operationParameters: parameters, engineInfo: 'littoral' } }
  ];
}

/** Actions of a version that appends `files`. */
export function appendActions(append: { readonly files: readonly AddedFile[]; readonly partitionBy: readonly string[]; readonly nowMs: number; readonly txn?: Change['txn'] }): readonly object[] {
  const { files, partitionBy, nowMs, txn } = append;
  return changeActions({
    operation: 'WRITE',
    parameters: { mode: 'Append', partitionBy: JSON.stringify(partitionBy) },
    adds: files,
    removes: [],
    dataChange: true,
    nowMs,
    ...(txn === undefined ? {} : { txn })
  });
}

/** Delta's `schemaString`. */
export function schemaString(fields: readonly DeltaField[]): string {
  return JSON.stringify({ type: 'struct', fields });
}

/** Text of a log entry: one action per line. */
export function logText(actions: readonly object[]): string {
  return actions.map(action => `${JSON.stringify(action)}\n`).join('');
}
