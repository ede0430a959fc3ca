import type { Batch, Column } from '../../batch/batch';
import { NumberBuilder } from '../../codec/column-builder';
import type { WindowJoinNode } from '../../plan/nodes/streams';
import type { Schema } from '../../schema/schema';
import type { Assigner } from '../../window/assigner';
import { paneStartMs } from '../../window/assigner';
import { checkSnapshot } from '../../window/window-snapshot';
import type { SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import type { JoinCell, JoinWindow, SideOfCell } from './join-window';
import { JoinWindows } from './join-window';
import { JoinedRows } from './joined-rows';
import type { JoinedColumn } from './joined-type';
import type { StreamLimits } from './limits';
import { MergingOperator } from './merging-operator';
import type { RowKey } from './row-keys';
import { keptKey, RowKeys } from './row-keys';
import { RowStore } from './row-store';

const LEFT = 0;

export interface WindowJoinOptions {
  readonly node: string;
  readonly config: WindowJoinNode['config'];
  readonly inputs: readonly [StreamType, StreamType];
  readonly assigner: Assigner;
  readonly schema: Schema;
  readonly columns: readonly JoinedColumn[];
  readonly limits: StreamLimits;
}

/** The rows of one input, each with the number of open windows that it is in. */
interface Side {
  readonly store: RowStore;
  readonly keys: RowKeys;
  readonly windowsOf: number[];
  readonly keyOf: RowKey[];
}

/**
 * All pairs of the two sides of one window and key. They leave when the watermark reaches the end of the window, and
 * again, all of them, with every late row that a window still takes.
 */
export class WindowJoinOperator extends MergingOperator {
  private readonly sides: readonly [Side, Side];
  private readonly windows = new JoinWindows();
  private readonly results: JoinedRows;
  private readonly starts = new NumberBuilder('timestampMs');
  private readonly ends = new NumberBuilder('timestampMs');
  private readonly revisions = new NumberBuilder('int32');
  /** The last watermark: windows that end up to 1 ms after it have fired. */
  private passedMs = -Infinity;
  /** Rows times the open windows that they are in. */
  private entries = 0;

  constructor(private readonly options: WindowJoinOptions) {
    super(options.node, 2);
    const { inputs, config, columns, schema } = options;
    const sideOf = (type: StreamType): Side => ({ store: new RowStore(type.schema), keys: new RowKeys(type.schema, config.on), windowsOf: [], keyOf: [] });
    this.sides = [sideOf(inputs[0]), sideOf(inputs[1])];
    const shown = config.allowedLatenessMs > 0 ? 3 : 2;
    this.results = new JoinedRows({
      schema,
      columns,
      left: this.sides[0].store,
      right: this.sides[1].store,
      between: { after: config.on.length, take: () => [this.starts, this.ends, this.revisions].map(takeColumn).slice(0, shown) }
    });
  }

  rows(port: number, batch: Batch, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      this.enter(port, batch, row);
      this.emitMany(this.results.rowCount);
    }
  }

  watermark(watermarkMs: number, at: number): void {
    const { inOrder } = this.windows;
    for (let index = this.windows.firstEndingAfter(this.passedMs + 1); index < inOrder.length; index++) {
      const window = inOrder[index]!;
      if (window.endMs - 1 > watermarkMs) break;
      for (const cell of window.cells.values()) {
        this.fire(window, cell, at);
        this.emitMany(this.results.rowCount);
      }
    }
    this.passedMs = watermarkMs;
    while (inOrder.length > 0 && this.isLate(inOrder[0]!.endMs, watermarkMs)) this.close(this.windows.closeFirst());
  }

  protected takeResults(): Batch {
    const results = this.results.take();
    for (const { store } of this.sides) store.sweep();
    return results;
  }

  protected saveState(writer: SnapshotWriter): void {
    const indexes = this.sides.map(({ store }, port) => {
      const slots = this.windows.slotsInOrder(port);
      store.save(Int32Array.from(slots.keys()), writer);
      return slots;
    });
    this.windows.save(writer, (port, slot) => indexes[port]!.get(slot)!);
  }

  protected loadState(reader: SnapshotReader): void {
    this.passedMs = this.merge.watermarkMs;
    const slots = this.sides.map(({ store, keys, keyOf, windowsOf }) => {
      const batch = store.load(reader);
      return Array.from({ length: batch.rowCount }, (_, row) => {
        const slot = store.add(batch, row);
        keyOf[slot] = keptKey(keys, batch, row);
        windowsOf[slot] = 0;
        return slot;
      });
    });
    this.windows.load(reader, (port, index) => slots[port]![index], (port, slot) => this.sides[port]!.keyOf[slot]!);
    for (const { cells } of this.windows.inOrder) for (const cell of cells.values()) this.forEachSlot(cell, (port, slot) => this.count(port, slot, 1));
    checkSnapshot(this.sides.every(({ windowsOf }, port) => slots[port]!.every(slot => windowsOf[slot]! > 0)), 'a row in no window');
  }

  private enter(port: number, batch: Batch, row: number): void {
    const { assigner, config } = this.options;
    const timeMs = batch.eventTimeMs[row]!;
    const paneMs = paneStartMs(assigner, timeMs);
    const all = assigner.windows.filter(({ endMs }) => timeMs < paneMs + endMs);
    const open = all.filter(({ endMs }) => !this.isLate(paneMs + endMs, this.passedMs)).reverse();
    if (all.length === 0) this.dropByRule(batch, row, 'gap');
    else if (open.length === 0) this.dropLate(batch, row, config.latePolicy, paneMs + all[0]!.endMs);
    else this.enterWindows(port, batch, row, open.map(({ startMs, endMs }) => ({ startMs: paneMs + startMs, endMs: paneMs + endMs })));
  }

  private enterWindows(port: number, batch: Batch, row: number, bounds: readonly { readonly startMs: number; readonly endMs: number }[]): void {
    const side = this.sides[port]!;
    const key = side.keys.keyOf(batch, row);
    if (key === null) {
      this.release(1);
      return;
    }
    const problem = this.full(port, batch, row, key, bounds.map(({ endMs }) => endMs));
    if (problem !== null) {
      this.refuse(batch, row, { code: 'JOIN_LIMIT', message: `${problem}. Use smaller windows, filter before the join, or set idleTimeoutMs so that a silent stream does not hold back the watermark.` });
      return;
    }
    const slot = side.store.add(batch, row);
    side.keyOf[slot] = key;
    side.windowsOf[slot] = 0;
    for (const { startMs, endMs } of bounds) {
      const window = this.windows.at(startMs, endMs);
      const cell = cellOf(window, key);
      const own = sideOf(cell, port);
      own.slots.push(slot);
      own.since.push(cell.firings);
      this.count(port, slot, 1);
      if (endMs - 1 <= this.passedMs) this.fire(window, cell, batch.at[row]!);
    }
  }

  /** Why a row can not be kept, in words; null when it can. */
  private full(port: number, batch: Batch, row: number, key: RowKey, ends: readonly number[]): string | null {
    const { rowsMax, rowsPerKeyMax, bytesMax, pairsMax, entriesMax } = this.options.limits;
    const { store } = this.sides[port]!;
    if (store.size >= rowsMax) return `more than ${rowsMax} rows of one stream are in open windows`;
    if (this.entries + ends.length > entriesMax) return `more than ${entriesMax} rows are in open windows, counted once for each window`;
    if (store.bytes + store.bytesOf(batch, row) > bytesMax) return `the rows in open windows hold more than ${bytesMax} bytes`;
    for (const endMs of ends) {
      const cell = this.windows.find(endMs)?.cells.get(key);
      if (cell === undefined) continue;
      const own = sideOf(cell, port).slots.length + 1;
      if (own > rowsPerKeyMax) return `more than ${rowsPerKeyMax} rows of one key are in one window`;
      if (own * sideOf(cell, 1 - port).slots.length > pairsMax) return `more than ${pairsMax} pairs of one key in one window`;
    }
    return null;
  }

  private fire({ startMs, endMs }: JoinWindow, cell: JoinCell, at: number): void {
    const { left, right, firings } = cell;
    left.slots.forEach((leftSlot, i) => {
      right.slots.forEach((rightSlot, j) => {
        this.results.add(leftSlot, rightSlot, endMs - 1, at);
        this.starts.append(startMs);
        this.ends.append(endMs);
        this.revisions.append(firings - Math.max(left.since[i]!, right.since[j]!));
      });
    });
    cell.firings += 1;
  }

  private close({ cells }: JoinWindow): void {
    for (const cell of cells.values()) {
      this.forEachSlot(cell, (port, slot) => {
        if (this.count(port, slot, -1) > 0) return;
        this.sides[port]!.store.remove(slot);
        this.release(1);
      });
    }
  }

  /** In how many open windows the row is, after one more or fewer. */
  private count(port: number, slot: number, by: 1 | -1): number {
    this.entries += by;
    return (this.sides[port]!.windowsOf[slot]! += by);
  }

  private forEachSlot({ left, right }: JoinCell, visit: (port: number, slot: number) => void): void {
    [left, right].forEach(({ slots }, port) => slots.forEach(slot => visit(port, slot)));
  }

  private isLate(endMs: number, watermarkMs: number): boolean {
    return endMs - 1 + this.options.config.allowedLatenessMs <= watermarkMs;
  }
}

function takeColumn(builder: NumberBuilder): Column {
  const column = builder.build();
  builder.truncate(0);
  return column;
}

function sideOf({ left, right }: JoinCell, port: number): SideOfCell {
  return port === LEFT ? left : right;
}

function cellOf({ cells }: JoinWindow, key: RowKey): JoinCell {
  let cell = cells.get(key);
  if (cell === undefined) {
    cell = { left: { slots: [], since: [] }, right: { slots: [], since: [] }, firings: 0 };
    cells.set(key, cell);
  }
  return cell;
}
