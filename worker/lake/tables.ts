import { parquetReadObjects } from 'hyparquet';
import { LittoralError } from '../../engine/error';
import { CHECKPOINT_COLUMNS } from '../../engine/lake/checkpoint-entry';
import type { LakeTable } from '../protocol';
import { DeltaLogReader } from './delta-log';
import type { DeltaTable } from './delta-log';
import type { LakeEntry, LakeSource } from './lake-source';

const LOG_ENTRY = /^(.+)\/_delta_log\/(\d{20})\.json$/;
const CHECKPOINT = /^(.+)\/_delta_log\/(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10}))?\.parquet$/;
const PARALLEL = 16;

/** What a lake holds of the log of one table. */
interface LogFiles {
  readonly versions: string[];
  readonly checkpoints: LakeEntry[];
}

/** The tables of one lake, read from their logs. Entries never change once written, so only new ones are read again. */
export class LakeTables {
  private readonly readers = new Map<string, DeltaLogReader>();

  constructor(readonly source: LakeSource) {}

  async read(): Promise<readonly DeltaTable[]> {
    const logs = new Map<string, LogFiles>();
    for (const entry of await this.source.list()) {
      const match = LOG_ENTRY.exec(entry.path) ?? CHECKPOINT.exec(entry.path);
      if (match === null) continue;
      const [, table = '', version = ''] = match;
      const log = logs.get(table) ?? { versions: [], checkpoints: [] };
      logs.set(table, log);
      if (entry.path.endsWith('.json')) log.versions.push(version);
      else log.checkpoints.push(entry);
    }
    const tables: DeltaTable[] = [];
    for (const [table, log] of [...logs].sort(([a], [b]) => (a < b ? -1 : 1))) tables.push(await this.readLog(table, log));
    return tables;
  }

  private async readLog(table: string, { versions, checkpoints }: LogFiles): Promise<DeltaTable> {
    versions.sort();
    const known = this.readers.get(table);
    // Until every new entry is applied the reader is incomplete; a failure must not leave it for the next call.
    this.readers.delete(table);
    const isOlder = known !== undefined && known.nextVersion <= Number(versions.at(-1) ?? -1) + 1;
    const reader = isOlder ? known : (Number(versions[0] ?? NaN) === 0 ? new DeltaLogReader(table) : await this.fromCheckpoint(table, checkpoints));
    const wanted = versions.filter(version => Number(version) >= reader.nextVersion);
    for (let from = 0; from < wanted.length; from += PARALLEL) {
      const slice = wanted.slice(from, from + PARALLEL);
      const texts = await Promise.all(slice.map(version => this.source.text(`${table}/_delta_log/${version}.json`)));
      texts.forEach((text, index) => {
        if (Number(slice[index]) !== reader.nextVersion) throw new LittoralError('LAKE_TABLE', `lake table "${table}": version ${reader.nextVersion} is missing in its log. Restore the log from a copy.`, { details: { table } });
        reader.apply(text);
      });
    }
    this.readers.set(table, reader);
    return reader.result();
  }

  /** Begins with the newest whole checkpoint: the entries before it have been cleaned up. */
  private async fromCheckpoint(table: string, checkpoints: readonly LakeEntry[]): Promise<DeltaLogReader> {
    const parts = new Map<string, { readonly count: number; readonly files: LakeEntry[] }>();
    for (const file of checkpoints) {
      const [, , version = '', , count] = CHECKPOINT.exec(file.path) ?? [];
      const known = parts.get(version);
      if (known === undefined) parts.set(version, { count: Number(count ?? 1), files: [file] });
      else known.files.push(file);
    }
    const newest = [...parts].filter(([, { count, files }]) => files.length === count).sort(([a], [b]) => (a < b ? 1 : -1))[0];
    if (newest === undefined) throw new LittoralError('LAKE_TABLE', `lake table "${table}": its log does not begin with version 0 and has no whole checkpoint. Restore the log from a copy, or rewrite the table.`, { details: { table } });
    const [version, { files }] = newest;
    const rows: Record<string, unknown>[] = [];
    for (const { path, bytes } of files) {
      const file = { byteLength: bytes, slice: (start: number, end = bytes) => this.source.range(path, start, end) };
      try {
        rows.push(...(await parquetReadObjects({ file, columns: CHECKPOINT_COLUMNS })));
      } catch (cause) {
        if (cause instanceof LittoralError) throw cause;
        throw new LittoralError('LAKE_TABLE', `lake table "${table}": its checkpoint "${path}" cannot be read (${cause instanceof Error ? cause.message : String(cause)}). Restore it from a copy.`, { cause, details: { table } });
      }
    }
    const reader = new DeltaLogReader(table);
    reader.applyCheckpoint(Number(version), rows);
    return reader;
  }
}

/** A table as the Lake panel shows it. */
export function describeTable(table: DeltaTable): LakeTable {
  return {
    name: table.name,
    version: table.version,
    schema: table.columns.map(({ name, type, nullable }) => ({ name, type: typeof type === 'string' ? type : JSON.stringify(type), nullable })),
    partitionColumns: table.partitionColumns,
    files: table.files.map(({ path, bytes, rows, partition }) => ({ path, bytes, rows, partition })),
    rows: table.files.reduce((sum, file) => sum + (file.rows ?? 0), 0),
    bytes: table.files.reduce((sum, file) => sum + file.bytes, 0)
  };
}
