import type { CellStore } from '../aggregate/cell-bank';
import { LittoralError } from '../error';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';

/** What is kept of each row beside its accumulators: its event time, and whether its result could not leave. */
export class SlidingCells implements CellStore {
  times = new Float64Array(0);
  faulty = new Uint8Array(0);

  resize(cellCount: number): void {
    const times = new Float64Array(cellCount);
    const faulty = new Uint8Array(cellCount);
    times.set(this.times);
    faulty.set(this.faulty);
    this.times = times;
    this.faulty = faulty;
  }

  clear(cell: number): void {
    this.times[cell] = 0;
    this.faulty[cell] = 0;
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    const saved = new Float64Array(2 * count);
    for (let i = 0; i < count; i++) {
      saved[2 * i] = this.times[cells[i]!]!;
      saved[2 * i + 1] = this.faulty[cells[i]!]!;
    }
    writer.f64s(saved);
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    const saved = reader.f64s();
    if (saved.length !== 2 * count) throw new LittoralError('SNAPSHOT_CORRUPT', `the snapshot holds ${saved.length / 2} times of ${count} rows; it cannot be restored. Restore an older one or replay the inbox.`);
    for (let i = 0; i < count; i++) {
      this.times[cells[i]!] = saved[2 * i]!;
      this.faulty[cells[i]!] = saved[2 * i + 1]!;
    }
  }
}
