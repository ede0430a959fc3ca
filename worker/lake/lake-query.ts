import { LittoralError } from '../../engine/error';
import type { Clock } from '../platform/clock';
import type { QueryResult } from '../protocol';
import { identifier } from './database';
import type { Database } from './database';
import type { DeltaFile } from '../../engine/lake/delta-entry';
import type { DeltaTable } from './delta-log';
import { duckdbType } from './delta-types';
import { sqlError } from './sql-error';
import type { LakeSource } from './lake-source';
import type { ParquetReader } from './parquet-reader';
import { Pieces } from './pieces';
import { fileConditions, filesTableSql, statisticsFor } from './prune';
import { readScans } from './scan-plan';
import type { Scan } from './scan-plan';

export interface LakeQueryOptions {
  readonly database: Database;
  readonly parquet: ParquetReader;
  readonly clock: Clock;
}

/**
 * SQL over Delta tables in a database that cannot read Parquet. DuckDB first plans the query on empty tables of the same
 * shape; the plan says which columns and conditions matter, so only those partitions and columns are fetched.
 */
export class LakeQuery {
  private readonly pieces: Pieces;
  private shaped = '';
  private check: () => void = () => undefined;

  constructor(private readonly options: LakeQueryOptions) {
    this.pieces = new Pieces({ ...options, check: () => this.check() });
  }

  /** `check` throws once the query has been cancelled; it is asked between steps. */
  async run(source: LakeSource, tables: readonly DeltaTable[], query: { readonly sql: string; readonly rowsMax: number; readonly check: () => void }): Promise<QueryResult> {
    const { database, clock } = this.options;
    const { sql, rowsMax } = query;
    const beganAtMs = clock.preciseMs();
    const bytesBefore = await this.bytesFetched(source);
    this.check = query.check;
    await this.shape(source, tables);
    const scans = await this.plan(tables, sql);
    const cost = { filesRead: 0, filesTotal: 0 };
    for (const table of tables) {
      const own = scans.filter(scan => scan.table === table.name);
      if (own.length > 0) cost.filesTotal += table.files.length;
      const loaded = own.length === 0 ? null : await this.load(source, table, own);
      cost.filesRead += loaded?.filesRead ?? 0;
      await database.texts(`CREATE OR REPLACE VIEW main.${identifier(table.name)} AS ${loaded?.sql ?? `SELECT * FROM shape.${identifier(table.name)}`}`);
    }
    this.check();
    await database.texts("SET schema='main'");
    const rows = await database.query(sql, rowsMax);
    return { ...rows, cost: { ...cost, bytesFetched: (await this.bytesFetched(source)) - bytesBefore, milliseconds: clock.preciseMs() - beganAtMs } };
  }

  async cancel(): Promise<void> {
    await this.options.database.cancel();
  }

  /** Empty tables with the columns of the lake's, for planning and for statements about tables. */
  private async shape(source: LakeSource, tables: readonly DeltaTable[]): Promise<void> {
    const text = JSON.stringify([source.name, tables.map(table => [table.name, table.columns])]);
    if (text === this.shaped) return;
    const { database } = this.options;
    for (const sql of ['CREATE SCHEMA IF NOT EXISTS loaded', 'DROP SCHEMA IF EXISTS shape CASCADE', 'CREATE SCHEMA shape']) await database.texts(sql);
    for (const name of await database.texts("SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal")) await database.texts(`DROP VIEW main.${identifier(name)}`);
    for (const table of tables) {
      const columns = table.columns.map(column => `${identifier(column.name)} ${duckdbType(column.name, column.type)}`);
      await database.texts(`CREATE TABLE shape.${identifier(table.name)} (${columns.join(', ')})`);
    }
    this.shaped = text;
  }

  private async plan(tables: readonly DeltaTable[], sql: string): Promise<Scan[]> {
    const { database } = this.options;
    const columns = new Map(tables.map(table => [table.name, table.columns.map(column => column.name)]));
    if (statementCount(sql) > 1) throw new LittoralError('SQL', 'query: there is more than one statement; expected one. Run them one after the other.');
    await database.texts("SET schema='shape'");
    let explained: string[];
    try {
      explained = await database.texts(`EXPLAIN (FORMAT JSON) ${sql}`);
    } catch (error) {
      throw sqlError(error);
    }
    return readScans(explained[0] ?? '[]', table => columns.get(table) ?? null);
  }

  private async load(source: LakeSource, table: DeltaTable, scans: readonly Scan[]): ReturnType<Pieces['load']> {
    const columns = table.columns.map(column => column.name).filter(name => scans.some(scan => scan.columns.includes(name)));
    const chosen = new Set<DeltaFile>();
    for (const scan of scans) for (const file of await this.filesFor(table, scan)) chosen.add(file);
    return await this.pieces.load(source, table, table.files.filter(file => chosen.has(file)), columns);
  }

  private async bytesFetched(source: LakeSource): Promise<number> {
    return source.bytesFetched + (await this.options.parquet.bytesFetched());
  }

  private async filesFor(table: DeltaTable, scan: Scan): Promise<readonly DeltaFile[]> {
    const statistics = statisticsFor(table, scan.filters);
    const conditions = fileConditions(table, scan.filters, statistics);
    if (conditions.length === 0 || table.files.length === 0) return table.files;
    const { database } = this.options;
    await database.texts(filesTableSql('loaded.files', table, statistics));
    const indexes = await database.texts(`SELECT file FROM loaded.files WHERE ${conditions.join(' AND ')}`);
    return indexes.map(index => table.files[Number(index)]).filter(file => file !== undefined);
  }
}

/** Statements in `sql`, by semicolons outside of quotes and comments. */
export function statementCount(sql: string): number {
  const bare = sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g, ' x ');
  return bare.split(';').filter(part => part.trim() !== '').length;
}
