/** The part of DuckDB that a query needs; tests implement it with native DuckDB. */
export interface Database {
  /** Runs one statement; its first column of every row as text. For statements of our own. */
  texts(sql: string): Promise<string[]>;
  /** Inserts an Arrow IPC stream into a table, which is made for it or is there. */
  insert(ipc: Uint8Array, into: { readonly schema: string; readonly table: string; readonly create: boolean }): Promise<void>;
  /** Runs a user's statement and gives at most `rowsMax` rows. */
  query(sql: string, rowsMax: number): Promise<Rows>;
  /** Stops what `query` is doing; its promise is rejected. */
  cancel(): Promise<void>;
}

export interface Rows {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Arrow IPC stream. */
  readonly ipc: Uint8Array;
  readonly rowCount: number;
  /** There were more rows. */
  readonly truncated: boolean;
}

/** `name` as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `text` as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
