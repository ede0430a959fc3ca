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

/** Version 0 of an append-only table that readers of protocol version 1 understand. */
export function tableCreationText(table: { readonly id: string; readonly fields: readonly DeltaField[]; readonly partitionBy: readonly string[]; readonly nowMs: number }): string {
  const metaData = {
    id: table.id,
    format: { provider: 'parquet', options: {} },
    schemaString: JSON.stringify({ type: 'struct', fields: table.fields }),
    partitionColumns: table.partitionBy,
    configuration: { 'delta.appendOnly': 'true' },
    createdTime: table.nowMs
  };
  return lines([{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData }]);
}

/** A version that appends `files`. */
export function appendText(append: { readonly files: readonly AddedFile[]; readonly partitionBy: readonly string[]; readonly nowMs: number }): string {
  const adds = append.files.map(file => ({
    add: {
      path: file.path.split('/').map(encodeURIComponent).join('/').replaceAll('%3D', '='),
      partitionValues: file.partitionValues,
      size: file.size,
      modificationTime: append.nowMs,
      dataChange: true,
      stats: file.stats
    }
  }));
  const commitInfo = { timestamp: append.nowMs, operation: 'WRITE', operationParameters: { mode: 'Append', partitionBy: JSON.stringify(append.partitionBy) }, engineInfo: 'littoral' };
  return lines([...adds, { commitInfo }]);
}

function lines(actions: readonly object[]): string {
  return actions.map(action => `${JSON.stringify(action)}\n`).join('');
}
