import { tableToIPC } from 'apache-arrow';
import initParquet, { Compression, Table as ParquetTable, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm/esm';
import type { Batch } from '../../engine/batch/batch';
import { concatBatches } from '../../engine/batch/concat';
import { Sha256 } from '../../engine/codec/sha256';
import type { SinkEmission } from '../../engine/graph/graph-api';
import type { AddedFile } from '../../engine/lake/delta-text';
import { fileStats } from '../../engine/lake/file-stats';
import { partitionPath, partitionRows } from '../../engine/lake/partition';
import type { Partition } from '../../engine/lake/partition';
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

/** Collects rows and writes them as Parquet files with a Delta log into the browser's own lake: every minute, every 100 000 rows, and at the end. */
export class LakeSink implements Sink {
  private waiting: Batch[] = [];
  private rows = 0;
  private timer: Timer | null = null;
  private writing: Promise<void> = Promise.resolve();
  private failure: { readonly error: unknown } | null = null;

  constructor(private readonly options: LakeSinkOptions) {}

  async write({ batch }: SinkEmission): Promise<void> {
    this.waiting.push(batch);
    this.rows += batch.rowCount;
    this.timer ??= this.options.clock.after(ROLL_MS, () => this.roll());
    if (this.rows >= ROLL_ROWS) this.roll();
    await this.written();
  }

  close(): Promise<void> {
    this.roll();
    return this.written();
  }

  private roll(): void {
    this.timer?.cancel();
    this.timer = null;
    const batches = this.waiting;
    this.waiting = [];
    this.rows = 0;
    if (batches.length === 0) return;
    this.writing = this.writing
      .then(() => this.writeFiles(concatBatches(this.options.schema, batches)))
      .catch((error: unknown) => {
        this.failure = { error };
      });
  }

  /** Rejects once for a roll that failed, also one that a timer started; its rows are lost, the next roll is tried. */
  private async written(): Promise<void> {
    await this.writing;
    const { failure } = this;
    this.failure = null;
    if (failure !== null) throw failure.error;
  }

  private async writeFiles(batch: Batch): Promise<void> {
    const { config, table, parquetWasm, clock } = this.options;
    const nowMs = clock.nowMs();
    try {
      await initParquet({ module_or_path: parquetWasm });
      const files: AddedFile[] = [];
      for (const partition of partitionRows(batch, config.partitionBy)) files.push(await this.writeFile(partition, nowMs));
      await table.append(files, nowMs);
    } catch (error) {
      throw storageError(`lake table "${config.table}"`, error);
    }
  }

  private async writeFile({ rows, values }: Partition, nowMs: number): Promise<AddedFile> {
    const { config, schema, runId, table } = this.options;
    const stored = schema.fields.flatMap((field, index) => {
      const column = rows.columns[index];
      return column === undefined || config.partitionBy.includes(field.name) ? [] : [{ field, column }];
    });
    const properties = new WriterPropertiesBuilder().setCompression(Compression.ZSTD).setCreatedBy('littoral').build();
    const bytes = writeParquet(ParquetTable.fromIPCStream(tableToIPC(toArrow(rows.rowCount, stored), 'stream')), properties);
    const name = `r=${runId}-${nowMs}-${new Sha256().update(bytes).hex().slice(0, 16)}.parquet`;
    const path = [partitionPath(values), name].filter(part => part !== '').join('/');
    await table.writeFile(path, bytes);
    return { path, partitionValues: values, size: bytes.length, stats: fileStats(rows, stored) };
  }
}
