import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetMetadataAsync } from 'hyparquet';
import type { FileMetaData } from 'hyparquet';
import type { AddedFile, DeltaTable } from './delta-log';
import type { FindingSink } from './finding';

/** What a table's folder holds beside its log. */
export interface DataFilesResult {
  readonly rows: number;
  readonly bytes: number;
  /** SHA-256 of each file of the table by path. */
  readonly digests: ReadonlyMap<string, string>;
  /** Parquet files that no version names: left by a writer that was killed before its commit; readers do not see them. */
  readonly orphans: readonly string[];
}

/** Compares every data file with what the log and its own name say about it. */
export async function checkDataFiles(tableDir: string, table: DeltaTable, findings: FindingSink, progress: (path: string) => void): Promise<DataFilesResult> {
  const digests = new Map<string, string>();
  let rows = 0;
  let bytes = 0;
  for (const file of table.files.values()) {
    progress(file.path);
    const size = await fileSize(join(tableDir, file.path));
    if (size === null) {
      findings.add('FILE_MISSING', `"${file.path}" is named by version ${file.version} and is not there.`);
      continue;
    }
    bytes += size;
    rows += await checkFile(tableDir, file, size, digests, findings);
  }
  const present = await parquetFiles(tableDir, '');
  return { rows, bytes, digests, orphans: present.filter(path => !table.files.has(path)) };
}

async function checkFile(tableDir: string, file: AddedFile, size: number, digests: Map<string, string>, findings: FindingSink): Promise<number> {
  const path = join(tableDir, file.path);
  if (size !== file.size) findings.add('FILE_SIZE', `"${file.path}" has ${size} bytes; the log says ${file.size}.`);
  const digest = await sha256OfFile(path);
  digests.set(file.path, digest);
  const named = /-([0-9a-f]{16})\.parquet$/.exec(file.path)?.[1];
  if (named === undefined) findings.add('FILE_NAME', `"${file.path}" does not end in the first 16 digits of its SHA-256.`);
  else if (!digest.startsWith(named)) findings.add('FILE_DIGEST', `"${file.path}" has the SHA-256 ${digest.slice(0, 16)}…; its name says ${named}.`);
  else if (size === file.size) return checkRows(path, file, findings);
  return 0;
}

/** Only for a file whose digest is right: damaged Parquet can keep its reader busy without end. */
async function checkRows(path: string, file: AddedFile, findings: FindingSink): Promise<number> {
  let rows: number;
  try {
    rows = Number((await parquetFooter(path)).num_rows);
  } catch (error) {
    findings.add('FILE_ROWS', `"${file.path}" cannot be read as Parquet (${error instanceof Error ? error.message : String(error)}).`);
    return 0;
  }
  if (file.numRecords !== null && file.numRecords !== rows) findings.add('FILE_ROWS', `"${file.path}" holds ${rows} rows; the log says ${file.numRecords}.`);
  return rows;
}

/** The footer of a Parquet file, read by its end alone. */
export async function parquetFooter(path: string): Promise<FileMetaData> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    return await parquetMetadataAsync({
      byteLength: size,
      async slice(start, end = size) {
        const buffer = new ArrayBuffer(Math.max(0, end - start));
        await handle.read(new Uint8Array(buffer), 0, buffer.byteLength, start);
        return buffer;
      }
    });
  } finally {
    await handle.close();
  }
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

async function fileSize(path: string): Promise<number | null> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? stats.size : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && ABSENT.has(String(error.code))) return null;
    throw error;
  }
}

async function parquetFiles(tableDir: string, relative: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(tableDir, relative), { withFileTypes: true })) {
    const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
    if (entry.isDirectory() && !entry.name.startsWith('_')) found.push(...(await parquetFiles(tableDir, path)));
    else if (entry.isFile() && entry.name.endsWith('.parquet')) found.push(path);
  }
  return found.sort();
}
