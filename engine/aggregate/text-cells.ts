import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { CellStore } from './cell-bank';

/** One text per cell. */
export class TextCells implements CellStore {
  readonly texts: string[] = [];

  resize(): void {
    return;
  }

  clear(cell: number): void {
    this.texts[cell] = '';
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    for (let i = 0; i < count; i++) writer.text(this.texts[cells[i]!] ?? '');
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    for (let i = 0; i < count; i++) this.texts[cells[i]!] = reader.text();
  }
}
