import type { Column } from '../../batch/batch';
import type { AnyColumnBuilder } from '../../codec/column-builder';
import type { SnapshotReader, SnapshotWriter } from '../operator';

/** Values of one column that outlive their batch, one per slot: 0, 1, 2, … New slots hold null. */
export interface SlotValues {
  /** Makes room for slots below `slotCount`. */
  resize(slotCount: number): void;
  put(slot: number, column: Column, row: number): void;
  /** Bytes of the value at `row` beside the slot itself: of a text, a list, a byte string. */
  bytesOf(column: Column, row: number): number;
  /** Those of all slots. */
  readonly bytes: number;
  /** Whether the slot holds the value of `row`; null equals null, NaN equals NaN, -0 equals 0. */
  holds(slot: number, column: Column, row: number): boolean;
  /** Whether there is a value that is not null. */
  has(slot: number): boolean;
  append(slot: number, into: AnyColumnBuilder): void;
  /** Sets the slot to null. */
  clear(slot: number): void;
  save(slots: Int32Array, count: number, writer: SnapshotWriter): void;
  load(slots: Int32Array, count: number, reader: SnapshotReader): void;
}

export function isNullAt(column: Column, row: number): boolean {
  return column.validity !== null && column.validity[row] === 0;
}

/** 0, 1, …, count - 1: all slots, for saving. */
export function firstSlots(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, slot) => slot);
}
