import type { Batch } from '../../batch/batch';
import { gatherBatch } from '../../batch/gather';
import type { AnyColumnBuilder } from '../../codec/column-builder';
import type { OperatorCounters, Output, SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import { rowLetter } from '../row-letter';
import { KeyTable } from '../../window/key-table';

export interface KeyedRowsOptions {
  readonly input: StreamType;
  readonly node: string;
  readonly keysMax: number;
  readonly counters: OperatorCounters;
  /** Room for the state of this many keys is needed. */
  readonly resize: (keyCount: number) => void;
}

/** The keys of rows as numbers 0, 1, 2, …; rows of keys beyond the limit go to the dead letters. */
export class KeyedRows {
  /** Key of each row of the batch that was admitted last. */
  keys = new Int32Array(0);
  private readonly table: KeyTable;
  private capacity = 0;

  constructor(private readonly options: KeyedRowsOptions) {
    this.table = new KeyTable(options.input, options.keysMax);
    this.reserve();
  }

  get keyCount(): number {
    return this.table.size;
  }

  /** The rows of `batch` whose key is known or new within the limit. */
  admit(batch: Batch, output: Output): Batch {
    const keys = new Int32Array(batch.rowCount);
    this.table.resolve(batch, 0, batch.rowCount, keys);
    this.reserve();
    this.keys = keys;
    return keys.includes(-1) ? this.refuseUnknown(batch, keys, output) : batch;
  }

  /** Appends the values of the key's columns to the first of `into`. */
  appendKey(key: number, into: readonly AnyColumnBuilder[]): void {
    this.table.append(key, into);
  }

  save(writer: SnapshotWriter): void {
    this.table.save(writer);
  }

  load(reader: SnapshotReader): void {
    this.table.load(reader);
    this.reserve();
  }

  private reserve(): void {
    const { size } = this.table;
    if (size <= this.capacity) return;
    this.capacity = Math.min(this.options.keysMax, Math.max(size, this.capacity * 2));
    this.options.resize(this.capacity);
  }

  private refuseUnknown(batch: Batch, keys: Int32Array, output: Output): Batch {
    const { node, keysMax, counters } = this.options;
    const kept = new Int32Array(batch.rowCount);
    let count = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      if (keys[row]! >= 0) {
        kept[count++] = row;
        continue;
      }
      counters.deadLetters += 1;
      output.deadLetter(rowLetter(node, batch, row, { code: 'KEY_LIMIT', message: `more than ${keysMax} keys in "${node}". Choose a key with fewer values.` }));
    }
    this.keys = keys.filter(key => key >= 0);
    return gatherBatch(batch, kept, count);
  }
}
