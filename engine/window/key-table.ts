import type { Batch } from '../batch/batch';
import type { AnyColumnBuilder } from '../codec/column-builder';
import type { SnapshotReader, SnapshotWriter, StreamType } from '../operator/operator';
import { fieldIndex } from '../schema/schema';
import { KeyColumn } from './key-column';
import { PairTable } from './pair-table';

/**
 * Numbers the keys of a stream 0, 1, 2, … in order of first arrival; a stream without keys has the one key 0. A key of
 * several columns is numbered by pairs: ((a, b), c). Keys are never forgotten; beyond `keysMax` a new key gets -1,
 * as does one whose parts have more than `valuesMax` values.
 */
export class KeyTable {
  private readonly columns: readonly KeyColumn[];
  private readonly pairs: readonly PairTable[];
  private scratch = new Int32Array(64);

  constructor(type: StreamType, keysMax: number, valuesMax: number = keysMax) {
    this.columns = type.keys.map(name => {
      const index = fieldIndex(type.schema, name);
      return new KeyColumn(type.schema.fields[index]!, index, type.keys.length === 1 ? keysMax : valuesMax);
    });
    this.pairs = this.columns.slice(1).map((_, index) => new PairTable(index === this.columns.length - 2 ? keysMax : valuesMax));
  }

  /** Takes up to `keysMax` keys from now on, which is more than before. */
  raise(keysMax: number): void {
    const last = this.pairs.at(-1);
    if (last !== undefined) last.pairsMax = keysMax;
    else if (this.columns[0] !== undefined) this.columns[0].valuesMax = keysMax;
  }

  get size(): number {
    if (this.columns.length === 0) return 1;
    return this.pairs.at(-1)?.size ?? this.columns[0]!.values.length;
  }

  /** Writes the key of each of the rows [from, from + count) to `into`. */
  resolve(batch: Batch, from: number, count: number, into: Int32Array): void {
    const first = this.columns[0];
    if (first === undefined) {
      into.fill(0, 0, count);
      return;
    }
    first.resolve(batch, from, count, into);
    if (this.pairs.length === 0) return;
    if (this.scratch.length < count) this.scratch = new Int32Array(count * 2);
    this.pairs.forEach((pairs, index) => {
      this.columns[index + 1]!.resolve(batch, from, count, this.scratch);
      pairs.resolve(into, this.scratch, count);
    });
  }

  /** Appends the values of `key` to `into`, one builder per key column. */
  append(key: number, into: readonly AnyColumnBuilder[]): void {
    let left = key;
    for (let index = this.columns.length - 1; index > 0; index--) {
      const pairs = this.pairs[index - 1]!;
      this.columns[index]!.append(pairs.rightOf(left), into[index]!);
      left = pairs.leftOf(left);
    }
    this.columns[0]?.append(left, into[0]!);
  }

  /** Appends the values of `keys[0 … count - 1]` to `into`, one builder per key column. */
  appendRun(keys: Int32Array, count: number, into: readonly AnyColumnBuilder[]): void {
    if (this.columns.length === 1) this.columns[0]!.appendRun(keys, count, into[0]!);
    else for (let i = 0; i < count; i++) this.append(keys[i]!, into);
  }

  save(writer: SnapshotWriter): void {
    for (const column of this.columns) column.save(writer);
    for (const pairs of this.pairs) pairs.save(writer);
  }

  load(reader: SnapshotReader): void {
    for (const column of this.columns) column.load(reader);
    for (const pairs of this.pairs) pairs.load(reader);
  }
}
