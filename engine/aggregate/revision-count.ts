import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { AggregateState } from './aggregate';

/** How often each cell has been emitted. */
export class RevisionCount implements AggregateState {
  counts: Int32Array = new Int32Array(0);

  resize(cellCount: number): void {
    const grown = new Int32Array(cellCount);
    grown.set(this.counts);
    this.counts = grown;
  }

  clear(cell: number): void {
    this.counts[cell] = 0;
  }

  add(): void {
    return;
  }

  merge(into: number): void {
    this.counts[into] = 0;
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    for (let i = 0; i < count; i++) writer.u32(this.counts[cells[i]!]!);
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    for (let i = 0; i < count; i++) this.counts[cells[i]!] = reader.u32();
  }
}
