import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { AggregateState, StateBound } from './aggregate';
import { DISCARD_CELL } from './block';
import type { CellValue, ValueKind, ValueSource } from './cell-values';
import { entrySize, loadValues, orderOf, saveValues } from './cell-values';
import { corruptSnapshot } from './corrupt';
import type { Entries } from './held-entries';
import { HeldEntries } from './held-entries';
import { AGGREGATE_LIMITS } from './limits';
import type { CellContent } from './object-cells';
import { ObjectCells } from './object-cells';

/** How often each value of a cell occurs. */
class Frequencies implements CellContent, Entries {
  private readonly places = new Map<CellValue, number>();
  private readonly counts: number[] = [];
  /** Numbers of 8 bytes held. */
  size = 0;

  constructor(private readonly kind: ValueKind) {}

  get entryCount(): number {
    return this.places.size;
  }

  has(value: CellValue): boolean {
    return this.places.has(value);
  }

  add(value: CellValue, count: number): void {
    const place = this.places.get(value);
    if (place !== undefined) {
      this.counts[place]! += count;
      return;
    }
    this.places.set(value, this.counts.push(count) - 1);
    this.size += entrySize(value);
  }

  merge(other: Frequencies): void {
    for (const [value, place] of other.places) this.add(value, other.counts[place]!);
  }

  /** The smallest of the most frequent values, or null. */
  mode(): CellValue | null {
    let best: CellValue | null = null;
    let most = 0;
    for (const [value, place] of this.places) {
      const count = this.counts[place]!;
      if (count < most || (count === most && best !== null && orderOf(value, best) > 0)) continue;
      best = value;
      most = count;
    }
    return best;
  }

  save(writer: SnapshotWriter): void {
    saveValues(this.kind, this.places.keys(), writer);
    writer.f64s(Float64Array.from(this.counts));
  }

  load(reader: SnapshotReader): void {
    const values = loadValues(this.kind, reader);
    const counts = reader.f64s();
    if (counts.length !== values.length) throw corruptSnapshot(`${counts.length} counts of ${values.length} values`);
    values.forEach((value, index) => this.add(value, counts[index]!));
  }
}

/**
 * How often each value of each cell occurs. A row that would bring one cell, or all cells together, more different values
 * than the limits allow is refused; merging cells may go beyond the limit of one cell, never of one row.
 */
export class ValueFrequencies implements AggregateState {
  readonly store: ObjectCells<Frequencies>;
  readonly bound: StateBound;
  private readonly held: HeldEntries;

  constructor(
    private readonly source: ValueSource,
    columnIndex: number,
    cellValuesMax: number = AGGREGATE_LIMITS.modeValuesMax
  ) {
    this.held = new HeldEntries({
      fn: 'mode',
      columnIndex,
      cellValuesMax,
      find: cell => this.store.find(cell),
      touch: (cell, value) => this.put(cell, value, 0)
    });
    this.bound = this.held.bound;
    this.store = new ObjectCells(
      () => new Frequencies(source.kind),
      by => this.held.change(by)
    );
  }

  mode(cell: number): CellValue | null {
    return this.store.find(cell)?.mode() ?? null;
  }

  add(): void {
    const { column } = this.source;
    for (let i = 0; i < column.count; i++) if (column.cells[i]! !== DISCARD_CELL) this.put(column.cells[i]!, this.source.valueAt(i), 1);
  }

  merge(into: number, from: number): void {
    const source = this.store.find(from);
    if (source === undefined) return;
    const content = this.store.at(into);
    const before = content.size;
    content.merge(source);
    this.held.change(content.size - before);
  }

  private put(cell: number, value: CellValue, count: number): void {
    const content = this.store.at(cell);
    const before = content.size;
    content.add(value, count);
    this.held.change(content.size - before);
  }
}
