import { LittoralError } from '../../engine/error';
import type { LakeTable } from '../protocol';
import { DeltaLogReader } from './delta-log';
import type { DeltaTable } from './delta-log';
import type { LakeSource } from './lake-source';

const LOG_ENTRY = /^(.+)\/_delta_log\/(\d{20})\.json$/;
const PARALLEL = 16;

/** The tables of one lake, read from their logs. Entries never change once written, so only new ones are read again. */
export class LakeTables {
  private readonly readers = new Map<string, DeltaLogReader>();

  constructor(readonly source: LakeSource) {}

  async read(): Promise<readonly DeltaTable[]> {
    const logs = new Map<string, string[]>();
    for (const { path } of await this.source.list()) {
      const match = LOG_ENTRY.exec(path);
      if (match === null) continue;
      const [, table = '', version = ''] = match;
      logs.set(table, [...(logs.get(table) ?? []), version]);
    }
    const tables: DeltaTable[] = [];
    for (const [table, versions] of [...logs].sort(([a], [b]) => (a < b ? -1 : 1))) tables.push(await this.readLog(table, versions.sort()));
    return tables;
  }

  private async readLog(table: string, versions: readonly string[]): Promise<DeltaTable> {
    const known = this.readers.get(table);
    const reader = known !== undefined && known.nextVersion <= versions.length ? known : new DeltaLogReader(table);
    // Until every new entry is applied the reader is incomplete; a failure must not leave it for the next call.
    this.readers.delete(table);
    if (Number(versions[0]) !== 0) {
      throw new LittoralError('LAKE_TABLE', `lake table "${table}": its log begins with version ${Number(versions[0])}, expected 0; checkpoints are not read. Keep the whole log, or rewrite the table.`, { details: { table } });
    }
    for (let from = reader.nextVersion; from < versions.length; from += PARALLEL) {
      const wanted = versions.slice(from, from + PARALLEL);
      const texts = await Promise.all(wanted.map(version => this.source.text(`${table}/_delta_log/${version}.json`)));
      texts.forEach((text, index) => {
        if (Number(wanted[index]) !== reader.nextVersion) throw new LittoralError('LAKE_TABLE', `lake table "${table}": version ${reader.nextVersion} is missing in its log. Restore the log from a copy.`, { details: { table } });
        reader.apply(text);
      });
    }
    this.readers.set(table, reader);
    return reader.result();
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
