import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Batch } from '../../../engine/batch/batch';
import type { Env } from '../../env/env';
import type { Schema } from '../../../engine/schema/schema';
import type { AddedFile } from '../../../engine/lake/delta-text';
import { DeltaLog } from './delta-log';
import { deltaFields } from '../../../engine/lake/delta-schema';
import { createDurably, removeTemporaries } from './durable-file';
import { fileStats } from '../../../engine/lake/file-stats';
import { parquetFile } from './parquet-file';
import { partitionPath, partitionRows, type Partition } from '../../../engine/lake/partition';
import { epochText, writeSidecar } from './sidecar';

/** One roll of a sink's rows; everything in it is fixed before the first file is written, so a retry writes the same. */
export interface Epoch {
  readonly epoch: number;
  readonly pipeline: string;
  readonly release: number;
  readonly shard: number;
  readonly partitionBy: readonly string[];
  readonly schema: Schema;
  readonly firstRow: number;
  readonly rows: Batch;
}

/** A table of the lake: Parquet files in Hive partitions, a Delta log, and a chain of sidecars. One writer at a time. */
export class LakeTable {
  private queue: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly dir: string,
    private readonly log: DeltaLog,
    private readonly env: Env
  ) {}

  static async open(lakeDir: string, table: string, env: Env): Promise<LakeTable> {
    const dir = join(lakeDir, table);
    await removeTemporaries(dir);
    return new LakeTable(dir, await DeltaLog.open(table, dir, env), env);
  }

  get lastEpoch(): number {
    return this.log.lastEpoch;
  }

  /** Throws `TABLE_CONFLICT` when rows of this schema cannot be appended. */
  check(schema: Schema, partitionBy: readonly string[]): void {
    this.log.check(deltaFields(schema, partitionBy), partitionBy);
  }

  /** Runs `body` when everything before it is done: epochs of one table are written in the order of their numbers. */
  exclusively<T>(body: () => Promise<T>): Promise<T> {
    const result = this.queue.then(body);
    this.queue = result.catch(() => undefined);
    return result;
  }

  /** Files, then the log, then the sidecar; safe to repeat after a kill at any point. */
  async write(epoch: Epoch, nowMs: number): Promise<void> {
    const written = [];
    for (const partition of partitionRows(epoch.rows, epoch.partitionBy)) written.push(await this.writeFile(epoch, partition));
    await this.log.append({
      appId: `${epoch.pipeline}/shard${epoch.shard}`,
      epoch: epoch.epoch,
      fields: deltaFields(epoch.schema, epoch.partitionBy),
      partitionBy: epoch.partitionBy,
      files: written.map(({ file }) => file),
      nowMs
    });
    const times = epoch.rows.eventTimeMs.filter(Number.isFinite);
    await writeSidecar(this.dir, {
      epoch: epoch.epoch,
      pipeline: epoch.pipeline,
      release: epoch.release,
      shard: epoch.shard,
      firstRow: epoch.firstRow,
      lastRow: epoch.firstRow + epoch.rows.rowCount - 1,
      rows: epoch.rows.rowCount,
      minEventTimeMs: times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b)),
      maxEventTimeMs: times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b)),
      schemaSha256: sha256(Buffer.from(JSON.stringify(epoch.schema))),
      files: written.map(({ file, rows, hash }) => ({ path: file.path, rows, bytes: file.size, sha256: hash }))
    }, this.env);
  }

  private async writeFile(epoch: Epoch, partition: Partition): Promise<{ readonly file: AddedFile; readonly rows: number; readonly hash: string }> {
    const { rows, values } = partition;
    const stored = epoch.schema.fields.flatMap((field, index) => {
      const column = rows.columns[index];
      return column === undefined || epoch.partitionBy.includes(field.name) ? [] : [{ field, column }];
    });
    const bytes = parquetFile(rows, stored);
    const hash = sha256(bytes);
    const name = `r=${epoch.release}-s=${epoch.shard}-e=${epochText(epoch.epoch)}-${hash.slice(0, 16)}.parquet`;
    const path = [partitionPath(values), partitionPath({ p: epoch.pipeline }), name].filter(part => part !== '').join('/');
    await createDurably(join(this.dir, path), bytes, this.env);
    return { file: { path, partitionValues: values, size: bytes.byteLength, stats: fileStats(rows, stored) }, rows: rows.rowCount, hash };
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
