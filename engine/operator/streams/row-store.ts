import type { Batch, Column } from '../../batch/batch';
import type { Schema } from '../../schema/schema';
import { isList } from '../../schema/schema';
import type { SnapshotReader, SnapshotWriter } from '../operator';
import { readRows, writeRows } from './saved-rows';
import type { StoredColumn } from './stored-column';
import { storedColumn } from './stored-column';

const FIRST_CAPACITY = 64;

/**
 * Rows of one schema that come and go, column by column. Each row has a slot; the slot of a row that was removed is used
 * again after the next `sweep`, so that the rows of a step can still be read at its end.
 */
export class RowStore {
  private readonly columns: readonly StoredColumn[];
  private readonly validity: (Uint8Array | null)[];
  private capacity = 0;
  private times = new Float64Array(0);
  private end = 0;
  private free: number[] = [];
  private removed: number[] = [];
  private byteCount = 0;
  /** Columns whose values have a size of their own. */
  private readonly sized: readonly number[];

  constructor(private readonly schema: Schema) {
    this.columns = schema.fields.map(field => storedColumn(field.type));
    this.sized = schema.fields.flatMap(({ type }, index) => (isList(type) || type === 'utf8' || type === 'binary' ? [index] : []));
    this.validity = schema.fields.map(() => null);
  }

  /** Rows that are kept. */
  get size(): number {
    return this.end - this.free.length - this.removed.length;
  }

  /** Bytes of texts, lists and byte strings of the rows that are kept. */
  get bytes(): number {
    return this.byteCount;
  }

  bytesOf(batch: Batch, row: number): number {
    let bytes = 0;
    for (const index of this.sized) {
      const column = batch.columns[index]!;
      if (isPresent(column, row)) bytes += this.columns[index]!.bytesOf(column, row);
    }
    return bytes;
  }

  /** Keeps a row; its slot. */
  add(batch: Batch, row: number): number {
    const slot = this.free.pop() ?? this.end++;
    if (slot >= this.capacity) this.grow();
    this.times[slot] = batch.eventTimeMs[row]!;
    for (let index = 0; index < this.columns.length; index++) {
      const column = batch.columns[index]!;
      const present = isPresent(column, row);
      if (!present || this.validity[index] !== null) this.validityOf(index)[slot] = present ? 1 : 0;
      if (present) this.columns[index]!.set(slot, column, row);
    }
    this.byteCount += this.bytesOf(batch, row);
    return slot;
  }

  /** Removes a row; it can still be read until `sweep`. */
  remove(slot: number): void {
    this.removed.push(slot);
    for (const index of this.sized) if (this.isPresentAt(index, slot)) this.byteCount -= this.columns[index]!.bytesAt(slot);
  }

  /** Forgets the rows that were removed. */
  sweep(): void {
    for (const slot of this.removed) {
      for (const index of this.sized) if (this.isPresentAt(index, slot)) this.columns[index]!.clear(slot);
      this.free.push(slot);
    }
    this.removed = [];
  }

  timeOf(slot: number): number {
    return this.times[slot]!;
  }

  /** Column `index` of the rows in `slots`; a slot of -1 gives null. */
  gather(index: number, slots: Int32Array, count: number): Column {
    let validity: Uint8Array | null = null;
    const known = this.validity[index] ?? null;
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!;
      if (slot >= 0 && (known === null || known[slot] === 1)) continue;
      validity ??= new Uint8Array(count).fill(1);
      validity[i] = 0;
    }
    return this.columns[index]!.gather(slots, count, validity);
  }

  /** The rows in `slots`; each is of input `at`. */
  rowsAt(slots: Int32Array, at: number): Batch {
    const count = slots.length;
    return {
      schema: this.schema,
      rowCount: count,
      columns: this.columns.map((_, index) => this.gather(index, slots, count)),
      eventTimeMs: Float64Array.from(slots, slot => this.times[slot]!),
      at: new Float64Array(count).fill(at)
    };
  }

  /** Rows in the order given. */
  save(slots: Int32Array, writer: SnapshotWriter): void {
    writeRows(writer, this.rowsAt(slots, 0));
  }

  /** What `save` wrote, for `add`. */
  load(reader: SnapshotReader): Batch {
    return readRows(reader, this.schema);
  }

  private isPresentAt(index: number, slot: number): boolean {
    const validity = this.validity[index] ?? null;
    return validity === null || validity[slot] === 1;
  }

  private validityOf(index: number): Uint8Array {
    const known = this.validity[index] ?? null;
    if (known !== null) return known;
    const all = new Uint8Array(this.capacity).fill(1);
    this.validity[index] = all;
    return all;
  }

  private grow(): void {
    this.capacity = Math.max(FIRST_CAPACITY, this.capacity * 2);
    for (const column of this.columns) column.resize(this.capacity);
    const times = new Float64Array(this.capacity);
    times.set(this.times);
    this.times = times;
    this.validity.forEach((known, index) => {
      if (known === null) return;
      const grown = new Uint8Array(this.capacity).fill(1);
      grown.set(known);
      this.validity[index] = grown;
    });
  }
}

function isPresent(column: Column, row: number): boolean {
  return column.validity === null || column.validity[row] === 1;
}
