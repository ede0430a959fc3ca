import type { Batch } from '../../batch/batch';
import type { AnyColumnBuilder } from '../../codec/column-builder';
import type { Schema } from '../../schema/schema';
import type { SnapshotReader, SnapshotWriter } from '../operator';
import { STATEFUL_LIMITS } from './limits';
import { ObjectSlots } from './object-slots';
import { slotValues } from './slot-values';
import type { SlotValues } from './slots';

const FIRST_CAPACITY = 64;

/** Rows that outlive their batch, each in a slot of its own until it is freed. */
export class HeldRows {
  readonly columns: readonly SlotValues[];
  timeMs = new Float64Array(0);
  keys = new Int32Array(0);
  /** Rises with every row that is put. */
  order = new Float64Array(0);
  /** Columns whose values differ in size. */
  private readonly sized: readonly { readonly values: SlotValues; readonly index: number }[];
  private free: number[] = [];
  private capacity = 0;
  private nextOrder = 0;
  private held = 0;

  constructor(
    schema: Schema,
    private readonly rowsMax: number,
    private readonly bytesMax: number = STATEFUL_LIMITS.heldBytesMax
  ) {
    this.columns = schema.fields.map(field => slotValues(field.type));
    this.sized = this.columns.flatMap((values, index) => (values instanceof ObjectSlots ? [{ values, index }] : []));
  }

  get count(): number {
    return this.held;
  }

  /** Bytes of texts, lists and byte strings. */
  get bytes(): number {
    let bytes = 0;
    for (const { values } of this.sized) bytes += values.bytes;
    return bytes;
  }

  /** The slot of the row from now on; -1 when there are too many, or too large ones. */
  put(batch: Batch, row: number, key: number): number {
    if (this.sized.length > 0 && this.bytesWith(batch, row) > this.bytesMax) return -1;
    const slot = this.take(batch.eventTimeMs[row]!, key);
    if (slot >= 0) for (let index = 0; index < this.columns.length; index++) this.columns[index]!.put(slot, batch.columns[index]!, row);
    return slot;
  }

  release(slot: number): void {
    for (const values of this.columns) values.clear(slot);
    this.free.push(slot);
    this.held -= 1;
  }

  /** Appends the first `count` columns of the row in `slot`. */
  append(slot: number, into: readonly AnyColumnBuilder[], count: number): void {
    for (let index = 0; index < count; index++) this.columns[index]!.append(slot, into[index]!);
  }

  /** Saves the rows in `slots`, in that order. */
  save(slots: Int32Array, writer: SnapshotWriter): void {
    writer.f64s(Float64Array.from(slots, slot => this.timeMs[slot]!));
    writer.f64s(Float64Array.from(slots, slot => this.keys[slot]!));
    for (const values of this.columns) values.save(slots, slots.length, writer);
  }

  /** Puts the rows that were saved, in their order; their slots. */
  load(reader: SnapshotReader): Int32Array {
    const times = reader.f64s();
    const keys = reader.f64s();
    const slots = Int32Array.from(times, (timeMs, i) => this.take(timeMs, keys[i] ?? 0));
    for (const values of this.columns) values.load(slots, slots.length, reader);
    return slots;
  }

  private bytesWith(batch: Batch, row: number): number {
    let { bytes } = this;
    for (const { values, index } of this.sized) bytes += values.bytesOf(batch.columns[index]!, row);
    return bytes;
  }

  private take(timeMs: number, key: number): number {
    if (this.held === this.rowsMax) return -1;
    if (this.free.length === 0) this.grow();
    const slot = this.free.pop()!;
    this.held += 1;
    this.timeMs[slot] = timeMs;
    this.keys[slot] = key;
    this.order[slot] = this.nextOrder++;
    return slot;
  }

  private grow(): void {
    const before = this.capacity;
    this.capacity = Math.max(FIRST_CAPACITY, before * 2);
    for (let slot = this.capacity - 1; slot >= before; slot--) this.free.push(slot);
    const { timeMs, keys, order } = this;
    this.timeMs = new Float64Array(this.capacity);
    this.timeMs.set(timeMs);
    this.keys = new Int32Array(this.capacity);
    this.keys.set(keys);
    this.order = new Float64Array(this.capacity);
    this.order.set(order);
    for (const values of this.columns) values.resize(this.capacity);
  }
}
