import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { AggregateState, StateBound } from './aggregate';
import { DISCARD_CELL } from './block';
import type { CellValue, ValueKind, ValueSource } from './cell-values';
import { entrySize, loadValues, saveValues } from './cell-values';
import { corruptSnapshot } from './corrupt';
import type { Entries } from './held-entries';
import { HeldEntries } from './held-entries';
import { addToRegisters, estimate, HLL_BYTES, mergeRegisters } from './hyper-log-log';
import type { CellContent } from './object-cells';
import { ObjectCells } from './object-cells';

const REGISTERS_SIZE = HLL_BYTES / 8;

/** The distinct values of one cell: a set up to `exactMax`, then HyperLogLog registers. Both depend on the set of values alone. */
export class DistinctContent implements CellContent, Entries {
  private values: Set<CellValue> | null = new Set();
  private registers: Uint8Array | null = null;
  private entriesSize = 0;

  constructor(
    private readonly kind: ValueKind,
    private readonly exactMax: number
  ) {}

  /** Numbers of 8 bytes held. */
  get size(): number {
    return this.values === null ? REGISTERS_SIZE : this.entriesSize;
  }

  get entryCount(): number {
    return this.values?.size ?? 0;
  }

  get count(): number {
    return this.values !== null ? this.values.size : estimate(this.registers!);
  }

  has(value: CellValue): boolean {
    return this.values === null || this.values.has(value);
  }

  add(value: CellValue): void {
    if (this.values === null) {
      addToRegisters(this.registers!, value);
      return;
    }
    if (this.values.has(value)) return;
    this.values.add(value);
    this.entriesSize += entrySize(value);
    if (this.values.size > this.exactMax) this.giveUpValues();
  }

  merge(other: DistinctContent): void {
    if (other.values !== null) {
      for (const value of other.values) this.add(value);
      return;
    }
    this.giveUpValues();
    mergeRegisters(this.registers!, other.registers!);
  }

  save(writer: SnapshotWriter): void {
    writer.u32(this.values === null ? 1 : 0);
    if (this.values === null) writer.bytes(this.registers!);
    else saveValues(this.kind, this.values, writer);
  }

  load(reader: SnapshotReader): void {
    if (reader.u32() === 0) {
      for (const value of loadValues(this.kind, reader)) this.add(value);
      return;
    }
    this.values = null;
    this.registers = reader.bytes().slice();
    if (this.registers.length !== HLL_BYTES) throw corruptSnapshot(`a distinct count of ${this.registers.length} bytes`);
  }

  private giveUpValues(): void {
    if (this.values === null) return;
    this.registers = new Uint8Array(HLL_BYTES);
    for (const value of this.values) addToRegisters(this.registers, value);
    this.values = null;
  }
}

/** The distinct values of each cell. */
export class DistinctValues implements AggregateState {
  readonly store: ObjectCells<DistinctContent>;
  readonly bound: StateBound;
  private readonly held: HeldEntries;

  constructor(
    private readonly source: ValueSource,
    columnIndex: number,
    exactMax: number
  ) {
    this.held = new HeldEntries({
      fn: 'countDistinct',
      columnIndex,
      find: cell => this.store.find(cell),
      touch: (cell, value) => this.put(cell, value)
    });
    this.bound = this.held.bound;
    this.store = new ObjectCells(
      () => new DistinctContent(source.kind, exactMax),
      by => this.held.change(by)
    );
  }

  count(cell: number): number {
    return this.store.find(cell)?.count ?? 0;
  }

  add(): void {
    const { column } = this.source;
    for (let i = 0; i < column.count; i++) if (column.cells[i]! !== DISCARD_CELL) this.put(column.cells[i]!, this.source.valueAt(i));
  }

  merge(into: number, from: number): void {
    const source = this.store.find(from);
    if (source === undefined) return;
    const content = this.store.at(into);
    const before = content.size;
    content.merge(source);
    this.held.change(content.size - before);
  }

  private put(cell: number, value: CellValue): void {
    const content = this.store.at(cell);
    const before = content.size;
    content.add(value);
    this.held.change(content.size - before);
  }
}
