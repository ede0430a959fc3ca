import type { Batch, Column } from '../../batch/batch';
import { gatherBatch } from '../../batch/gather';
import type { FeatureViewNode } from '../../plan/nodes/streams';
import type { Schema } from '../../schema/schema';
import { saysNothing } from '../../time/progress-search';
import { WatermarkLog } from '../../time/watermark-log';
import { checkSnapshot } from '../../window/window-snapshot';
import { newCounters } from '../counters';
import type { Chunk, Operator, Output, SnapshotReader, SnapshotWriter } from '../operator';
import { rowLetter } from '../row-letter';
import type { RowKey } from './row-keys';
import { RowKeys } from './row-keys';
import { TimeQueue } from '../../time/time-queue';

/** Keys whose newest time is known; rows of further ones go to the dead letters (`FEATURE_LIMIT`). */
export const FEATURE_KEYS_MAX = 1_000_000;

export interface FeatureViewOptions {
  readonly node: string;
  readonly config: FeatureViewNode['config'];
  readonly input: Schema;
  readonly schema: Schema;
  readonly keysMax: number;
}

type Verdict = 'newest' | 'late' | 'dropped' | 'FEATURE_KEY' | 'FEATURE_LIMIT';

/**
 * Lets only the newest rows of each key through.
 *
 * A key is forgotten when the watermark has passed the end of its row: a row older than that one would be late by itself,
 * so nobody can tell whether the key was forgotten.
 */
export class FeatureViewOperator implements Operator {
  readonly counters = newCounters();
  private readonly log = new WatermarkLog();
  private readonly keys: RowKeys;
  private readonly newestMs = new Map<RowKey, number>();
  private readonly expiring = new TimeQueue<RowKey>();
  private readonly ttlMs: number;

  constructor(private readonly options: FeatureViewOptions) {
    this.keys = new RowKeys(options.input, options.config.keys);
    this.ttlMs = options.config.ttlMs ?? Infinity;
  }

  process(chunk: Chunk, _port: number, output: Output): void {
    const { batch, progress } = chunk;
    const kept = new Int32Array(batch.rowCount);
    let count = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      const watermarkMs = this.log.watermarkAt(progress, batch.at[row]!);
      const verdict = this.judge(batch, row, watermarkMs);
      if (verdict === 'newest') kept[count++] = row;
      else this.leaveOut(batch, row, { verdict, watermarkMs }, output);
    }
    this.log.follow(progress);
    this.forgetBefore(this.log.watermarkMs);
    this.counters.rowsIn += batch.rowCount;
    this.counters.rowsReleased += count;
    this.counters.rowsOut += count;
    if (count > 0 || !saysNothing(progress)) output.emit({ batch: this.withValidity(count === batch.rowCount ? batch : gatherBatch(batch, kept, count)), progress });
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.log.watermarkMs);
    writer.u32(this.newestMs.size);
    for (const [key, timeMs] of this.newestMs) {
      writer.text(typeof key);
      writer.text(String(key));
      writer.f64(timeMs);
    }
  }

  restore(reader: SnapshotReader): void {
    this.log.restore(reader.f64());
    const count = reader.u32();
    for (let i = 0; i < count; i++) {
      const kind = reader.text();
      const text = reader.text();
      checkSnapshot(kind !== 'bigint' || /^-?\d+$/u.test(text), 'a key that is no number');
      this.learn(kind === 'bigint' ? BigInt(text) : kind === 'number' ? Number(text) : text, reader.f64());
    }
  }

  private judge(batch: Batch, row: number, watermarkMs: number): Verdict {
    const timeMs = batch.eventTimeMs[row]!;
    const key = this.keys.keyOf(batch, row);
    if (key === null) return 'FEATURE_KEY';
    if (timeMs + this.ttlMs < watermarkMs) return 'late';
    this.forgetBefore(watermarkMs);
    const newestMs = this.newestMs.get(key);
    if (newestMs === undefined && this.newestMs.size >= this.options.keysMax) return 'FEATURE_LIMIT';
    if (newestMs !== undefined && newestMs > timeMs) return 'dropped';
    this.learn(key, timeMs);
    return 'newest';
  }

  private learn(key: RowKey, timeMs: number): void {
    this.newestMs.set(key, timeMs);
    if (this.ttlMs < Infinity) this.expiring.add(timeMs + this.ttlMs, key);
  }

  private forgetBefore(watermarkMs: number): void {
    while (this.expiring.size > 0 && this.expiring.firstMs < watermarkMs) {
      const key = this.expiring.pop();
      if (this.newestMs.get(key)! + this.ttlMs < watermarkMs) this.newestMs.delete(key);
    }
  }

  private leaveOut(batch: Batch, row: number, { verdict, watermarkMs }: { readonly verdict: Exclude<Verdict, 'newest'>; readonly watermarkMs: number }, output: Output): void {
    const { node, config, keysMax } = this.options;
    if (verdict === 'late' || verdict === 'dropped') {
      this.counters[verdict] += 1;
      output.dropped({ at: batch.at[row]!, node, reason: verdict, eventTimeMs: batch.eventTimeMs[row]!, watermarkMs, windowEndMs: null });
      return;
    }
    this.counters.deadLetters += 1;
    const names = config.keys.map(name => `"${name}"`).join(', ');
    const message = verdict === 'FEATURE_KEY' ? `the row has null in ${names}, so it belongs to nothing. Filter such rows out before the view.` : `more than ${keysMax} keys by ${names}. Use a column with fewer values, or a ttlMs after which a key is forgotten.`;
    output.deadLetter(rowLetter(node, batch, row, { code: verdict, message }));
  }

  private withValidity(batch: Batch): Batch {
    if (this.ttlMs === Infinity) return batch;
    const validUntil: Column = { kind: 'timestampMs', values: batch.eventTimeMs.map(timeMs => timeMs + this.ttlMs), validity: null };
    return { ...batch, schema: this.options.schema, columns: [...batch.columns, validUntil] };
  }
}
