import initParquet, { ParquetFile } from 'parquet-wasm/esm';
import { LittoralError } from '../../engine/error';
import { countFetches } from './fetch-counter';

/** A file that has been opened: its footer is read, its columns are not. */
export interface OpenedFile {
  readonly id: number;
  /** Column → compressed bytes. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** Reads Parquet files; served in a worker of its own, because a damaged file makes parquet-wasm panic. */
export interface ParquetService {
  init(wasmUrl: string): Promise<void>;
  open(where: string | Blob): Promise<OpenedFile>;
  /** Rows of `columns` as an Arrow IPC stream. */
  read(id: number, columns: readonly string[]): Promise<Uint8Array>;
  close(id: number): Promise<void>;
  bytesFetched(): Promise<number>;
}

const BATCH_ROWS = 65_536;

export class WasmParquetService implements ParquetService {
  private readonly counter = countFetches(self);
  private readonly files = new Map<number, ParquetFile>();
  private ids = 0;

  async init(wasmUrl: string): Promise<void> {
    await initParquet({ module_or_path: wasmUrl });
  }

  async open(where: string | Blob): Promise<OpenedFile> {
    const file = await (typeof where === 'string' ? ParquetFile.fromUrl(where) : ParquetFile.fromFile(where));
    const sizes: Record<string, number> = Object.create(null) as Record<string, number>;
    for (const group of file.metadata().rowGroups()) {
      for (const column of group.columns()) {
        const name = column.columnPath()[0] ?? '';
        sizes[name] = (sizes[name] ?? 0) + column.compressedSize();
      }
    }
    this.ids += 1;
    this.files.set(this.ids, file);
    return { id: this.ids, sizes: { ...sizes } };
  }

  async read(id: number, columns: readonly string[]): Promise<Uint8Array> {
    const file = this.files.get(id);
    if (file === undefined) throw new LittoralError('PARQUET', 'Parquet reader: the file is no longer open. Run the query again.', { retryable: true });
    return (await file.read({ columns: [...columns], batchSize: BATCH_ROWS })).intoIPCStream();
  }

  close(id: number): Promise<void> {
    this.files.get(id)?.free();
    this.files.delete(id);
    return Promise.resolve();
  }

  bytesFetched(): Promise<number> {
    return Promise.resolve(this.counter.bytes);
  }
}
