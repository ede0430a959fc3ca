import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { AggregateState, StateBound } from './aggregate';
import type { ArrivalBlock } from './arrival';
import { arrivedBefore } from './arrival';
import type { NumberBlock } from './block';
import { DISCARD_CELL } from './block';
import { corruptSnapshot } from './corrupt';
import type { Growing } from './growing';
import { growing, push } from './growing';
import { HeldValues } from './held-values';
import type { CellContent } from './object-cells';
import { ObjectCells } from './object-cells';

/** Which values a full list keeps; `none`: its window has no result. */
export type Keeps = 'none' | 'first' | 'last';

/** Numbers that a list of `count` values holds at most: a value, its input and its place in it. */
function collectedSize(count: number, limit: number, keeps: Keeps): number {
  return 3 * Math.min(count, keeps === 'last' ? limit * 2 : limit);
}

/** The values of one cell in order of arrival, with their arrivals. */
export class Collected implements CellContent {
  private values: Growing = growing();
  private ats: Growing = growing();
  private places: Growing = growing();
  /** Values seen, kept or not. */
  valueCount = 0;
  reserved = 0;

  constructor(
    private readonly limit: number,
    private readonly keeps: Keeps
  ) {}

  get size(): number {
    return collectedSize(this.valueCount, this.limit, this.keeps);
  }

  private get kept(): number {
    return this.values.count;
  }

  /** The list in order of arrival, valid until the next change. */
  get list(): Float64Array {
    const from = this.keeps === 'last' ? Math.max(0, this.kept - this.limit) : 0;
    return this.values.values.subarray(from, this.kept);
  }

  /** Adds a value that arrived after all others of the cell. */
  add(value: number, at: number, place: number): void {
    this.valueCount += 1;
    if (this.reserved > 0) this.reserved -= 1;
    if (this.kept >= this.limit && this.keeps !== 'last') return;
    push(this.values, value);
    push(this.ats, at);
    push(this.places, place);
    if (this.kept === this.limit * 2) this.keepLast();
  }

  /** Puts two lists into one in order of arrival; of the elements of one row the order stays. */
  merge(other: Collected): void {
    const merged = new Collected(Infinity, 'first');
    const [a, b] = [this, other];
    let i = 0;
    let j = 0;
    while (i < a.kept || j < b.kept) {
      const takesB = i === a.kept || (j < b.kept && arrivedBefore(b.ats.values[j]!, b.places.values[j]!, a.ats.values[i]!, a.places.values[i]!));
      if (takesB) merged.take(b, j++);
      else merged.take(a, i++);
    }
    this.values = merged.values;
    this.ats = merged.ats;
    this.places = merged.places;
    this.valueCount += other.valueCount;
    if (this.keeps === 'last') this.keepLast();
    else for (const column of [this.values, this.ats, this.places]) column.count = Math.min(column.count, this.limit);
  }

  save(writer: SnapshotWriter): void {
    writer.f64(this.valueCount);
    for (const column of [this.values, this.ats, this.places]) writer.f64s(column.values.subarray(0, column.count));
  }

  load(reader: SnapshotReader): void {
    this.valueCount = reader.f64();
    [this.values, this.ats, this.places] = [read(reader), read(reader), read(reader)];
    if (this.values.count !== this.ats.count || this.values.count !== this.places.count) throw corruptSnapshot('a list whose values and arrivals do not fit');
  }

  private take(from: Collected, index: number): void {
    this.add(from.values.values[index]!, from.ats.values[index]!, from.places.values[index]!);
  }

  private keepLast(): void {
    const gone = Math.max(0, this.kept - this.limit);
    for (const column of [this.values, this.ats, this.places]) {
      column.values.copyWithin(0, gone, column.count);
      column.count -= gone;
    }
  }
}

function read(reader: SnapshotReader): Growing {
  const values = reader.f64s();
  return { values, count: values.length };
}

export interface CollectedOptions {
  readonly numbers: NumberBlock;
  readonly arrival: ArrivalBlock;
  readonly columnIndex: number;
  /** Most values of a list. */
  readonly limit: number;
  readonly keeps: Keeps;
}

/** The list of each cell. */
export class CollectedValues implements AggregateState {
  readonly store: ObjectCells<Collected>;
  readonly bound: StateBound;
  private readonly held: HeldValues;

  constructor(private readonly options: CollectedOptions) {
    const { columnIndex, limit, keeps } = options;
    this.store = new ObjectCells(
      () => new Collected(limit, keeps),
      by => this.held.change(by)
    );
    this.held = new HeldValues({ columnIndex, chargeOf: count => collectedSize(count, limit, keeps), cells: this.store });
    this.bound = this.held.bound;
  }

  /** Values seen in `cell`. */
  count(cell: number): number {
    return this.store.find(cell)?.valueCount ?? 0;
  }

  list(cell: number): Float64Array | null {
    return this.store.find(cell)?.list ?? null;
  }

  add(): void {
    const { cells, values, rows, from, count } = this.options.numbers;
    const { at, place } = this.options.arrival;
    for (let i = 0; i < count; i++) {
      const cell = cells[i]!;
      if (cell === DISCARD_CELL) continue;
      const row = rows === null ? from + i : rows[i]!;
      const collected = this.store.at(cell);
      const before = collected.size;
      collected.add(values[from + i]!, at[row]!, place[row]!);
      this.held.change(collected.size - before);
    }
    this.held.settle();
  }

  merge(into: number, from: number): void {
    const source = this.store.find(from);
    if (source === undefined) return;
    const collected = this.store.at(into);
    const before = collected.size;
    collected.merge(source);
    this.held.change(collected.size - before);
  }
}
