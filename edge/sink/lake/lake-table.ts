import type { Batch } from '../../../engine/batch/batch';
import { assert, LittoralError } from '../../../engine/error';
import type { Env } from '../../env/env';
import type { Schema } from '../../../engine/schema/schema';
import { planCompaction, type CompactionGroup, type CompactionOptions } from '../../../engine/lake/compaction-plan';
import type { DeltaEntry } from '../../../engine/lake/delta-entry';
import { SHA256_TAG, type AddedFile } from '../../../engine/lake/delta-text';
import { DeltaLog, type TableShape } from './delta-log';
import { deltaFields } from '../../../engine/lake/delta-schema';
import { partitionPath, partitionRows } from '../../../engine/lake/partition';
import { compactTable, type Compaction } from './compact-table';
import { createDataFile, storedColumns, type DataFileName } from './data-file';
import { FolderStorage } from './folder-storage';
import { mergeEpoch } from './merge-epoch';
import { openStorage } from './open-storage';
import { parquetFile } from './parquet-file';
import { S3Storage } from './s3-storage';
import { epochText, sha256, SidecarChain, type Sidecar } from './sidecar';
import type { LakeStorage } from './storage';

/** One roll of a sink's rows; everything in it is fixed before the first file is written, so a retry writes the same. */
export interface Epoch {
  readonly epoch: number;
  readonly pipeline: string;
  readonly release: number;
  readonly shard: number;
  readonly partitionBy: readonly string[];
  /** Columns by which rows take the place of others; default: rows are appended. */
  readonly mergeBy?: readonly string[];
  readonly schema: Schema;
  readonly firstRow: number;
  readonly rows: Batch;
}

/** A table of the lake: Parquet files in Hive partitions, a Delta log, and a chain of sidecars. One writer at a time. */
export class LakeTable {
  private queue: Promise<unknown> = Promise.resolve();
  private readonly sidecars: SidecarChain;
  private compactedMs: number;
  private opened: DeltaLog | null = null;

  private constructor(
    private readonly table: string,
    private readonly storage: LakeStorage,
    private readonly env: Env
  ) {
    this.sidecars = new SidecarChain(storage, table);
    this.compactedMs = env.monotonicMs();
  }

  /**
   * The table in the lake at `location`: a folder or `s3://bucket/prefix`. A store that is away for now is looked at again
   * when there are rows to write. Throws `LAKE_STORE` for one that would lose rows or does not let the agent in.
   */
  static async open(location: string, table: string, env: Env): Promise<LakeTable> {
    const storage = openStorage(location, env);
    if (storage instanceof FolderStorage) await storage.tidy(table);
    const opened = new LakeTable(table, storage, env);
    try {
      await opened.ready();
    } catch (error) {
      if (!(storage instanceof S3Storage && error instanceof LittoralError && error.retryable)) throw error;
    }
    return opened;
  }

  /** As `open`, for a store that is there. */
  static async on(storage: LakeStorage, table: string, env: Env): Promise<LakeTable> {
    const opened = new LakeTable(table, storage, env);
    await opened.ready();
    return opened;
  }

  /** Looks at the table, unless that was done. Rejects, retryable, while its store is away. */
  async ready(): Promise<DeltaLog> {
    if (this.opened !== null) return this.opened;
    if (this.storage instanceof S3Storage) await this.storage.check();
    this.opened = await DeltaLog.open(this.storage, this.table, this.env);
    return this.opened;
  }

  /** Highest epoch of any writer; the table is `ready`. */
  get lastEpoch(): number {
    return this.log.lastEpoch;
  }

  /** Number of data files. */
  get files(): number {
    return this.log.table.files.size;
  }

  /** Throws `TABLE_CONFLICT` when rows of this schema cannot be written, as far as is known; `mergeBy` empty: appended. */
  check(schema: Schema, partitionBy: readonly string[], mergeBy: readonly string[] = []): void {
    this.opened?.check({ fields: deltaFields(schema, partitionBy), partitionBy, mergeBy });
  }

  /** Runs `body` when everything before it is done: epochs of one table are written in the order of their numbers. */
  exclusively<T>(body: () => Promise<T>): Promise<T> {
    const result = this.queue.then(body);
    this.queue = result.catch(() => undefined);
    return result;
  }

  /** Files, then the log, then the sidecar; safe to repeat after a kill at any point. */
  async write(epoch: Epoch, nowMs: number): Promise<void> {
    const { partitionBy, mergeBy = [] } = epoch;
    const shape: TableShape = { fields: deltaFields(epoch.schema, partitionBy), partitionBy, mergeBy };
    const txn = { appId: `${epoch.pipeline}/shard${epoch.shard}`, version: epoch.epoch };
    await this.ready();
    await this.log.create(shape, nowMs);
    let appended: readonly AddedFile[] | null = null;
    const done = await this.log.commit(async table => {
      if ((table.transactions.get(txn.appId)?.version ?? -1) >= epoch.epoch) return null;
      const fields = this.log.check(shape);
      if (mergeBy.length > 0) return { fields, change: { ...(await mergeEpoch(table, { storage: this.storage, epoch, mergeBy, fields, nameOf: nameIn(epoch), nowMs })), txn } };
      appended ??= await this.append(epoch);
      const parameters = { mode: 'Append', partitionBy: JSON.stringify(partitionBy) };
      return { fields, change: { operation: 'WRITE', parameters, adds: appended, removes: [], dataChange: true, nowMs, txn } };
    });
    const entry = done ?? (await this.log.committed(txn.appId, epoch.epoch));
    if (entry !== null) await this.sidecars.write(await this.describe(epoch, entry));
  }

  /** The groups of files that `compact` would join. */
  compaction(options: CompactionOptions = {}): readonly CompactionGroup[] {
    return planCompaction(this.log.table.files.values(), options);
  }

  /** Joins small files, until `isStopped`. Throws `LAKE_CONFLICT`. */
  async compact(options: CompactionOptions = {}, isStopped: () => boolean = () => false): Promise<Compaction> {
    this.compactedMs = this.env.monotonicMs();
    return await compactTable({ storage: this.storage, log: await this.ready(), env: this.env, isStopped }, options);
  }

  /** Whether `everyMs` have passed since the table was opened or compacted. */
  compactionDue(everyMs: number): boolean {
    return this.env.monotonicMs() - this.compactedMs >= everyMs;
  }

  private get log(): DeltaLog {
    assert(this.opened !== null, 'a table is ready before it is used');
    return this.opened;
  }

  private async append(epoch: Epoch): Promise<AddedFile[]> {
    const files: AddedFile[] = [];
    for (const { rows, values } of partitionRows(epoch.rows, epoch.partitionBy)) {
      files.push(await createDataFile(this.storage, this.table, nameIn(epoch)(values), parquetFile(rows, storedColumns(rows, epoch.partitionBy))));
    }
    return files;
  }

  /** What the sidecar says of an epoch that version `entry` has carried out. */
  private async describe(epoch: Epoch, entry: DeltaEntry): Promise<Omit<Sidecar, 'version' | 'previousSha256'>> {
    const times = epoch.rows.eventTimeMs.filter(Number.isFinite);
    const files = [];
    for (const file of entry.adds) files.push({ path: file.path, rows: file.rows ?? 0, bytes: file.bytes, sha256: file.tags[SHA256_TAG] ?? (await this.digest(file.path)) });
    return {
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
      files,
      ...((epoch.mergeBy ?? []).length === 0 ? {} : { removed: entry.removes.map(({ path }) => path) })
    };
  }

  private async digest(path: string): Promise<string> {
    return sha256((await this.storage.read(`${this.table}/${path}`)) ?? new Uint8Array(0));
  }
}

function nameIn({ pipeline, release, shard, epoch }: Epoch): (partition: Readonly<Record<string, string | null>>) => DataFileName {
  return partition => ({ partition, folder: partitionPath({ p: pipeline }), stem: `r=${release}-s=${shard}-e=${epochText(epoch)}` });
}
