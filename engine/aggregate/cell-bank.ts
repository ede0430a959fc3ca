import { assert } from '../error';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import { corruptSnapshot } from './corrupt';

/** What is kept per cell, in arrays that grow with the number of cells. New and cleared cells are empty. */
export interface CellStore {
  resize(cellCount: number): void;
  clear(cell: number): void;
  /** Clears all of `cells`; stores without it are cleared one by one. */
  clearAll?(cells: Int32Array): void;
  save(cells: Int32Array, count: number, writer: SnapshotWriter): void;
  load(cells: Int32Array, count: number, reader: SnapshotReader): void;
}

/**
 * The numbers of all accumulators of one operator in one array, the record of a cell in one piece, so that adding a row
 * touches one or two cache lines whatever the number of aggregates:
 *
 *   values  | rows | sum | error | min | max | rows | sum | error | min | max | …
 *             cell 0                           cell 1
 */
export class CellBank implements CellStore {
  values: Float64Array = new Float64Array(0);
  private readonly empty: number[] = [];

  /** Numbers per cell. */
  get width(): number {
    return this.empty.length;
  }

  /** Place of further numbers in each record, which start with the values `empty`. Only before the first `resize`. */
  reserve(...empty: number[]): number {
    assert(this.values.length === 0, 'records are laid out before they are used');
    return this.empty.push(...empty) - empty.length;
  }

  resize(cellCount: number): void {
    const { width, empty } = this;
    const grown = new Float64Array(cellCount * width);
    grown.set(this.values);
    for (let at = this.values.length; at < grown.length; at += width) grown.set(empty, at);
    this.values = grown;
  }

  clear(cell: number): void {
    const at = cell * this.width;
    for (let i = 0; i < this.empty.length; i++) this.values[at + i] = this.empty[i]!;
  }

  clearAll(cells: Int32Array): void {
    const { values, width, empty } = this;
    for (let i = 0; i < cells.length; i++) {
      const at = cells[i]! * width;
      for (let field = 0; field < width; field++) values[at + field] = empty[field]!;
    }
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    const { width } = this;
    const saved = new Float64Array(count * width);
    for (let i = 0; i < count; i++) {
      const at = cells[i]! * width;
      for (let field = 0; field < width; field++) saved[i * width + field] = this.values[at + field]!;
    }
    writer.f64s(saved);
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    const { width } = this;
    const saved = reader.f64s();
    if (saved.length !== count * width) throw corruptSnapshot(`${saved.length} numbers for ${count} windows of ${width}`);
    const { values } = this;
    for (let i = 0; i < count; i++) {
      const at = cells[i]! * width;
      for (let field = 0; field < width; field++) values[at + field] = saved[i * width + field]!;
    }
  }
}
