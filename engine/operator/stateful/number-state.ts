import { LittoralError } from '../../error';
import type { SnapshotReader, SnapshotWriter } from '../operator';

/** The same numbers for every key, in one array: those of key k begin at `k * width`. New keys have the numbers `empty`. */
export class NumberState {
  values = new Float64Array(0);
  readonly width: number;

  constructor(private readonly empty: readonly number[]) {
    this.width = empty.length;
  }

  resize(keyCount: number): void {
    const grown = new Float64Array(keyCount * this.width);
    grown.set(this.values);
    for (let at = this.values.length; at < grown.length; at += this.width) grown.set(this.empty, at);
    this.values = grown;
  }

  save(keyCount: number, writer: SnapshotWriter): void {
    writer.f64s(this.values.subarray(0, keyCount * this.width));
  }

  load(keyCount: number, reader: SnapshotReader): void {
    const saved = reader.f64s();
    if (saved.length !== keyCount * this.width) throw new LittoralError('SNAPSHOT_CORRUPT', `the snapshot holds ${saved.length} numbers for ${keyCount} keys of ${this.width}; it cannot be restored. Restore an older one or replay the inbox.`);
    this.values.set(saved);
  }
}
