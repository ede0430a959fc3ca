import { emptyBatch } from '../batch/empty';
import type { Batch } from '../batch/batch';
import type { AnyColumnBuilder } from '../codec/column-builder';
import { RowBuilder } from '../codec/row-builder';
import { assert } from '../error';
import type { SnapshotReader, SnapshotWriter, StreamType } from '../operator/operator';
import { fieldIndex } from '../schema/schema';
import { KeyTable } from './key-table';
import { PAIR_NUMBERS_MAX } from './pair-table';

const FIRST_KEYS = 4096;
/** A full table grows instead of forgetting keys while this share of them, or more, has state: those that rest may come back soon. */
const LIVE_SHARE_TO_GROW = 1 / 4;
/** A table at its limit is only searched for keys to forget when this share of them, or more, has no state. */
const IDLE_SHARE_MIN = 1 / 8;

/** Which keys have state. */
export interface KeyState {
  /** Keys that have state. */
  readonly liveCount: number;
  isLive(key: number): boolean;
  /** Key `key` is number `numbers[key]` from now on; -1: it is forgotten. */
  renumber(numbers: Int32Array): void;
}

/**
 * Numbers the keys of a stream in order of first arrival, as `KeyTable` does. When the table is full, keys without state
 * are forgotten; should one come back it is a new key. When that happens depends on the rows alone, not on batches.
 */
export class LiveKeys {
  private capacity: number;
  private table: KeyTable;

  constructor(
    private readonly input: StreamType,
    private readonly keysMax: number
  ) {
    this.capacity = Math.min(FIRST_KEYS, keysMax);
    this.table = this.newTable();
  }

  get size(): number {
    return this.table.size;
  }

  /** Writes the key of each of the rows [from, from + count) to `into`; -1 for new keys that do not fit. */
  resolve(batch: Batch, from: number, count: number, into: Int32Array): void {
    this.table.resolve(batch, from, count, into);
  }

  /** Appends the values of `keys[0 … count - 1]` to `into`, one builder per key column. */
  appendRun(keys: Int32Array, count: number, into: readonly AnyColumnBuilder[]): void {
    this.table.appendRun(keys, count, into);
  }

  append(key: number, into: readonly AnyColumnBuilder[]): void {
    this.table.append(key, into);
  }

  /** Makes room for a new key; false when there is none. All rows before that of the new key must have been taken. */
  makeRoom(state: KeyState): boolean {
    const isFull = this.size === this.capacity;
    if (this.capacity === this.keysMax && isFull && state.liveCount > this.keysMax * (1 - IDLE_SHARE_MIN)) return false;
    if (this.capacity < this.keysMax && isFull && state.liveCount > this.capacity * LIVE_SHARE_TO_GROW) {
      this.capacity = Math.min(this.keysMax, this.capacity * 2);
      this.table.raise(this.capacity);
      return true;
    }
    this.forget(state);
    return true;
  }

  save(writer: SnapshotWriter): void {
    writer.u32(this.capacity);
    this.table.save(writer);
  }

  load(reader: SnapshotReader): void {
    this.capacity = Math.min(this.keysMax, reader.u32());
    this.table = this.newTable();
    this.table.load(reader);
  }

  /** Numbers the keys that have state anew, in their order, and forgets the others. */
  private forget(state: KeyState): void {
    const live = new Int32Array(state.liveCount);
    const numbers = new Int32Array(this.size).fill(-1);
    let count = 0;
    for (let key = 0; key < numbers.length; key++) {
      if (!state.isLive(key)) continue;
      numbers[key] = count;
      live[count++] = key;
    }
    assert(count === live.length, 'a key is live when it has state');
    const known = this.valuesOf(live);
    this.table = this.newTable();
    this.table.resolve(known, 0, count, live);
    state.renumber(numbers);
  }

  private newTable(): KeyTable {
    return new KeyTable(this.input, this.capacity, PAIR_NUMBERS_MAX);
  }

  /** Rows with the values of `keys` in the key columns, and nothing in the others. */
  private valuesOf(keys: Int32Array): Batch {
    const { schema } = this.input;
    const indexes = this.input.keys.map(name => fieldIndex(schema, name));
    const rows = new RowBuilder({ fields: indexes.map(index => schema.fields[index]!) });
    for (const key of keys) this.table.append(key, rows.columns);
    const columns = [...emptyBatch(schema).columns];
    const built = rows.build(new Float64Array(keys.length), new Float64Array(keys.length));
    indexes.forEach((index, position) => (columns[index] = built.columns[position]!));
    return { ...built, schema, columns };
  }
}

/** `values` by their new numbers, in an array of the same length; forgotten ones are dropped and the rest is 0. */
export function renumbered(values: Int32Array, numbers: Int32Array): Int32Array<ArrayBuffer> {
  const moved = new Int32Array(values.length);
  for (let key = 0; key < numbers.length; key++) if (numbers[key]! >= 0) moved[numbers[key]!] = values[key]!;
  return moved;
}
