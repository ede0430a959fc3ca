import type { Batch } from '../../batch/batch';
import type { StreamType } from '../operator';
import type { StreamLimits } from './limits';
import type { RowKey } from './row-keys';
import { RowKeys } from './row-keys';
import { RowStore } from './row-store';

/** Slots of one key in order of (time, arrival); those in front leave first. */
interface KeyedSlots {
  slots: number[];
  from: number;
}

/** The rows of one input that wait for partners, by key and time. Keys without rows are forgotten. */
export class JoinSide {
  readonly store: RowStore;
  readonly keys: RowKeys;
  private readonly byKey = new Map<RowKey, KeyedSlots>();
  private readonly keyOf: RowKey[] = [];

  constructor(
    type: StreamType,
    on: readonly string[],
    private readonly limits: StreamLimits
  ) {
    this.store = new RowStore(type.schema);
    this.keys = new RowKeys(type.schema, on);
  }

  /** Why a row can not be kept, in words; null when it can. */
  full(batch: Batch, row: number, key: RowKey | null): string | null {
    const { rowsMax, rowsPerKeyMax, bytesMax } = this.limits;
    const known = key === null ? undefined : this.byKey.get(key);
    if (this.store.size >= rowsMax) return `more than ${rowsMax} rows wait for partners`;
    if (known !== undefined && known.slots.length - known.from >= rowsPerKeyMax) return `more than ${rowsPerKeyMax} rows of one key wait for partners`;
    return this.store.bytes + this.store.bytesOf(batch, row) > bytesMax ? `the rows that wait for partners hold more than ${bytesMax} bytes` : null;
  }

  /** Puts the row in `slot` among those of its key. */
  link(slot: number, key: RowKey): void {
    this.keyOf[slot] = key;
    const known = this.byKey.get(key);
    if (known === undefined) {
      this.byKey.set(key, { slots: [slot], from: 0 });
      return;
    }
    const index = this.firstAfter(known, this.store.timeOf(slot));
    if (index === known.slots.length) known.slots.push(slot);
    else known.slots.splice(index, 0, slot);
  }

  /** Calls `visit` for the rows of `key` with a time in [fromMs, lastMs], in order of (time, arrival). */
  between(key: RowKey, fromMs: number, lastMs: number, visit: (slot: number) => void): void {
    const known = this.byKey.get(key);
    if (known === undefined) return;
    for (let index = this.firstFrom(known, fromMs); index < known.slots.length; index++) {
      const slot = known.slots[index]!;
      if (this.store.timeOf(slot) > lastMs) return;
      visit(slot);
    }
  }

  /** Removes the row in `slot`, the first of its key. */
  removeFirst(slot: number): void {
    const key = this.keyOf[slot]!;
    const known = this.byKey.get(key)!;
    this.store.remove(slot);
    known.from += 1;
    if (known.from === known.slots.length) this.byKey.delete(key);
    else if (known.from * 2 > known.slots.length + 64) {
      known.slots.splice(0, known.from);
      known.from = 0;
    }
  }

  private firstAfter(known: KeyedSlots, timeMs: number): number {
    return this.search(known, time => time > timeMs);
  }

  private firstFrom(known: KeyedSlots, timeMs: number): number {
    return this.search(known, time => time >= timeMs);
  }

  private search({ slots, from }: KeyedSlots, isThere: (timeMs: number) => boolean): number {
    let low = from;
    let high = slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isThere(this.store.timeOf(slots[middle]!))) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
