import type { Batch, Column } from '../../batch/batch';
import { Int64Builder, NumberBuilder } from '../../codec/column-builder';
import { assert } from '../../error';
import { INT64_MAX, INT64_MIN } from '../../expression/typed';
import type { SnapshotReader, SnapshotWriter } from '../operator';
import type { ArrivalLogic } from './arrival-operator';
import { numberAt } from './input-column';
import { NumberState } from './number-state';
import { isNullAt } from './slots';

/** Differences of doubles. State of a key: how many levels are known, and the last value of each: x, Δx, Δ²x, … */
export class Differences implements ArrivalLogic {
  private readonly state: NumberState;
  private readonly into = new NumberBuilder('float64');

  constructor(
    private readonly columnIndex: number,
    private readonly order: number
  ) {
    this.state = new NumberState(new Array<number>(order + 1).fill(0));
  }

  resize(keyCount: number): void {
    this.state.resize(keyCount);
  }

  columns(batch: Batch, keys: Int32Array): readonly Column[] {
    const column = batch.columns[this.columnIndex]!;
    for (let row = 0; row < batch.rowCount; row++) {
      const from = keys[row]! * this.state.width;
      if (isNullAt(column, row)) {
        this.state.values[from] = 0;
        this.into.appendNull();
      } else this.step(from, numberAt(column, row));
    }
    const added = this.into.build();
    this.into.truncate(0);
    return [added];
  }

  save(keyCount: number, writer: SnapshotWriter): void {
    this.state.save(keyCount, writer);
  }

  load(keyCount: number, reader: SnapshotReader): void {
    this.state.load(keyCount, reader);
  }

  private step(from: number, value: number): void {
    const { values } = this.state;
    const known = values[from]!;
    let moved = value;
    for (let level = 0; level < known; level++) {
      const difference = moved - values[from + 1 + level]!;
      values[from + 1 + level] = moved;
      moved = difference;
    }
    if (known === this.order) {
      this.into.append(moved);
      return;
    }
    values[from + 1 + known] = moved;
    values[from] = known + 1;
    this.into.appendNull();
  }
}

/** Differences of whole numbers, exact; one that leaves int64 is null. */
export class IntegerDifferences implements ArrivalLogic {
  private levels = new BigInt64Array(0);
  private known = new Uint8Array(0);
  private readonly into = new Int64Builder();

  constructor(
    private readonly columnIndex: number,
    private readonly order: number
  ) {}

  resize(keyCount: number): void {
    const levels = new BigInt64Array(keyCount * this.order);
    levels.set(this.levels);
    this.levels = levels;
    const known = new Uint8Array(keyCount);
    known.set(this.known);
    this.known = known;
  }

  columns(batch: Batch, keys: Int32Array): readonly Column[] {
    const column = batch.columns[this.columnIndex]!;
    assert(column.kind === 'int64' || column.kind === 'int32', `whole numbers, not ${column.kind}`);
    for (let row = 0; row < batch.rowCount; row++) {
      const key = keys[row]!;
      if (isNullAt(column, row)) {
        this.known[key] = 0;
        this.into.appendNull();
      } else this.step(key, BigInt(column.values[row]!));
    }
    const added = this.into.build();
    this.into.truncate(0);
    return [added];
  }

  save(keyCount: number, writer: SnapshotWriter): void {
    writer.bytes(new Uint8Array(this.levels.buffer, 0, keyCount * this.order * 8));
    writer.bytes(this.known.subarray(0, keyCount));
  }

  load(_keyCount: number, reader: SnapshotReader): void {
    this.levels.set(new BigInt64Array(reader.bytes().slice().buffer));
    this.known.set(reader.bytes());
  }

  private step(key: number, value: bigint): void {
    const from = key * this.order;
    const known = this.known[key]!;
    let moved = value;
    for (let level = 0; level < known; level++) {
      const difference = moved - this.levels[from + level]!;
      this.levels[from + level] = moved;
      if (difference < INT64_MIN || difference > INT64_MAX) {
        this.known[key] = level + 1;
        this.into.appendNull();
        return;
      }
      moved = difference;
    }
    if (known === this.order) {
      this.into.appendBigInt(moved);
      return;
    }
    this.levels[from + known] = moved;
    this.known[key] = known + 1;
    this.into.appendNull();
  }
}
