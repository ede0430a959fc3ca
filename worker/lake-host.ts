import { transfer } from 'comlink';
import { LittoralError } from '../engine/error';
import { openDuckDb } from './lake/duckdb-database';
import { httpSource } from './lake/http-source';
import { LakeQuery } from './lake/lake-query';
import { opfsSource } from './lake/opfs-source';
import { supervisedParquetReader } from './lake/parquet-reader';
import { readRowGroups } from './lake/row-groups';
import { cancelledError } from './lake/sql-error';
import { LakeTables, describeTable } from './lake/tables';
import { systemClock } from './platform/clock';
import type { AssetUrls, LakeService, LakeTable, QueryResult, RowGroupStats } from './protocol';

/** The lake worker's service: tables by HTTP or in this browser, SQL in DuckDB-WASM. DuckDB is loaded by the first query. */
export class LakeHost implements LakeService {
  private readonly lakes = new Map<string, LakeTables>();
  private assets: AssetUrls | null = null;
  private opening: Promise<LakeQuery> | null = null;
  private cancels = 0;
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly spawnReader: () => Worker) {}

  init(assets: AssetUrls): Promise<void> {
    this.assets = assets;
    return Promise.resolve();
  }

  async tables(url: string): Promise<readonly LakeTable[]> {
    return (await this.lake(url).read()).map(describeTable);
  }

  async rowGroups(url: string, table: string, file: string): Promise<readonly RowGroupStats[]> {
    const lake = this.lake(url);
    const found = (await lake.read()).find(candidate => candidate.name === table)?.files.find(candidate => candidate.path === file);
    if (found === undefined) throw new LittoralError('LAKE_FILE', `lake table "${table}": no file "${file}" in its newest version. Refresh the lake.`, { details: { table, file } });
    return await readRowGroups(lake.source, `${table}/${file}`, found.bytes);
  }

  /** One query at a time: they share DuckDB's connection and its search path. */
  async query(url: string, sql: string, options: { readonly rowsMax: number }): Promise<QueryResult> {
    const { cancels } = this;
    const check = (): void => {
      if (cancels !== this.cancels) throw cancelledError();
    };
    const run = async (): Promise<QueryResult> => {
      check();
      const lake = this.lake(url);
      const tables = await lake.read();
      const query = await this.opened();
      check();
      return await query.run(lake.source, tables, { sql, rowsMax: options.rowsMax, check });
    };
    const result = this.running.then(run, run);
    this.running = result.catch(() => undefined);
    const rows = await result;
    return transfer(rows, [rows.ipc.buffer]);
  }

  /** Cancels the query under way and those that wait. */
  async cancel(): Promise<void> {
    this.cancels += 1;
    if (this.opening !== null) await (await this.opening).cancel();
  }

  private lake(url: string): LakeTables {
    const known = this.lakes.get(url) ?? new LakeTables(url === 'opfs:' ? opfsSource() : httpSource(url));
    this.lakes.set(url, known);
    return known;
  }

  private opened(): Promise<LakeQuery> {
    const { assets } = this;
    if (assets === null) throw new LittoralError('NOT_READY', 'lake: it was used before init. Call init with the asset URLs first.');
    const clock = systemClock();
    const parquet = supervisedParquetReader({ wasmUrl: assets.parquetWasm, clock, spawn: this.spawnReader });
    this.opening ??= openDuckDb(assets).then(database => new LakeQuery({ database, parquet, clock }));
    this.opening.catch(() => (this.opening = null));
    return this.opening;
  }
}
