import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { CellStore } from './cell-bank';
import { corruptSnapshot } from './corrupt';

/** One int64 per cell. */
export class Int64Cells implements CellStore {
  values = new BigInt64Array(0);

  constructor(private readonly empty: bigint) {}

  resize(cellCount: number): void {
    const grown = new BigInt64Array(cellCount).fill(this.empty, this.values.length);
    grown.set(this.values);
    this.values = grown;
  }

  clear(cell: number): void {
    this.values[cell] = this.empty;
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    const saved = new BigInt64Array(count);
    for (let i = 0; i < count; i++) saved[i] = this.values[cells[i]!]!;
    writer.bytes(new Uint8Array(saved.buffer));
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    const bytes = reader.bytes().slice();
    if (bytes.length !== count * 8) throw corruptSnapshot(`${bytes.length} bytes for ${count} windows of one int64`);
    const saved = new BigInt64Array(bytes.buffer);
    for (let i = 0; i < count; i++) this.values[cells[i]!] = saved[i]!;
  }
}
