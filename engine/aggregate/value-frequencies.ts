import type { Column } from '../batch/batch';
import { assert } from '../error';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { AggregateState, StateBound } from './aggregate';
import type { RowBlock } from './block';
import { DISCARD_CELL } from './block';
import type { CellValue, ValueKind, ValueSource } from './cell-values';
import { loadValues, orderOf, saveValues } from './cell-values';
import { HeldValues, valueCountAt } from './held-values';
import { AGGREGATE_LIMITS } from './limits';
import type { CellContent } from './object-cells';
import { ObjectCells } from './object-cells';

/** How often each value of a cell occurs. */
class Frequencies implements CellContent {
  private readonly counts = new Map<CellValue, number>();

  constructor(private readonly kind: ValueKind) {}

  get size(): number {
    return this.counts.size;
  }

  has(value: CellValue): boolean {
    return this.counts.has(value);
  }

  add(value: CellValue, count: number): void {
    this.counts.set(value, (this.counts.get(value) ?? 0) + count);
  }

  merge(other: Frequencies): void {
    for (const [value, count] of other.counts) this.add(value, count);
  }

  /** The smallest of the most frequent values, or null. */
  mode(): CellValue | null {
    let best: CellValue | null = null;
    let most = 0;
    for (const [value, count] of this.counts) {
      if (count < most || (count === most && best !== null && orderOf(value, best) > 0)) continue;
      best = value;
      most = count;
    }
    return best;
  }

  save(writer: SnapshotWriter): void {
    saveValues(this.kind, this.counts.keys(), writer);
    writer.f64s(Float64Array.from(this.counts.values()));
  }

  load(reader: SnapshotReader): void {
    const values = loadValues(this.kind, reader);
    const counts = reader.f64s();
    values.forEach((value, index) => this.counts.set(value, counts[index] ?? 0));
  }
}

/**
 * How often each value of each cell occurs. A row that would bring one cell, or all cells together, more different values
 * than the limits allow is refused; merging cells may go beyond the limit of one cell, never of one row.
 */
export class ValueFrequencies implements AggregateState {
  readonly store: ObjectCells<Frequencies>;
  readonly bound: StateBound;
  private readonly held: HeldValues;
  /** Values that rows of the current block bring to each cell, at most. */
  private readonly reserved = new Map<number, number>();

  constructor(
    private readonly source: ValueSource,
    private readonly columnIndex: number,
    private readonly cellValuesMax: number = AGGREGATE_LIMITS.modeValuesMax
  ) {
    this.held = new HeldValues(columnIndex);
    this.store = new ObjectCells(
      () => new Frequencies(source.kind),
      by => this.held.change(by)
    );
    this.bound = {
      code: 'VALUE_LIMIT',
      message: `mode: a window would hold more than ${cellValuesMax} different values, or all windows together more than ${AGGREGATE_LIMITS.heldValuesMax}. Round the column with select, or use smaller windows.`,
      admits: (block, index) => this.admits(block, index),
      reserve: (block, index) => this.reserve(block, index)
    };
  }

  mode(cell: number): CellValue | null {
    return this.store.find(cell)?.mode() ?? null;
  }

  add(): void {
    const { column } = this.source;
    for (let i = 0; i < column.count; i++) {
      const cell = column.cells[i]!;
      if (cell === DISCARD_CELL) continue;
      const content = this.store.at(cell);
      const before = content.size;
      content.add(this.source.valueAt(i), 1);
      this.held.change(content.size - before);
    }
    this.held.settle();
    this.reserved.clear();
  }

  merge(into: number, from: number): void {
    const source = this.store.find(from);
    if (source === undefined) return;
    const content = this.store.at(into);
    const before = content.size;
    content.merge(source);
    this.held.change(content.size - before);
  }

  private admits(block: RowBlock, index: number): boolean {
    return this.held.bound.admits(block, index) && this.sizeWith(block, index) <= this.cellValuesMax;
  }

  private reserve(block: RowBlock, index: number): void {
    this.held.bound.reserve(block, index);
    this.reserved.set(block.cells[index]!, this.sizeWith(block, index));
  }

  /** Different values of the row's cell with the row, at most: when there is room for all its values they are not looked up. */
  private sizeWith(block: RowBlock, index: number): number {
    const cell = block.cells[index]!;
    const known = this.store.find(cell);
    const size = this.reserved.get(cell) ?? known?.size ?? 0;
    const column = block.batch.columns[this.columnIndex]!;
    const row = block.from + index;
    const added = valueCountAt(column, row);
    if (size + added <= this.cellValuesMax) return size + added;
    let unknown = 0;
    for (let i = 0; i < added; i++) if (known === undefined || !known.has(valueOf(column, row, i))) unknown += 1;
    return size + unknown;
  }
}

function valueOf(column: Column, row: number, index: number): CellValue {
  if (column.kind === 'list') return column.values[column.offsets[row]! + index]!;
  if (column.kind === 'utf8') return column.dictionary.values[column.codes[row]!]!;
  assert(column.kind !== 'binary', 'a value that can be a key');
  return column.values[row]!;
}
