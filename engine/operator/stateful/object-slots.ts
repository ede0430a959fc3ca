import type { Column } from '../../batch/batch';
import type { AnyColumnBuilder } from '../../codec/column-builder';
import { BinaryBuilder, ListBuilder, Utf8Builder } from '../../codec/column-builder';
import { assert } from '../../error';
import type { SnapshotReader, SnapshotWriter } from '../operator';
import type { SlotValues } from './slots';
import { isNullAt } from './slots';

/** Values that are objects; null is none. */
export abstract class ObjectSlots<T> implements SlotValues {
  protected readonly values: (T | null)[] = [];
  private byteCount = 0;

  get bytes(): number {
    return this.byteCount;
  }

  protected abstract read(column: Column, row: number): T;
  protected abstract sizeOf(value: T): number;
  protected abstract equal(a: T, b: T): boolean;
  protected abstract write(value: T, into: AnyColumnBuilder): void;
  protected abstract saveValue(value: T, writer: SnapshotWriter): void;
  protected abstract loadValue(reader: SnapshotReader): T;

  resize(slotCount: number): void {
    while (this.values.length < slotCount) this.values.push(null);
  }

  put(slot: number, column: Column, row: number): void {
    this.set(slot, isNullAt(column, row) ? null : this.read(column, row));
  }

  bytesOf(column: Column, row: number): number {
    return isNullAt(column, row) ? 0 : this.sizeOf(this.read(column, row));
  }

  holds(slot: number, column: Column, row: number): boolean {
    const held = this.values[slot] ?? null;
    if (held === null || isNullAt(column, row)) return held === null && isNullAt(column, row);
    return this.equal(held, this.read(column, row));
  }

  has(slot: number): boolean {
    return (this.values[slot] ?? null) !== null;
  }

  append(slot: number, into: AnyColumnBuilder): void {
    const value = this.values[slot] ?? null;
    if (value === null) into.appendNull();
    else this.write(value, into);
  }

  clear(slot: number): void {
    this.set(slot, null);
  }

  save(slots: Int32Array, count: number, writer: SnapshotWriter): void {
    for (let i = 0; i < count; i++) {
      const value = this.values[slots[i]!] ?? null;
      writer.u32(value === null ? 0 : 1);
      if (value !== null) this.saveValue(value, writer);
    }
  }

  load(slots: Int32Array, count: number, reader: SnapshotReader): void {
    for (let i = 0; i < count; i++) this.set(slots[i]!, reader.u32() === 0 ? null : this.loadValue(reader));
  }

  private set(slot: number, value: T | null): void {
    const before = this.values[slot] ?? null;
    this.byteCount += (value === null ? 0 : this.sizeOf(value)) - (before === null ? 0 : this.sizeOf(before));
    this.values[slot] = value;
  }
}

const TEXT_UNIT_BYTES = 2;

/** utf8. */
export class TextSlots extends ObjectSlots<string> {
  /** The text in the slot, null when there is none. */
  at(slot: number): string | null {
    return this.values[slot] ?? null;
  }

  protected read(column: Column, row: number): string {
    assert(column.kind === 'utf8', `utf8, not ${column.kind}`);
    return column.dictionary.values[column.codes[row]!]!;
  }

  protected sizeOf(value: string): number {
    return value.length * TEXT_UNIT_BYTES;
  }

  protected equal(a: string, b: string): boolean {
    return a === b;
  }

  protected write(value: string, into: AnyColumnBuilder): void {
    assert(into instanceof Utf8Builder, 'text goes into a column of text');
    into.append(value);
  }

  protected saveValue(value: string, writer: SnapshotWriter): void {
    writer.text(value);
  }

  protected loadValue(reader: SnapshotReader): string {
    return reader.text();
  }
}

/** binary. */
export class BinarySlots extends ObjectSlots<Uint8Array> {
  protected read(column: Column, row: number): Uint8Array {
    assert(column.kind === 'binary', `binary, not ${column.kind}`);
    return column.values[row]!;
  }

  protected sizeOf(value: Uint8Array): number {
    return value.byteLength;
  }

  protected equal(a: Uint8Array, b: Uint8Array): boolean {
    return sameItems(a, b);
  }

  protected write(value: Uint8Array, into: AnyColumnBuilder): void {
    assert(into instanceof BinaryBuilder, 'bytes go into a column of bytes');
    into.append(value);
  }

  protected saveValue(value: Uint8Array, writer: SnapshotWriter): void {
    writer.bytes(value);
  }

  protected loadValue(reader: SnapshotReader): Uint8Array {
    return reader.bytes().slice();
  }
}

/** Lists; their elements are kept as doubles. */
export class ListSlots extends ObjectSlots<Float64Array> {
  protected read(column: Column, row: number): Float64Array {
    assert(column.kind === 'list', `a list, not ${column.kind}`);
    return Float64Array.from(column.values.subarray(column.offsets[row]!, column.offsets[row + 1]!));
  }

  protected sizeOf(value: Float64Array): number {
    return value.byteLength;
  }

  protected equal(a: Float64Array, b: Float64Array): boolean {
    return sameItems(a, b);
  }

  protected write(value: Float64Array, into: AnyColumnBuilder): void {
    assert(into instanceof ListBuilder, 'a list goes into a column of lists');
    into.appendRun(value, value.length);
    into.endList();
  }

  protected saveValue(value: Float64Array, writer: SnapshotWriter): void {
    writer.f64s(value);
  }

  protected loadValue(reader: SnapshotReader): Float64Array {
    return reader.f64s();
  }
}

function sameItems(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return false;
  return true;
}
