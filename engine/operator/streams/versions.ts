import type { Batch } from '../../batch/batch';
import { checkSnapshot } from '../../window/window-snapshot';
import type { SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import type { StreamLimits } from './limits';
import type { RowKey } from './row-keys';
import { keptKey, RowKeys } from './row-keys';
import { RowStore } from './row-store';
import { TimeQueue } from '../../time/time-queue';

export interface VersionsOptions {
  readonly type: StreamType;
  readonly on: readonly string[];
  /** How long a version holds; null: until the next one. */
  readonly ttlMs: number | null;
  readonly limits: StreamLimits;
  /** Hears how many versions are no longer needed. */
  readonly gone: (count: number) => void;
}

/**
 * What was true of each key when: rows that hold from their own time until the next one of their key. Of two of the same
 * time the one that came later holds. Keys without a version are forgotten.
 */
export class Versions {
  readonly store: RowStore;
  private readonly keys: RowKeys;
  /** Slots of a key in order of time. */
  private readonly byKey = new Map<RowKey, number[]>();
  /** When a key may have a version that is no longer needed. */
  private readonly due = new TimeQueue<RowKey>();

  constructor(private readonly options: VersionsOptions) {
    this.store = new RowStore(options.type.schema);
    this.keys = new RowKeys(options.type.schema, options.on);
  }

  /** Keeps an update unless nobody can ask for it at `horizonMs` or later; `full` says in words which limit it would exceed. */
  add(batch: Batch, row: number, horizonMs: number): 'kept' | 'superseded' | { readonly full: string } {
    const { limits, gone } = this.options;
    const key = this.keys.keyOf(batch, row);
    if (key === null) {
      gone(1);
      return 'kept';
    }
    const timeMs = batch.eventTimeMs[row]!;
    const known = this.byKey.get(key) ?? [];
    const next = this.firstAfter(known, timeMs);
    if (this.isGone(timeMs, known[next], horizonMs)) return 'superseded';
    if (this.store.size >= limits.rowsMax) return { full: `more than ${limits.rowsMax} versions are kept` };
    if (known.length >= limits.rowsPerKeyMax) return { full: `more than ${limits.rowsPerKeyMax} versions of one key are kept` };
    if (this.store.bytes + this.store.bytesOf(batch, row) > limits.bytesMax) return { full: `the versions that are kept hold more than ${limits.bytesMax} bytes` };
    this.put(key, known, next, this.store.add(batch, row));
    this.forget(key, horizonMs);
    return 'kept';
  }

  /** Slot of the newest version of `key` at `timeMs`; null when there is none or it holds no longer. */
  newestAt(key: RowKey | null, timeMs: number): number | null {
    const known = key === null ? undefined : this.byKey.get(key);
    const slot = known?.[this.firstAfter(known, timeMs) - 1];
    return slot === undefined || this.expiresMs(this.store.timeOf(slot)) < timeMs ? null : slot;
  }

  /** Forgets what nobody can ask for at `horizonMs` or later. */
  forgetBefore(horizonMs: number): void {
    while (this.due.size > 0 && this.due.firstMs <= horizonMs) this.forget(this.due.pop(), horizonMs);
  }

  save(writer: SnapshotWriter): void {
    this.store.save(Int32Array.from([...this.byKey.values()].flat()), writer);
  }

  load(reader: SnapshotReader): void {
    const batch = this.store.load(reader);
    for (let row = 0; row < batch.rowCount; row++) {
      const key = keptKey(this.keys, batch, row);
      const known = this.byKey.get(key) ?? [];
      checkSnapshot(this.firstAfter(known, batch.eventTimeMs[row]!) === known.length, 'versions out of order');
      this.put(key, known, known.length, this.store.add(batch, row));
    }
  }

  private put(key: RowKey, known: number[], index: number, slot: number): void {
    const timeMs = this.store.timeOf(slot);
    const before = known[index - 1];
    if (before !== undefined && this.store.timeOf(before) === timeMs) {
      this.drop(before);
      known[index - 1] = slot;
    } else if (index === known.length) known.push(slot);
    else known.splice(index, 0, slot);
    if (known.length === 1) this.byKey.set(key, known);
    this.due.add(timeMs, key);
    if (this.options.ttlMs !== null) this.due.add(this.expiresMs(timeMs) + 1, key);
  }

  private forget(key: RowKey, horizonMs: number): void {
    const known = this.byKey.get(key);
    if (known === undefined) return;
    let count = 0;
    while (count < known.length && this.isGone(this.store.timeOf(known[count]!), known[count + 1], horizonMs)) this.drop(known[count++]!);
    known.splice(0, count);
    if (known.length === 0) this.byKey.delete(key);
  }

  /** Whether a version of `timeMs`, followed by the one in slot `next`, answers nothing at `horizonMs` or later. */
  private isGone(timeMs: number, next: number | undefined, horizonMs: number): boolean {
    return this.expiresMs(timeMs) < horizonMs || (next !== undefined && this.store.timeOf(next) <= horizonMs);
  }

  private expiresMs(timeMs: number): number {
    return timeMs + (this.options.ttlMs ?? Infinity);
  }

  private drop(slot: number): void {
    this.store.remove(slot);
    this.options.gone(1);
  }

  private firstAfter(known: readonly number[], timeMs: number): number {
    let low = 0;
    let high = known.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.store.timeOf(known[middle]!) > timeMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
