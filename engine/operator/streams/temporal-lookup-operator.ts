import type { Batch } from '../../batch/batch';
import type { TemporalLookupNode } from '../../plan/nodes/streams';
import type { Schema } from '../../schema/schema';
import type { SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import { JoinedRows } from './joined-rows';
import type { JoinedColumn } from './joined-type';
import type { StreamLimits } from './limits';
import { MergingOperator } from './merging-operator';
import { missingReason } from './missing';
import type { RowKey } from './row-keys';
import { RowKeys } from './row-keys';
import { RowStore } from './row-store';
import { TimeQueue } from '../../time/time-queue';
import { Versions } from './versions';

const ROWS = 0;

export interface TemporalLookupOptions {
  readonly node: string;
  readonly config: TemporalLookupNode['config'];
  readonly inputs: readonly [StreamType, StreamType];
  readonly schema: Schema;
  readonly columns: readonly JoinedColumn[];
  readonly limits: StreamLimits;
}

/**
 * Adds to each row the newest update of its key at the row's event time. A row waits until the watermark of both streams
 * together reaches its time, so that updates which come later but are older still count.
 *
 *   updates   u1·········u2·····················u3        time of the updates ──▶
 *   rows          r→u1       r→u2   r→u2            r→u3
 */
export class TemporalLookupOperator extends MergingOperator {
  private readonly keys: RowKeys;
  private readonly waiting: RowStore;
  /** By slot of `waiting`. */
  private readonly keyOf: (RowKey | null)[] = [];
  private readonly inTime = new TimeQueue();
  private readonly versions: Versions;
  private readonly results: JoinedRows;

  constructor(private readonly options: TemporalLookupOptions) {
    super(options.node, 2);
    const { inputs, config, columns, schema, limits } = options;
    this.keys = new RowKeys(inputs[0].schema, config.on);
    this.waiting = new RowStore(inputs[0].schema);
    this.versions = new Versions({ type: inputs[1], on: config.on, ttlMs: config.ttlMs, limits, gone: count => this.release(count) });
    this.results = new JoinedRows({ schema, columns, left: this.waiting, right: this.versions.store });
  }

  rows(port: number, batch: Batch, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      if (port === ROWS) this.enter(batch, row);
      else this.learn(batch, row);
    }
  }

  watermark(watermarkMs: number, at: number): void {
    while (this.inTime.size > 0 && this.inTime.firstMs <= watermarkMs) this.lookUp(this.inTime.pop(), at);
    this.versions.forgetBefore(watermarkMs - this.options.config.retentionMs);
  }

  protected takeResults(): Batch {
    const results = this.results.take();
    this.waiting.sweep();
    this.versions.store.sweep();
    return results;
  }

  protected saveState(writer: SnapshotWriter): void {
    this.waiting.save(Int32Array.from(this.inTime.inOrder()), writer);
    this.versions.save(writer);
  }

  protected loadState(reader: SnapshotReader): void {
    const batch = this.waiting.load(reader);
    for (let row = 0; row < batch.rowCount; row++) this.inTime.add(batch.eventTimeMs[row]!, this.keep(batch, row));
    this.versions.load(reader);
    this.versions.forgetBefore(this.merge.watermarkMs - this.options.config.retentionMs);
  }

  private enter(batch: Batch, row: number): void {
    const { config, limits } = this.options;
    const { watermarkMs } = this.merge;
    const timeMs = batch.eventTimeMs[row]!;
    if (timeMs < watermarkMs - config.retentionMs) {
      this.dropLate(batch, row, config.latePolicy);
      return;
    }
    if (this.waiting.size >= limits.rowsMax || this.waiting.bytes + this.waiting.bytesOf(batch, row) > limits.bytesMax) {
      this.refuse(batch, row, { code: 'LOOKUP_LIMIT', message: `more than ${limits.rowsMax} rows, or ${limits.bytesMax} bytes of texts and lists, wait for the watermark. Set idleTimeoutMs of the updates' source, so that it does not hold back the watermark while it is silent.` });
      return;
    }
    const slot = this.keep(batch, row);
    if (timeMs > watermarkMs) this.inTime.add(timeMs, slot);
    else this.lookUp(slot, batch.at[row]!);
  }

  private keep(batch: Batch, row: number): number {
    const slot = this.waiting.add(batch, row);
    this.keyOf[slot] = this.keys.keyOf(batch, row);
    return slot;
  }

  private learn(batch: Batch, row: number): void {
    const { config } = this.options;
    const outcome = this.versions.add(batch, row, this.merge.watermarkMs - config.retentionMs);
    if (outcome === 'superseded') this.dropLate(batch, row, config.latePolicy);
    else if (outcome !== 'kept') this.refuse(batch, row, { code: 'LOOKUP_LIMIT', message: `${outcome.full}. Use fewer keys, a smaller retentionMs or a ttlMs.` });
  }

  /** The row in `slot` leaves with what is known of its key at its time. */
  private lookUp(slot: number, at: number): void {
    const { config } = this.options;
    const timeMs = this.waiting.timeOf(slot);
    const version = this.versions.newestAt(this.keyOf[slot]!, timeMs);
    this.waiting.remove(slot);
    if (version !== null || config.missing === 'null') {
      this.results.add(slot, version, timeMs, at);
      this.release(1);
      return;
    }
    const row = this.waiting.rowsAt(Int32Array.of(slot), at);
    if (config.missing === 'drop') this.dropByRule(row, 0, 'dropped');
    else this.refuse(row, 0, missingReason(config.on));
  }
}
