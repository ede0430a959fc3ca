import { LittoralError } from '../../engine/error';
import { mergeFiles } from './arrow-rows';
import type { FileRows } from './arrow-rows';
import { identifier } from './database';
import type { Database } from './database';
import type { DeltaFile } from '../../engine/lake/delta-entry';
import type { DeltaTable } from './delta-log';
import { duckdbType } from './delta-types';
import type { LakeSource } from './lake-source';
import type { ParquetReader } from './parquet-reader';

const PARALLEL = 8;
const INSERT_BYTES = 64 * 1024 * 1024;
const QUERY_BYTES_MAX = 512 * 1024 * 1024;
const CACHE_BYTES_MAX = 768 * 1024 * 1024;
const FILE_COLUMN = '__file';

/** Some columns of some files of a table, in a DuckDB table of the schema `loaded`. */
interface Piece {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** Path → number in the column `__file`. */
  readonly files: Map<string, number>;
  bytes: number;
  lastUse: number;
}

export interface Loaded {
  /** SELECT with all columns of the table, in order; those that were not asked for are null. */
  readonly sql: string;
  readonly filesRead: number;
}

interface ReadFile {
  readonly ipc: Uint8Array;
  readonly present: readonly string[];
  readonly bytes: number;
}

export interface PiecesOptions {
  readonly database: Database;
  readonly parquet: ParquetReader;
  /** Throws when the query has been cancelled. */
  readonly check: () => void;
}

/** Brings columns of data files into DuckDB and keeps them for the next query: data files of a Delta table never change. */
export class Pieces {
  private pieces: Piece[] = [];
  private uses = 0;
  private names = 0;

  constructor(private readonly options: PiecesOptions) {}

  async load(source: LakeSource, table: DeltaTable, files: readonly DeltaFile[], wanted: readonly string[]): Promise<Loaded> {
    const columns = wanted.filter(name => !table.partitionColumns.includes(name));
    const key = `${source.name} ${table.name}`;
    this.uses += 1;
    const missing = files.filter(file => this.find(key, file, columns) === undefined);
    await this.read(source, table, { files: missing, columns, key });
    const used = new Map<Piece, number[]>();
    for (const file of files) {
      const piece = this.find(key, file, columns);
      if (piece === undefined) continue;
      piece.lastUse = this.uses;
      used.set(piece, [...(used.get(piece) ?? []), piece.files.get(file.path) ?? -1]);
    }
    await this.evict();
    return { sql: unionSql(table, used), filesRead: missing.length };
  }

  private find(key: string, file: DeltaFile, columns: readonly string[]): Piece | undefined {
    return this.pieces.find(piece => piece.table === key && piece.files.has(file.path) && columns.every(name => piece.columns.includes(name)));
  }

  private async read(source: LakeSource, table: DeltaTable, work: { readonly files: readonly DeltaFile[]; readonly columns: readonly string[]; readonly key: string }): Promise<void> {
    const waiting = new Map<string, { piece: Piece; rows: FileRows[]; bytes: number }>();
    let left = QUERY_BYTES_MAX;
    for (let from = 0; from < work.files.length; from += PARALLEL) {
      this.options.check();
      const files = work.files.slice(from, from + PARALLEL);
      const read = await this.readFiles(source, table, files, work.columns);
      for (const [index, { ipc, present, bytes }] of read.entries()) {
        const file = files[index];
        if (file === undefined) continue;
        left -= bytes;
        if (left < 0) throw tooMuch(table.name);
        const signature = JSON.stringify(present);
        const group = waiting.get(signature) ?? { piece: this.newPiece(work.key, [...work.columns]), rows: [], bytes: 0 };
        waiting.set(signature, group);
        const number = group.piece.files.size;
        group.piece.files.set(file.path, number);
        group.rows.push({ ipc, file: number, partition: table.partitionColumns.map(name => file.partition[name] ?? null) });
        group.bytes += bytes;
        if (group.bytes > INSERT_BYTES) await this.insert(table, group);
      }
    }
    for (const group of waiting.values()) if (group.rows.length > 0) await this.insert(table, group);
    this.options.check();
    for (const { piece } of waiting.values()) this.pieces.push(piece);
  }

  /** When the reader crashes it takes all files under way with it; one by one the damaged file gets the blame. */
  private async readFiles(source: LakeSource, table: DeltaTable, files: readonly DeltaFile[], columns: readonly string[]): Promise<ReadFile[]> {
    try {
      return await Promise.all(files.map(file => this.readFile(source, table, file, columns)));
    } catch (error) {
      if (!(error instanceof LittoralError) || error.details['crashed'] !== true || files.length === 1) throw error;
    }
    const read: ReadFile[] = [];
    for (const file of files) read.push(await this.readFile(source, table, file, columns));
    return read;
  }

  private async readFile(source: LakeSource, table: DeltaTable, file: DeltaFile, wanted: readonly string[]): Promise<ReadFile> {
    const opened = await this.options.parquet.open(source, `${table.name}/${file.path}`, file.bytes);
    try {
      // Files written before a column was added lack it; without any column the number of rows would be lost.
      const present = wanted.filter(name => opened.columns.includes(name));
      const columns = present.length > 0 ? present : opened.columns.slice(0, 1);
      return { ipc: await opened.read(columns), present, bytes: opened.bytesOf(columns) };
    } finally {
      await opened.close();
    }
  }

  private async insert(table: DeltaTable, group: { piece: Piece; rows: FileRows[]; bytes: number }): Promise<void> {
    const create = group.piece.bytes === 0;
    await this.options.database.insert(mergeFiles(group.rows, table.partitionColumns, FILE_COLUMN), { schema: 'loaded', table: group.piece.name, create });
    group.piece.bytes += Math.max(1, group.bytes);
    group.rows = [];
    group.bytes = 0;
    if (create) await this.addMissingColumns(table, group.piece);
  }

  private async addMissingColumns(table: DeltaTable, piece: Piece): Promise<void> {
    const present = await this.options.database.texts(`SELECT column_name FROM duckdb_columns() WHERE schema_name = 'loaded' AND table_name = '${piece.name}'`);
    for (const name of piece.columns) {
      const type = table.columns.find(column => column.name === name)?.type;
      if (!present.includes(name)) await this.options.database.texts(`ALTER TABLE loaded.${piece.name} ADD COLUMN ${identifier(name)} ${duckdbType(name, type)}`);
    }
  }

  private newPiece(table: string, columns: readonly string[]): Piece {
    this.names += 1;
    return { name: `piece_${this.names}`, table, columns, files: new Map(), bytes: 0, lastUse: this.uses };
  }

  private async evict(): Promise<void> {
    let bytes = this.pieces.reduce((sum, piece) => sum + piece.bytes, 0);
    for (const piece of [...this.pieces].sort((a, b) => a.lastUse - b.lastUse)) {
      if (bytes <= CACHE_BYTES_MAX || piece.lastUse === this.uses) return;
      this.pieces = this.pieces.filter(other => other !== piece);
      bytes -= piece.bytes;
      await this.options.database.texts(`DROP TABLE IF EXISTS loaded.${piece.name} CASCADE`);
    }
  }
}

function unionSql(table: DeltaTable, used: ReadonlyMap<Piece, readonly number[]>): string {
  if (used.size === 0) return `SELECT * FROM shape.${identifier(table.name)} WHERE false`;
  const selects = [...used].map(([piece, numbers]) => {
    const where = numbers.length === piece.files.size ? '' : ` WHERE ${FILE_COLUMN} IN (${numbers.join(',')})`;
    return `SELECT ${table.columns.map(column => columnSql(table, column, piece)).join(', ')} FROM loaded.${piece.name}${where}`;
  });
  return selects.join(' UNION ALL ');
}

function columnSql(table: DeltaTable, column: DeltaTable['columns'][number], piece: Piece): string {
  const name = identifier(column.name);
  const known = piece.columns.includes(column.name) || table.partitionColumns.includes(column.name);
  return `CAST(${known ? name : 'NULL'} AS ${duckdbType(column.name, column.type)}) AS ${name}`;
}

function tooMuch(table: string): LittoralError {
  return new LittoralError('LAKE_TOO_MUCH', `query: it reads more than ${QUERY_BYTES_MAX / 1024 / 1024} MiB of table "${table}", which does not fit the browser. Filter by a partition column or by time, or select fewer columns.`, { details: { table } });
}
