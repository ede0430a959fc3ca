import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { AggregateInput, AggregateState, StateSet } from './aggregate';
import { loadCells, resized, RowCount, saveCells } from './aggregate';
import { isList } from '../schema/schema';
import type { BlockColumn } from './block';

/** Values per cell that are not null; for a list column its elements. */
export class ValueCount implements AggregateState {
  counts: Float64Array = new Float64Array(0);

  constructor(private readonly column: BlockColumn & { readonly cells: Int32Array; readonly count: number }) {}

  resize(cellCount: number): void {
    this.counts = resized(this.counts, cellCount);
  }

  clear(cell: number): void {
    this.counts[cell] = 0;
  }

  add(): void {
    const { counts } = this;
    const { cells, count } = this.column;
    for (let i = 0; i < count; i++) counts[cells[i]!]! += 1;
  }

  merge(into: number, from: number): void {
    this.counts[into]! += this.counts[from]!;
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    saveCells(this.counts, cells, count, writer);
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    loadCells(this.counts, cells, count, reader);
  }
}

/** How many values of `input`'s column each cell has; of a column that is never null that is its rows. */
export function countValues(input: AggregateInput, states: StateSet): ValueCount | RowCount {
  const { field, columnIndex } = input;
  if (field === null || (!field.nullable && !isList(field.type))) return states.rows;
  const column = field.type === 'int64' ? states.int64(columnIndex) : field.type === 'utf8' ? states.text(columnIndex) : states.numbers(columnIndex);
  return states.use(`values:${columnIndex}`, () => new ValueCount(column));
}
