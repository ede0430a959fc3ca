import { AsyncDuckDB, VoidLogger } from '@duckdb/duckdb-wasm';
import type { AsyncDuckDBConnection } from '@duckdb/duckdb-wasm';
import { Table, tableToIPC } from 'apache-arrow';
import type { RecordBatch } from 'apache-arrow';
import { LittoralError } from '../../engine/error';
import type { AssetUrls } from '../protocol';
import type { Database, Rows } from './database';
import { cancelledError, sqlError } from './sql-error';

/** DuckDB-WASM (exception-handling build) in memory, with every way to load extensions switched off first. */
export async function openDuckDb(assets: Pick<AssetUrls, 'duckdbWasm' | 'duckdbWorker'>): Promise<Database> {
  const database = new AsyncDuckDB(new VoidLogger(), new Worker(assets.duckdbWorker));
  try {
    await database.instantiate(assets.duckdbWasm);
    await database.open({ path: ':memory:', query: { castDecimalToDouble: true } });
  } catch (cause) {
    throw new LittoralError('DUCKDB', `DuckDB: it could not be loaded from ${assets.duckdbWasm} (${firstLine(cause)}). Check that the page serves its assets and its content security policy allows wasm.`, { cause });
  }
  const connection = await database.connect();
  for (const setting of ['autoload_known_extensions=false', 'autoinstall_known_extensions=false', "disabled_optimizers='statistics_propagation'"]) {
    await connection.query(`SET ${setting}`);
  }
  return new DuckDb(connection);
}

class DuckDb implements Database {
  private cancelled = false;

  constructor(private readonly connection: AsyncDuckDBConnection) {}

  async texts(sql: string): Promise<string[]> {
    const table = await this.connection.query(sql);
    const last = table.getChildAt(table.numCols - 1);
    return Array.from({ length: table.numRows }, (_, row) => String(last?.get(row)));
  }

  async insert(ipc: Uint8Array, { schema, table, create }: Parameters<Database['insert']>[1]): Promise<void> {
    await this.connection.insertArrowFromIPCStream(ipc, { schema, name: table, create });
  }

  async query(sql: string, rowsMax: number): Promise<Rows> {
    this.cancelled = false;
    try {
      const reader = await this.connection.send(sql, true);
      const batches: RecordBatch[] = [];
      let rowCount = 0;
      for await (const batch of reader) {
        batches.push(batch);
        rowCount += batch.numRows;
        if (rowCount > rowsMax) break;
      }
      const truncated = rowCount > rowsMax;
      if (truncated) await this.connection.cancelSent();
      if (this.cancelled) throw cancelledError();
      return toRows(new Table(reader.schema, batches), rowsMax, truncated);
    } catch (error) {
      if (this.cancelled) throw cancelledError();
      throw sqlError(error);
    }
  }

  async cancel(): Promise<void> {
    this.cancelled = true;
    await this.connection.cancelSent();
  }
}

function toRows(table: Table, rowsMax: number, truncated: boolean): Rows {
  const rows = truncated ? table.slice(0, rowsMax) : table;
  return {
    columns: rows.schema.fields.map(field => ({ name: field.name, type: String(field.type) })),
    ipc: tableToIPC(rows, 'stream'),
    rowCount: rows.numRows,
    truncated
  };
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
