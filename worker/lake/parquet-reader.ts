import { LittoralError } from '../../engine/error';
import type { Clock } from '../platform/clock';
import { Supervisor } from '../rpc/supervisor';
import type { Link } from '../rpc/supervisor';
import type { LakeSource } from './lake-source';
import type { OpenedFile, ParquetService } from './parquet-service';

/** A Parquet file of a lake whose footer has been read. */
export interface OpenFile {
  readonly columns: readonly string[];
  /** Compressed bytes of `columns`. */
  bytesOf(columns: readonly string[]): number;
  /** Rows of `columns` as an Arrow IPC stream. */
  read(columns: readonly string[]): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Opens Parquet files of a lake. */
export interface ParquetReader {
  /** Rejects with `PARQUET`; `details.crashed` when the reader died, which may have been another file's doing. */
  open(source: LakeSource, path: string, bytes: number): Promise<OpenFile>;
  bytesFetched(): Promise<number>;
}

/** Reads in a worker of its own, which `spawn` makes: a damaged file can crash or hang it, and the next one starts anew. */
export function supervisedParquetReader(options: { readonly wasmUrl: string; readonly clock: Clock; readonly spawn: () => Worker }): ParquetReader {
  let fetchedBefore = 0;
  let fetched = 0;
  const supervisor = new Supervisor<ParquetService>({
    name: 'Parquet reader',
    consequence: 'The query has ended.',
    clock: options.clock,
    open: onFailure => openReader(options.spawn, onFailure),
    start: service => service.init(options.wasmUrl),
    onDown() {
      fetchedBefore += fetched;
      fetched = 0;
    }
  });
  const guarded = async <Result>(path: string, action: () => Promise<Result>): Promise<Result> => {
    try {
      return await action();
    } catch (cause) {
      throw unreadable(path, cause);
    }
  };
  return {
    async open(source, path, bytes) {
      const where = await source.open(path, bytes);
      if (supervisor.state === 'dead') await supervisor.restart();
      const file = await guarded(path, () => supervisor.service.open(where));
      return openFile(file, {
        read: columns => guarded(path, () => supervisor.service.read(file.id, columns)),
        close: () => (supervisor.state === 'alive' ? supervisor.service.close(file.id) : Promise.resolve())
      });
    },
    async bytesFetched() {
      if (supervisor.state === 'alive') fetched = await supervisor.service.bytesFetched();
      return fetchedBefore + fetched;
    }
  };
}

function openReader(spawn: () => Worker, onFailure: (reason: string) => void): Link {
  const worker = spawn();
  worker.addEventListener('error', event => {
    // Handled here; otherwise it would go up and end the lake worker too.
    event.preventDefault();
    onFailure(event.message === '' ? 'it could not be started' : event.message);
  });
  return { endpoint: worker, close: () => worker.terminate() };
}

function openFile(file: OpenedFile, actions: Pick<OpenFile, 'read' | 'close'>): OpenFile {
  return {
    columns: Object.keys(file.sizes),
    bytesOf: columns => columns.reduce((sum, name) => sum + (file.sizes[name] ?? 0), 0),
    ...actions
  };
}

function unreadable(path: string, cause: unknown): LittoralError {
  const crashed = cause instanceof LittoralError && cause.code === 'WORKER_DOWN';
  const seen = crashed ? 'the reader crashed on it' : cause instanceof Error ? cause.message : String(cause);
  return new LittoralError('PARQUET', `lake file "${path}": it cannot be read (${seen}); expected a Parquet file. Refresh the lake; if it stays so, remove the file from the table.`, {
    cause,
    details: { path, crashed }
  });
}
