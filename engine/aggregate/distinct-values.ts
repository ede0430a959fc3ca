import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { AggregateState, StateBound } from './aggregate';
import { DISCARD_CELL } from './block';
import type { CellValue, ValueKind, ValueSource } from './cell-values';
import { loadValues, saveValues } from './cell-values';
import { HeldValues } from './held-values';
import { addToRegisters, estimate, HLL_BYTES, mergeRegisters } from './hyper-log-log';
import type { CellContent } from './object-cells';
import { ObjectCells } from './object-cells';

const REGISTERS_SIZE = HLL_BYTES / 8;

/** The distinct values of one cell: a set up to `exactMax`, then HyperLogLog registers. Both depend on the set of values alone. */
export class DistinctContent implements CellContent {
  private values: Set<CellValue> | null = new Set();
  private registers: Uint8Array | null = null;

  constructor(
    private readonly kind: ValueKind,
    private readonly exactMax: number
  ) {}

  get size(): number {
    return this.values?.size ?? REGISTERS_SIZE;
  }

  get count(): number {
    return this.values !== null ? this.values.size : estimate(this.registers!);
  }

  add(value: CellValue): void {
    if (this.values === null) addToRegisters(this.registers!, value);
    else if (this.values.add(value).size > this.exactMax) this.giveUpValues();
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
      this.values = new Set(loadValues(this.kind, reader));
      return;
    }
    this.values = null;
    this.registers = new Uint8Array(HLL_BYTES);
    this.registers.set(reader.bytes().subarray(0, HLL_BYTES));
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
  private readonly held: HeldValues;

  constructor(
    private readonly source: ValueSource,
    columnIndex: number,
    exactMax: number
  ) {
    this.held = new HeldValues(columnIndex);
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
    for (let i = 0; i < column.count; i++) {
      const cell = column.cells[i]!;
      if (cell === DISCARD_CELL) continue;
      const content = this.store.at(cell);
      const before = content.size;
      content.add(this.source.valueAt(i));
      this.held.change(content.size - before);
    }
    this.held.settle();
  }

  merge(into: number, from: number): void {
    const source = this.store.find(from);
    if (source === undefined) return;
    const content = this.store.at(into);
    const before = content.size;
    content.merge(source);
    this.held.change(content.size - before);
  }
}
