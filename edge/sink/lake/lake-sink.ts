import { concatBatches } from '../../../engine/batch/concat';
import { assert, LittoralError } from '../../../engine/error';
import type { DurableWriter } from '../../agent/durable-writer';
import type { Env, Timer } from '../../env/env';
import type { Log } from '../../log/log';
import type { RowTimes } from '../../metrics/effect-times';
import type { Store } from '../../store/store';
import { decodeContext } from '../../telemetry/effect-context';
import { decodeBatch } from '../batch-codec';
import type { SinkBinding, SinkDrain } from '../sink-port';
import type { LakeTable } from './lake-table';

export interface LakeSinkOptions {
  readonly env: Env;
  readonly key: string;
  readonly binding: SinkBinding;
  readonly store: Store;
  readonly writer: DurableWriter;
  readonly table: LakeTable;
  /** A file is written when this many rows wait … */
  readonly rollRows: number;
  /** … or when the oldest has waited this long. */
  readonly rollMs: number;
  /** Small files are joined this often; null: never. */
  readonly compactEveryMs: number | null;
  readonly onCarriedOut: (count: number, createdMs: number, times: RowTimes | null) => void;
  readonly log: Log;
}

const RETRY_MS = 2_000;
const CHUNKS_MAX = 100_000;

/** Rolls the outbox rows of one sink into epochs of its table. */
export class LakeSink implements SinkDrain {
  private timer: Timer | null = null;
  private working: Promise<void> | null = null;
  private stopped = false;
  private failure: string | null = null;
  private waiting = 0;
  private oldestMs = 0;

  constructor(private readonly options: LakeSinkOptions) {
    this.recount();
  }

  get problem(): string | null {
    return this.failure;
  }

  wake(rows: number): void {
    if (this.waiting === 0) this.oldestMs = this.options.env.nowMs();
    this.waiting += rows;
    this.schedule();
  }

  async flush(deadlineMs: number): Promise<void> {
    while (!this.stopped && this.options.env.monotonicMs() < deadlineMs && this.options.store.count('SELECT COUNT(*) FROM outbox WHERE sink = ?', this.options.key) > 0) {
      await (this.working ?? this.roll());
      if (this.failure !== null) return;
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await this.working;
  }

  private schedule(): void {
    if (this.stopped || this.working !== null || this.failure !== null || this.waiting === 0) return;
    const { env, rollRows, rollMs } = this.options;
    const dueMs = this.waiting >= rollRows ? 0 : this.oldestMs + rollMs - env.nowMs();
    if (dueMs > 0) this.timer ??= env.setTimer(Math.min(dueMs, rollMs), () => this.work());
    else this.work();
  }

  private work(): void {
    this.timer?.cancel();
    this.timer = null;
    this.working = this.roll().then(() => {
      this.working = null;
      this.recount();
      if (this.failure === null || this.stopped) return this.schedule();
      this.timer = this.options.env.setTimer(RETRY_MS, () => this.work());
    });
  }

  private recount(): void {
    const rows = this.options.store.unrolled(this.options.key);
    this.waiting = rows.reduce((sum, row) => sum + row.count, this.begun() === null ? 0 : this.options.rollRows);
    this.oldestMs = rows[0]?.createdMs ?? 0;
  }

  private async roll(): Promise<void> {
    try {
      await this.options.table.exclusively(() => this.rollOnce());
      this.failure = null;
      await this.options.table.exclusively(() => this.compactWhenDue());
    } catch (error) {
      if (!(error instanceof LittoralError) && !(error instanceof Error)) throw error;
      this.failure = error.message;
      this.options.log(`lake sink "${this.options.key}": ${error.message} The rows wait in the outbox; tried again.`, { event: 'sink.failed', severity: 'warn', fields: { sink: this.options.key } });
    }
  }

  /** Not while an epoch is fixed but not written: its retry should find the table as it was. A failure leaves the table as it is. */
  private async compactWhenDue(): Promise<void> {
    const { table, store, binding, key, log, compactEveryMs } = this.options;
    const { config } = binding.sink;
    if (compactEveryMs === null || config.connector !== 'lake' || !table.compactionDue(compactEveryMs) || store.hasBegunEpoch(config.table, '')) return;
    try {
      const { filesBefore, filesAfter, commits } = await table.compact({}, () => this.stopped);
      if (commits > 0) log(`lake sink "${key}": joined small files of table "${config.table}", ${filesBefore} files are ${filesAfter} now.`, { event: 'lake.compacted', fields: { sink: key, files_before: filesBefore, files_after: filesAfter } });
    } catch (error) {
      if (!(error instanceof LittoralError)) throw error;
      log(`lake sink "${key}": small files were not joined: ${error.message} Rows are written all the same; tried again later.`, { event: 'lake.compaction_failed', severity: 'warn', fields: { sink: key } });
    }
  }

  /** Epoch that was fixed before a kill or a failure, and not carried out since. */
  private begun(): number | null {
    const { store, key } = this.options;
    const epoch = store.count('SELECT COALESCE(MIN(epoch), -1) FROM outbox WHERE sink = ? AND epoch IS NOT NULL', key);
    return epoch < 0 ? null : epoch;
  }

  private async rollOnce(): Promise<void> {
    const { env, store, key, table, binding, writer } = this.options;
    const { config } = binding.sink;
    assert(config.connector === 'lake', 'a lake sink has a lake binding');
    const epoch = this.begun() ?? (await this.begin(config.table));
    if (epoch === null) return;
    const chunks = store.outbox(key, -1, CHUNKS_MAX).filter(row => row.epoch === epoch);
    const first = chunks[0];
    const last = chunks.at(-1);
    assert(first !== undefined && last !== undefined, 'an epoch has rows');
    const rows = concatBatches(binding.schema, chunks.map(chunk => decodeBatch(chunk.body, binding.schema)));
    const { pipeline, release, shard, schema } = binding;
    await table.write({ epoch, pipeline, release, shard, schema, partitionBy: config.partitionBy, mergeBy: config.mergeBy ?? [], firstRow: first.id, rows }, env.nowMs());
    await writer.commit(() => store.deleteOutbox(key, last.id));
    this.recount();
    for (const { count, createdMs, context } of chunks) this.options.onCarriedOut(count, createdMs, decodeContext(context));
  }

  /** Fixes which rows the next epoch holds. */
  private async begin(tableName: string): Promise<number | null> {
    const { store, key, table, rollRows, writer } = this.options;
    if (store.hasBegunEpoch(tableName, key)) throw new LittoralError('LAKE_ORDER', `table "${tableName}": an earlier epoch of another sink is not written yet; waiting for it.`, { retryable: true });
    const last = lastChunk(store.unrolled(key), rollRows);
    if (last === null) return null;
    const cursor = `lake:${tableName}`;
    await table.ready();
    const epoch = Math.max(store.cursor(cursor) ?? -1, table.lastEpoch) + 1;
    await writer.commit(() => {
      store.assignEpoch(key, last.id, epoch);
      store.setCursor(cursor, epoch);
    });
    return epoch;
  }
}

/** The last chunk of as many as `rowsMax` allows, at least one. */
function lastChunk<Chunk extends { readonly count: number }>(chunks: readonly Chunk[], rowsMax: number): Chunk | null {
  let rows = 0;
  let last: Chunk | null = null;
  for (const chunk of chunks) {
    if (last !== null && rows + chunk.count > rowsMax) return last;
    rows += chunk.count;
    last = chunk;
  }
  return last;
}
