import { parquetMetadataAsync, type FileMetaData } from 'hyparquet';
import { fileBuffer } from '../../sink/lake/parquet-batches';
import { sha256 } from '../../sink/lake/sidecar';
import type { LakeStorage } from '../../sink/lake/storage';
import type { AddedFile, DeltaTable } from './delta-log';
import { checkStatistics } from './file-statistics';
import type { FindingSink } from './finding';

/** What a table's folder holds beside its log. */
export interface DataFilesResult {
  readonly rows: number;
  readonly bytes: number;
  /** SHA-256 of each file of the table by path. */
  readonly digests: ReadonlyMap<string, string>;
  /** Parquet files that no version names: left by a writer that was killed before its commit; readers do not see them. */
  readonly orphans: readonly string[];
  /** Files of older versions. */
  readonly former: number;
}

/** Compares every data file with what the log and its own name say about it. */
export async function checkDataFiles(storage: LakeStorage, table: string, log: DeltaTable, findings: FindingSink, progress: (path: string) => void): Promise<DataFilesResult> {
  const digests = new Map<string, string>();
  let rows = 0;
  let bytes = 0;
  const prefix = `${table}/`;
  const sizes = new Map((await storage.list(prefix)).map(file => [file.path.slice(prefix.length), file.bytes]));
  for (const file of log.files.values()) {
    progress(file.path);
    const size = sizes.get(file.path);
    if (size === undefined) {
      findings.add('FILE_MISSING', `"${file.path}" is named by version ${file.version} and is not there.`);
      continue;
    }
    bytes += size;
    if (size !== file.size) findings.add('FILE_SIZE', `"${file.path}" has ${size} bytes; the log says ${file.size}.`);
    rows += await checkFile(storage, prefix, file, log, digests, findings);
  }
  const others = [...sizes.keys()].filter(path => path.endsWith('.parquet') && !path.split('/').some(part => part.startsWith('_')) && !log.files.has(path));
  return { rows, bytes, digests, orphans: others.filter(path => !log.everAdded.has(path)), former: others.filter(path => log.everAdded.has(path)).length };
}

async function checkFile(storage: LakeStorage, prefix: string, file: AddedFile, log: DeltaTable, digests: Map<string, string>, findings: FindingSink): Promise<number> {
  const bytes = await storage.read(prefix + file.path);
  if (bytes === null) return 0;
  const digest = sha256(bytes);
  digests.set(file.path, digest);
  const named = /-([0-9a-f]{16})\.parquet$/.exec(file.path)?.[1];
  const wanted = file.sha256 ?? (file.writtenByLittoral ? named : undefined);
  if (file.writtenByLittoral && named === undefined) findings.add('FILE_NAME', `"${file.path}" does not end in the first 16 digits of its SHA-256.`);
  if (wanted !== undefined && !digest.startsWith(wanted)) {
    findings.add('FILE_DIGEST', `"${file.path}" has the SHA-256 ${digest.slice(0, 16)}…; ${file.sha256 === null ? 'its name' : 'the log'} says ${wanted.slice(0, 16)}.`);
  } else if (named !== undefined && file.writtenByLittoral && !digest.startsWith(named)) {
    findings.add('FILE_DIGEST', `"${file.path}" has the SHA-256 ${digest.slice(0, 16)}…; its name says ${named}.`);
  } else if (bytes.byteLength === file.size) return checkRows(bytes, file, log, findings);
  return 0;
}

/** Only for a file whose digest is right: damaged Parquet can keep its reader busy without end. */
async function checkRows(bytes: Uint8Array, file: AddedFile, log: DeltaTable, findings: FindingSink): Promise<number> {
  let footer: FileMetaData;
  try {
    footer = await parquetMetadataAsync(fileBuffer(bytes));
  } catch (error) {
    findings.add('FILE_ROWS', `"${file.path}" cannot be read as Parquet (${error instanceof Error ? error.message : String(error)}).`);
    return 0;
  }
  const rows = Number(footer.num_rows);
  if (file.numRecords !== null && file.numRecords !== rows) findings.add('FILE_ROWS', `"${file.path}" holds ${rows} rows; the log says ${file.numRecords}.`);
  checkStatistics(file, footer, log, findings);
  return rows;
}
