import type { Column } from '../../batch/batch';
import type { AnyColumnBuilder } from '../../codec/column-builder';
import { Int64Builder, NumberBuilder } from '../../codec/column-builder';
import { assert } from '../../error';
import type { SnapshotReader, SnapshotWriter } from '../operator';
import type { SlotValues } from './slots';
import { isNullAt } from './slots';

/** bool, int32, float32, float64 and timestampMs. */
export class NumberSlots implements SlotValues {
  values = new Float64Array(0);
  readonly bytes = 0;
  /** 1 where there is a value. */
  present = new Uint8Array(0);

  resize(slotCount: number): void {
    this.values = grown(this.values, new Float64Array(slotCount));
    this.present = grown(this.present, new Uint8Array(slotCount));
  }

  put(slot: number, column: Column, row: number): void {
    assert(column.kind !== 'utf8' && column.kind !== 'binary' && column.kind !== 'list', `a number, not ${column.kind}`);
    this.present[slot] = isNullAt(column, row) ? 0 : 1;
    this.values[slot] = this.present[slot] === 1 ? Number(column.values[row]) : 0;
  }

  bytesOf(): number {
    return 0;
  }

  holds(slot: number, column: Column, row: number): boolean {
    assert(column.kind !== 'utf8' && column.kind !== 'binary' && column.kind !== 'list', `a number, not ${column.kind}`);
    if (isNullAt(column, row)) return this.present[slot] === 0;
    const value = Number(column.values[row]);
    const held = this.values[slot]!;
    return this.present[slot] === 1 && (held === value || (Number.isNaN(held) && Number.isNaN(value)));
  }

  has(slot: number): boolean {
    return this.present[slot] === 1;
  }

  numberAt(slot: number): number {
    return this.present[slot] === 1 ? this.values[slot]! : NaN;
  }

  append(slot: number, into: AnyColumnBuilder): void {
    assert(into instanceof NumberBuilder, 'numbers go into a column of numbers');
    if (this.present[slot] === 1) into.append(this.values[slot]!);
    else into.appendNull();
  }

  clear(slot: number): void {
    this.present[slot] = 0;
    this.values[slot] = 0;
  }

  save(slots: Int32Array, count: number, writer: SnapshotWriter): void {
    const values = new Float64Array(count);
    const present = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      values[i] = this.values[slots[i]!]!;
      present[i] = this.present[slots[i]!]!;
    }
    writer.f64s(values);
    writer.bytes(present);
  }

  load(slots: Int32Array, count: number, reader: SnapshotReader): void {
    const values = reader.f64s();
    const present = reader.bytes();
    for (let i = 0; i < count; i++) {
      this.values[slots[i]!] = values[i] ?? 0;
      this.present[slots[i]!] = present[i] ?? 0;
    }
  }
}

/** int64. */
export class Int64Slots implements SlotValues {
  readonly bytes = 0;
  private values = new BigInt64Array(0);
  private present = new Uint8Array(0);

  resize(slotCount: number): void {
    this.values = grown(this.values, new BigInt64Array(slotCount));
    this.present = grown(this.present, new Uint8Array(slotCount));
  }

  put(slot: number, column: Column, row: number): void {
    assert(column.kind === 'int64', `int64, not ${column.kind}`);
    this.present[slot] = isNullAt(column, row) ? 0 : 1;
    this.values[slot] = this.present[slot] === 1 ? column.values[row]! : 0n;
  }

  bytesOf(): number {
    return 0;
  }

  holds(slot: number, column: Column, row: number): boolean {
    assert(column.kind === 'int64', `int64, not ${column.kind}`);
    if (isNullAt(column, row)) return this.present[slot] === 0;
    return this.present[slot] === 1 && this.values[slot] === column.values[row];
  }

  has(slot: number): boolean {
    return this.present[slot] === 1;
  }

  numberAt(slot: number): number {
    return this.present[slot] === 1 ? Number(this.values[slot]) : NaN;
  }

  append(slot: number, into: AnyColumnBuilder): void {
    assert(into instanceof Int64Builder, 'int64 goes into a column of int64');
    if (this.present[slot] === 1) into.appendBigInt(this.values[slot]!);
    else into.appendNull();
  }

  clear(slot: number): void {
    this.present[slot] = 0;
    this.values[slot] = 0n;
  }

  save(slots: Int32Array, count: number, writer: SnapshotWriter): void {
    const values = new BigInt64Array(count);
    const present = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      values[i] = this.values[slots[i]!]!;
      present[i] = this.present[slots[i]!]!;
    }
    writer.bytes(new Uint8Array(values.buffer));
    writer.bytes(present);
  }

  load(slots: Int32Array, count: number, reader: SnapshotReader): void {
    const values = new BigInt64Array(reader.bytes().slice().buffer);
    const present = reader.bytes();
    for (let i = 0; i < count; i++) {
      this.values[slots[i]!] = values[i] ?? 0n;
      this.present[slots[i]!] = present[i] ?? 0;
    }
  }
}

interface Settable<T> {
  set(values: T): void;
}
function grown<T extends Settable<T>>(from: T, into: T): T {
  into.set(from);
  return into;
}

/** The number in a slot, int64 rounded to a double; NaN when there is none. */
export function numberIn(values: SlotValues, slot: number): number {
  assert(values instanceof NumberSlots || values instanceof Int64Slots, 'slots of numbers');
  return values.numberAt(slot);
}
