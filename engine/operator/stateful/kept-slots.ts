import type { SnapshotReader, SnapshotWriter } from '../operator';
import type { HeldRows } from './held-rows';

const NONE = -1;

/** The one row that a key keeps, by its slot; -1 is none. */
export class KeptSlots {
  private slots = new Int32Array(0);

  resize(keyCount: number): void {
    const grown = new Int32Array(keyCount).fill(NONE, this.slots.length);
    grown.set(this.slots);
    this.slots = grown;
  }

  of(key: number): number {
    return this.slots[key]!;
  }

  set(key: number, slot: number): void {
    this.slots[key] = slot;
  }

  clear(key: number): void {
    this.slots[key] = NONE;
  }

  save(keyCount: number, rows: HeldRows, writer: SnapshotWriter): void {
    rows.save(this.slots.slice(0, keyCount).filter(slot => slot !== NONE), writer);
  }

  load(rows: HeldRows, reader: SnapshotReader): void {
    for (const slot of rows.load(reader)) this.slots[rows.keys[slot]!] = slot;
  }
}
