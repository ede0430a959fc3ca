import initParquet, { Compression, Table as ParquetTable, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm/esm';
import { tableToIPC } from 'apache-arrow';
import type { Batch } from '../../engine/batch/batch';
import { concatBatches } from '../../engine/batch/concat';
import { Sha256 } from '../../engine/codec/sha256';
import type { AddedFile } from '../../engine/lake/delta-text';
import { fileStats } from '../../engine/lake/file-stats';
import { partitionPath, partitionRows } from '../../engine/lake/partition';
import type { SinkConfig } from '../../engine/plan/plan';
import type { Schema } from '../../engine/schema/schema';
import { toArrow } from '../lake/batch-to-arrow';
import type { OpfsTable } from '../lake/opfs-table';
import type { Clock, Timer } from '../platform/clock';
import { storageError } from '../recording/recording-store';
import type { Sink } from './sink';

const ROLL_ROWS = 100_000;
const ROLL_MS = 60_000;

export interface LakeSinkOptions {
  readonly config: Extract<SinkConfig, { connector: 'lake' }>;
  readonly schema: Schema;
  readonly runId: string;
  readonly table: OpfsTable;
  readonly parquetWasm: string;
  readonly clock: Clock;
}

/** Collects rows and writes them as Parquet files (Zstandard) with a Delta log into the browser's own lake, every minute and at the end. */
export function lakeSink(options: LakeSinkOptions): Sink {
  const { table, clock } = options;
  let waiting: Batch[] = [];
  let rows = 0;
  let timer: Timer | null = null;
  let writing: Promise<void> = Promise.resolve();
  const roll = (): Promise<void> => {
    timer?.cancel();
    timer = null;
    const batches = waiting;
    waiting = [];
    rows = 0;
    if (batches.length > 0) writing = writing.then(() => writeFiles(options, concatBatches(options.schema, batches), clock.nowMs()));
    return writing;
  };
  return {
    async write({ batch }) {
      waiting.push(batch);
      rows += batch.rowCount;
      // A failed roll is reported by the write that waits for it; the timer only makes sure that there is one.
      timer ??= clock.after(ROLL_MS, () => void roll().catch(() => undefined));
      if (rows >= ROLL_ROWS) await roll();
      else await writing;
    },
    close: roll
  };

  async function writeFiles({ config, schema, runId, parquetWasm }: LakeSinkOptions, batch: Batch, nowMs: number): Promise<void> {
    await initParquet({ module_or_path: parquetWasm });
    const files: AddedFile[] = [];
    try {
      for (const partition of partitionRows(batch, config.partitionBy)) {
        const stored = schema.fields.flatMap((field, index) => {
          const column = partition.rows.columns[index];
          return column === undefined || config.partitionBy.includes(field.name) ? [] : [{ field, column }];
        });
        const properties = new WriterPropertiesBuilder().setCompression(Compression.ZSTD).setCreatedBy('littoral').build();
        const bytes = writeParquet(ParquetTable.fromIPCStream(tableToIPC(toArrow(partition.rows.rowCount, stored), 'stream')), properties);
        const name = `r=${runId}-${nowMs}-${new Sha256().update(bytes).hex().slice(0, 16)}.parquet`;
        const path = [partitionPath(partition.values), name].filter(part => part !== '').join('/');
        await table.writeFile(path, bytes);
        files.push({ path, partitionValues: partition.values, size: bytes.length, stats: fileStats(partition.rows, stored) });
      }
      await table.append(files, nowMs);
    } catch (error) {
      throw storageError(`lake table "${config.table}"`, error);
    }
  }
}
