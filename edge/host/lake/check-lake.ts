import { listLog } from '../../sink/lake/read-snapshot';
import type { LakeStorage } from '../../sink/lake/storage';
import { checkCheckpoints } from './checkpoints';
import { checkDataFiles } from './data-files';
import { readDeltaLog } from './delta-log';
import type { DeltaColumn } from './delta-log';
import type { Finding, FindingSink } from './finding';
import { openLake } from './open-lake';
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
  readonly checkpoints: number;
  /** Files of older versions, which time travel reads and a vacuum deletes. */
  readonly formerFiles: number;
  /** Files without a version: left by a writer that was killed before its commit, invisible to readers. */
  readonly orphans: readonly string[];
}
export interface LakeCheck {
  readonly ok: boolean;
  readonly tables: readonly TableCheck[];
  readonly findings: readonly Finding[];
}

/** Checks every Delta table in the lake (or the one table) at `location`: log, checkpoints, data files, sidecar chain. Rejects with `NOT_A_LAKE`. */
export async function checkLake(location: string, progress: (path: string) => void): Promise<LakeCheck> {
  const lake = await openLake(location);
  const findings: Finding[] = [];
  const tables: TableCheck[] = [];
  for (const name of lake.tables) tables.push(await checkTable(lake.storage, name, findings, progress));
  return { ok: findings.length === 0, tables, findings };
}

async function checkTable(storage: LakeStorage, name: string, findings: Finding[], progress: (path: string) => void): Promise<TableCheck> {
  const sink: FindingSink = { add: (code, message) => void findings.push({ table: name, code, message }) };
  const listing = await listLog(storage, name);
  const table = await readDeltaLog(storage, name, [...listing.checkpoints.keys()], sink);
  await checkCheckpoints(storage, name, listing, table, sink);
  const data = await checkDataFiles(storage, name, table, sink, path => progress(`${name}/${path}`));
  const sidecars = await checkSidecars(storage, name, table, data.digests, sink);
  return {
    name,
    version: table.version,
    columns: table.columns,
    partitionColumns: table.partitionColumns,
    files: table.files.size,
    rows: data.rows,
    bytes: data.bytes,
    sidecars,
    checkpoints: listing.checkpoints.size,
    formerFiles: data.former,
    orphans: data.orphans
  };
}
