import type { DeltaField } from './delta-schema';

/** A data file that is to be added to a table. */
export interface AddedFile {
  /** Relative to the table, not yet URI-encoded. */
  readonly path: string;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  readonly size: number;
  /** JSON of Delta's statistics. */
  readonly stats: string;
}

/** Name of the log entry of `version`. */
export function versionFile(version: number): string {
  return `${String(version).padStart(20, '0')}.json`;
}

/** Actions of version 0 of an append-only table that readers of protocol version 1 understand. */
export function creationActions(table: { readonly id: string; readonly fields: readonly DeltaField[]; readonly partitionBy: readonly string[]; readonly nowMs: number }): readonly object[] {
  const metaData = {
    id: table.id,
    format: { provider: 'parquet', options: {} },
    schemaString: schemaString(table.fields),
    partitionColumns: table.partitionBy,
    configuration: { 'delta.appendOnly': 'true' },
    createdTime: table.nowMs
  };
  return [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData }];
}

/** Actions of a version that appends `files`; `txn` lets a writer that repeats itself be recognised. */
export function appendActions(append: {
  readonly files: readonly AddedFile[];
  readonly partitionBy: readonly string[];
  readonly nowMs: number;
  readonly txn?: { readonly appId: string; readonly version: number };
}): readonly object[] {
  const { files, partitionBy, nowMs, txn } = append;
  const adds = files.map(file => ({
    add: {
      path: file.path.split('/').map(encodeURIComponent).join('/').replaceAll('%3D', '='),
      partitionValues: file.partitionValues,
      size: file.size,
      modificationTime: nowMs,
      dataChange: true,
      stats: file.stats
    }
  }));
  const commitInfo = { timestamp: nowMs, operation: 'WRITE', operationParameters: { mode: 'Append', partitionBy: JSON.stringify(partitionBy) }, engineInfo: 'littoral' };
  return [...(txn === undefined ? [] : [{ txn: { ...txn, lastUpdated: nowMs } }]), ...adds, { commitInfo }];
}

/** Delta's `schemaString`. */
export function schemaString(fields: readonly DeltaField[]): string {
  return JSON.stringify({ type: 'struct', fields });
}

/** Text of a log entry: one action per line. */
export function logText(actions: readonly object[]): string {
  return actions.map(action => `${JSON.stringify(action)}\n`).join('');
}
