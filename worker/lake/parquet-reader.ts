import initParquet, { ParquetFile } from 'parquet-wasm/esm';
import { LittoralError } from '../../engine/error';
import type { LakeSource } from './lake-source';

/** A Parquet file that has been opened: its footer is read, its columns are not. */
export interface OpenFile {
  readonly columns: readonly string[];
  /** Compressed bytes of `columns`. */
  bytesOf(columns: readonly string[]): number;
  /** Rows of `columns` as an Arrow IPC stream. */
  read(columns: readonly string[]): Promise<Uint8Array>;
  close(): void;
}

/** Opens Parquet files of a lake; tests implement it in memory. */
export interface ParquetReader {
  open(source: LakeSource, path: string, bytes: number): Promise<OpenFile>;
}

/** parquet-wasm, loaded from `wasmUrl` at the first file. */
export function wasmParquetReader(wasmUrl: string): ParquetReader {
  let ready: Promise<unknown> | null = null;
  return {
    async open(source, path, bytes) {
      ready ??= initParquet({ module_or_path: wasmUrl });
      await ready;
      const where = await source.open(path, bytes);
      const file = await guarded(path, () => (typeof where === 'string' ? ParquetFile.fromUrl(where) : ParquetFile.fromFile(where)));
      return openFile(file, path);
    }
  };
}

function openFile(file: ParquetFile, path: string): OpenFile {
  const sizes = new Map<string, number>();
  const metadata = file.metadata();
  for (const group of metadata.rowGroups()) {
    for (const column of group.columns()) {
      const name = column.columnPath()[0] ?? '';
      sizes.set(name, (sizes.get(name) ?? 0) + column.compressedSize());
    }
  }
  return {
    columns: [...sizes.keys()],
    bytesOf: columns => columns.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0),
    read: columns => guarded(path, async () => (await file.read({ columns: [...columns], batchSize: 65_536 })).intoIPCStream()),
    close: () => file.free()
  };
}

async function guarded<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (cause) {
    throw new LittoralError('PARQUET', `lake file "${path}": it cannot be read (${cause instanceof Error ? cause.message : String(cause)}); expected a Parquet file. Refresh the lake; if it stays so, remove the file from the table.`, { cause, details: { path } });
  }
}
