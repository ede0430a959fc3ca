import type { AnyColumnBuilder } from '../../codec/column-builder';
import { NumberBuilder } from '../../codec/column-builder';
import { assert } from '../../error';
import type { ResampleNode } from '../../plan/nodes/signal';
import { interpolate } from '../../signal/resample-linear';
import type { SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import { columnIndexOf } from '../stateful/input-column';
import { KeptSlots } from '../stateful/kept-slots';
import { numberIn } from '../stateful/number-slots';
import type { OrderedLogic, OrderedWork } from '../stateful/ordered-operator';

/**
 * Every key keeps its last row. What there is at a time g of the grid is known when all rows up to g have come, which is
 * what a deadline at g + 1 waits for; on a line between two rows it is known with the second.
 *
 *   rows   ───●──────────●───────●──
 *   grid     |    |    |    |    |    |
 *
 * The row reaches maxGapMs; then the key forgets it.
 */
export class ResampleLogic implements OrderedLogic {
  private readonly last = new KeptSlots();
  private readonly keyColumns: readonly number[];
  private readonly valueColumns: readonly number[];

  constructor(
    private readonly config: ResampleNode['config'],
    input: StreamType
  ) {
    this.keyColumns = input.keys.map(name => columnIndexOf(input, name));
    this.valueColumns = config.columns.map(name => columnIndexOf(input, name));
  }

  resize(keyCount: number): void {
    this.last.resize(keyCount);
  }

  row(key: number, slot: number, work: OrderedWork): void {
    const { method, maxGapMs } = this.config;
    const { timeMs } = work.rows;
    const before = this.last.of(key);
    if (before >= 0) {
      if (method === 'linear' && timeMs[slot]! - timeMs[before]! <= maxGapMs) this.emitLine(before, slot, work);
      work.release(before);
    }
    this.last.set(key, slot);
    this.wait(key, this.gridFrom(timeMs[slot]!), work);
  }

  deadline(key: number, deadlineMs: number, work: OrderedWork): void {
    const slot = this.last.of(key);
    const gridMs = deadlineMs - 1;
    const isOver = gridMs > work.rows.timeMs[slot]! + this.config.maxGapMs;
    if (!isOver) this.emit(gridMs, slot, work);
    if (isOver) this.forget(key, work);
    else this.wait(key, gridMs + this.config.everyMs, work);
  }

  save(keyCount: number, work: OrderedWork, writer: SnapshotWriter): void {
    this.last.save(keyCount, work.rows, writer);
  }

  load(_keyCount: number, work: OrderedWork, reader: SnapshotReader): void {
    this.last.load(work.rows, reader);
  }

  /** Nothing has been given yet at `gridMs` or later. */
  private wait(key: number, gridMs: number, work: OrderedWork): void {
    const { method, maxGapMs, everyMs } = this.config;
    const rowMs = work.rows.timeMs[this.last.of(key)]!;
    const endMs = rowMs + maxGapMs;
    if (method === 'linear') {
      work.holds.set(key, gridMs === rowMs ? gridMs + everyMs : gridMs);
      work.deadlines.set(key, gridMs === rowMs ? gridMs + 1 : endMs + 2);
    } else if (gridMs <= endMs) work.deadlines.set(key, gridMs + 1);
    else this.forget(key, work);
  }

  private forget(key: number, work: OrderedWork): void {
    work.release(this.last.of(key));
    this.last.clear(key);
    work.holds.clear(key);
    work.deadlines.clear(key);
  }

  /** The times between two rows, neither of them. */
  private emitLine(from: number, to: number, work: OrderedWork): void {
    const { rows, out } = work;
    const fromMs = rows.timeMs[from]!;
    const toMs = rows.timeMs[to]!;
    for (let gridMs = this.gridFrom(fromMs + 1); gridMs < toMs; gridMs += this.config.everyMs) {
      const values = this.begin(gridMs, to, work);
      this.valueColumns.forEach((column, index) => {
        const value = interpolate(gridMs, fromMs, numberIn(rows.columns[column]!, from), toMs, numberIn(rows.columns[column]!, to));
        appendNumber(values[index]!, value);
      });
      out.endRow(gridMs, work.at);
    }
  }

  /** What the row in `slot` gives at a time of the grid. */
  private emit(gridMs: number, slot: number, work: OrderedWork): void {
    const { method } = this.config;
    const values = this.begin(gridMs, slot, work);
    const isThere = method === 'hold' || work.rows.timeMs[slot] === gridMs;
    this.valueColumns.forEach((column, index) => {
      const into = values[index]!;
      if (!isThere) into.appendNull();
      else if (method === 'linear') appendNumber(into, numberIn(work.rows.columns[column]!, slot));
      else work.rows.columns[column]!.append(slot, into);
    });
    work.out.endRow(gridMs, work.at);
  }

  /** Appends the key of `slot` and the time; the builders of the values. */
  private begin(gridMs: number, slot: number, { rows, out }: OrderedWork): readonly AnyColumnBuilder[] {
    this.keyColumns.forEach((column, index) => rows.columns[column]!.append(slot, out.columns[index]!));
    const time = out.columns[this.keyColumns.length];
    assert(time instanceof NumberBuilder, 'a time is a number');
    time.append(gridMs);
    return out.columns.slice(this.keyColumns.length + 1);
  }

  /** The first time of the grid from `timeMs` on. */
  private gridFrom(timeMs: number): number {
    return Math.ceil(timeMs / this.config.everyMs) * this.config.everyMs;
  }
}

/** NaN stands for null: a row without a value, or a line to one. */
function appendNumber(into: AnyColumnBuilder, value: number): void {
  assert(into instanceof NumberBuilder, 'a line gives numbers');
  if (Number.isNaN(value)) into.appendNull();
  else into.append(value);
}
