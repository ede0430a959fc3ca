import type { Batch, Column, Dictionary } from '../batch/batch';
import { assert } from '../error';

/** Cell that takes what is not to be counted, so that loops need no branch. Its content means nothing. */
export const DISCARD_CELL = 0;

/** Rows [from, from + count) of a batch, and the accumulator cell of each: `cells[i]` belongs to row `from + i`. */
export interface RowBlock {
  readonly batch: Batch;
  readonly from: number;
  readonly count: number;
  readonly cells: Int32Array;
}

/** What the states of one column read: its values of the current block without nulls, lists flattened. */
export interface BlockColumn {
  /** Cells of the values, `count` of them. */
  readonly cells: Int32Array;
  readonly count: number;
  /** Called for every block, before any state's `add`. */
  prepare(block: RowBlock): void;
}

/** Values as doubles. `values[from + i]` goes into `cells[i]`. Plain float64 columns are read in place. */
export class NumberBlock implements BlockColumn {
  values: Float64Array = new Float64Array(0);
  cells: Int32Array = new Int32Array(0);
  /** Rows of the values in the batch; null when value `from + i` is that of row `from + i`. */
  rows: Int32Array | null = null;
  from = 0;
  count = 0;
  private scratchValues = new Float64Array(64);
  private scratchCells = new Int32Array(64);
  private scratchRows = new Int32Array(64);

  constructor(private readonly columnIndex: number) {}

  prepare(block: RowBlock): void {
    const column = block.batch.columns[this.columnIndex]!;
    const plain = this.plainValues(block.batch);
    if (plain !== null) {
      this.values = plain;
      this.cells = block.cells;
      this.rows = null;
      this.from = block.from;
      this.count = block.count;
      return;
    }
    this.from = 0;
    this.count = column.kind === 'list' ? this.flatten(column, block) : this.compact(column, block);
    this.values = this.scratchValues;
    this.cells = this.scratchCells;
    this.rows = this.scratchRows;
  }

  /** The values of a column of doubles without nulls, by row; null for other columns. */
  plainValues(batch: Batch): Float64Array | null {
    const column = batch.columns[this.columnIndex]!;
    return (column.kind === 'float64' || column.kind === 'timestampMs') && column.validity === null ? column.values : null;
  }

  private compact(column: Column, block: RowBlock): number {
    assert(column.kind !== 'utf8' && column.kind !== 'binary' && column.kind !== 'list', `numbers, not ${column.kind}`);
    this.reserve(block.count);
    const { validity } = column;
    let used = 0;
    for (let i = 0; i < block.count; i++) {
      const row = block.from + i;
      if (validity !== null && validity[row] === 0) continue;
      this.scratchValues[used] = Number(column.values[row]);
      this.scratchRows[used] = row;
      this.scratchCells[used++] = block.cells[i]!;
    }
    return used;
  }

  private flatten(column: Extract<Column, { kind: 'list' }>, block: RowBlock): number {
    const { offsets, values, validity } = column;
    this.reserve(offsets[block.from + block.count]! - offsets[block.from]!);
    let used = 0;
    for (let i = 0; i < block.count; i++) {
      const row = block.from + i;
      if (validity !== null && validity[row] === 0) continue;
      const cell = block.cells[i]!;
      for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
        this.scratchValues[used] = values[at]!;
        this.scratchRows[used] = row;
        this.scratchCells[used++] = cell;
      }
    }
    return used;
  }

  private reserve(count: number): void {
    if (count <= this.scratchCells.length) return;
    this.scratchValues = new Float64Array(count * 2);
    this.scratchCells = new Int32Array(count * 2);
    this.scratchRows = new Int32Array(count * 2);
  }
}

/** Values of an int64 column as they are; `halves` are their little-endian 32-bit words. */
export class Int64Block implements BlockColumn {
  values = new BigInt64Array(64);
  halves = new Int32Array(this.values.buffer);
  cells = new Int32Array(64);
  /** Rows of the values in the batch. */
  rows = new Int32Array(64);
  count = 0;

  constructor(private readonly columnIndex: number) {}

  prepare(block: RowBlock): void {
    const column = block.batch.columns[this.columnIndex]!;
    assert(column.kind === 'int64', `int64, not ${column.kind}`);
    if (block.count > this.cells.length) {
      this.values = new BigInt64Array(block.count * 2);
      this.halves = new Int32Array(this.values.buffer);
      this.cells = new Int32Array(block.count * 2);
      this.rows = new Int32Array(block.count * 2);
    }
    this.count = 0;
    for (let i = 0; i < block.count; i++) {
      const row = block.from + i;
      if (column.validity !== null && column.validity[row] === 0) continue;
      this.values[this.count] = column.values[row]!;
      this.rows[this.count] = row;
      this.cells[this.count++] = block.cells[i]!;
    }
  }
}

/** Dictionary codes of a utf8 column. */
export class TextBlock implements BlockColumn {
  codes = new Int32Array(64);
  cells = new Int32Array(64);
  /** Rows of the values in the batch. */
  rows = new Int32Array(64);
  dictionary: Dictionary | null = null;
  count = 0;

  constructor(private readonly columnIndex: number) {}

  prepare(block: RowBlock): void {
    const column = block.batch.columns[this.columnIndex]!;
    assert(column.kind === 'utf8', `utf8, not ${column.kind}`);
    if (block.count > this.cells.length) {
      this.codes = new Int32Array(block.count * 2);
      this.cells = new Int32Array(block.count * 2);
      this.rows = new Int32Array(block.count * 2);
    }
    this.dictionary = column.dictionary;
    this.count = 0;
    for (let i = 0; i < block.count; i++) {
      const row = block.from + i;
      if (column.validity !== null && column.validity[row] === 0) continue;
      this.codes[this.count] = column.codes[row]!;
      this.rows[this.count] = row;
      this.cells[this.count++] = block.cells[i]!;
    }
  }
}
