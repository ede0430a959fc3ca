import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { LittoralError } from '../../../engine/error';
import { checkDataFiles } from './data-files';
import { readDeltaLog } from './delta-log';
import type { DeltaColumn } from './delta-log';
import type { Finding, FindingSink } from './finding';
import { checkSidecars } from './sidecar-chain';

/** One table of a lake as `lake check` and `inspect` show it. */
export interface TableCheck {
  readonly name: string;
  readonly version: number;
  readonly columns: readonly DeltaColumn[];
  readonly partitionColumns: readonly string[];
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
  readonly sidecars: number;
  /** Files without a version: left by a writer that was killed before its commit, invisible to readers. */
  readonly orphans: readonly string[];
}
export interface LakeCheck {
  readonly ok: boolean;
  readonly tables: readonly TableCheck[];
  readonly findings: readonly Finding[];
}

/** Checks every Delta table in `dir` (or `dir` itself): log, data files, sidecar chain. Rejects with `NOT_A_LAKE`. */
export async function checkLake(dir: string, progress: (path: string) => void): Promise<LakeCheck> {
  const tableDirs = await tablesOf(dir);
  if (tableDirs.length === 0) {
    throw new LittoralError('NOT_A_LAKE', `"${dir}": no folder with a _delta_log was found; a lake or one table of it was expected. Check the path.`);
  }
  const findings: Finding[] = [];
  const tables: TableCheck[] = [];
  for (const tableDir of tableDirs) tables.push(await checkTable(tableDir, findings, progress));
  return { ok: findings.length === 0, tables, findings };
}

async function checkTable(tableDir: string, findings: Finding[], progress: (path: string) => void): Promise<TableCheck> {
  const name = basename(resolve(tableDir));
  const sink: FindingSink = { add: (code, message) => void findings.push({ table: name, code, message }) };
  const table = await readDeltaLog(tableDir, sink);
  const data = await checkDataFiles(tableDir, table, sink, path => progress(`${name}/${path}`));
  const sidecars = await checkSidecars(tableDir, table, data.digests, sink);
  return {
    name,
    version: table.version,
    columns: table.columns,
    partitionColumns: table.partitionColumns,
    files: table.files.size,
    rows: data.rows,
    bytes: data.bytes,
    sidecars,
    orphans: data.orphans
  };
}

async function tablesOf(dir: string): Promise<string[]> {
  if (existsSync(join(dir, '_delta_log'))) return [dir];
  const found: string[] = [];
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.isDirectory() && !entry.name.startsWith('_') && !entry.name.startsWith('.')) found.push(...(await tablesOf(join(dir, entry.name))));
  }
  return found.sort();
}
