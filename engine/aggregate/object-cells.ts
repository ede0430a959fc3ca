import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { CellStore } from './cell-bank';

/** Content of a cell that is more than numbers. */
export interface CellContent {
  /** Values held. */
  readonly size: number;
  save(writer: SnapshotWriter): void;
  load(reader: SnapshotReader): void;
}

/** One object per cell that has values; `resized` hears how many values more or fewer are held. */
export class ObjectCells<T extends CellContent> implements CellStore {
  private readonly contents: (T | undefined)[] = [];

  constructor(
    private readonly make: () => T,
    private readonly resized: (by: number) => void
  ) {}

  find(cell: number): T | undefined {
    return this.contents[cell];
  }

  /** The content of `cell`, made when there is none. */
  at(cell: number): T {
    return (this.contents[cell] ??= this.make());
  }

  resize(): void {
    return;
  }

  clear(cell: number): void {
    this.resized(-(this.contents[cell]?.size ?? 0));
    this.contents[cell] = undefined;
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    for (let i = 0; i < count; i++) {
      const content = this.contents[cells[i]!];
      writer.u32(content === undefined ? 0 : 1);
      content?.save(writer);
    }
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    for (let i = 0; i < count; i++) {
      if (reader.u32() === 0) continue;
      const content = this.at(cells[i]!);
      content.load(reader);
      this.resized(content.size);
    }
  }
}
