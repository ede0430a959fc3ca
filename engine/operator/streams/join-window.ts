import { checkSnapshot } from '../../window/window-snapshot';
import type { SnapshotReader, SnapshotWriter } from '../operator';
import type { RowKey } from './row-keys';

/** Rows of one side of one window and key, in order of arrival. */
export interface SideOfCell {
  readonly slots: number[];
  /** By slot of `slots`: how many times the cell had left before the row came in. */
  readonly since: number[];
}

/** The rows of one window and key. */
export interface JoinCell {
  readonly left: SideOfCell;
  readonly right: SideOfCell;
  /** How many times its pairs have left. */
  firings: number;
}

export interface JoinWindow {
  readonly startMs: number;
  readonly endMs: number;
  /** In order of the first arrival of their keys in the window. */
  readonly cells: Map<RowKey, JoinCell>;
}

/** Open windows in order of their end, which tells them apart. */
export class JoinWindows {
  readonly inOrder: JoinWindow[] = [];
  private readonly byEnd = new Map<number, JoinWindow>();

  find(endMs: number): JoinWindow | undefined {
    return this.byEnd.get(endMs);
  }

  /** The window that ends at `endMs`, opened when it is not there. */
  at(startMs: number, endMs: number): JoinWindow {
    const known = this.byEnd.get(endMs);
    if (known !== undefined) return known;
    const opened: JoinWindow = { startMs, endMs, cells: new Map() };
    this.byEnd.set(endMs, opened);
    this.inOrder.splice(this.firstEndingAfter(endMs), 0, opened);
    return opened;
  }

  /** Index of the first window with an end above `endMs`. */
  firstEndingAfter(endMs: number): number {
    let low = 0;
    let high = this.inOrder.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.inOrder[middle]!.endMs > endMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Takes out the first window. */
  closeFirst(): JoinWindow {
    const first = this.inOrder.shift()!;
    this.byEnd.delete(first.endMs);
    return first;
  }

  /** The slots of one side, each with its number in order of the first window it is in. */
  slotsInOrder(port: number): ReadonlyMap<number, number> {
    const numbers = new Map<number, number>();
    for (const { cells } of this.inOrder) {
      for (const { left, right } of cells.values()) {
        for (const slot of (port === 0 ? left : right).slots) if (!numbers.has(slot)) numbers.set(slot, numbers.size);
      }
    }
    return numbers;
  }

  save(writer: SnapshotWriter, indexOf: (port: number, slot: number) => number): void {
    writer.u32(this.inOrder.length);
    for (const { startMs, endMs, cells } of this.inOrder) {
      writer.f64(startMs);
      writer.f64(endMs);
      writer.u32(cells.size);
      for (const { left, right, firings } of cells.values()) {
        writer.u32(firings);
        [left, right].forEach(({ slots, since }, port) => {
          writer.f64s(Float64Array.from(slots, slot => indexOf(port, slot)));
          writer.f64s(Float64Array.from(since));
        });
      }
    }
  }

  load(reader: SnapshotReader, slotOf: (port: number, index: number) => number | undefined, keyOf: (port: number, slot: number) => RowKey): void {
    const windows = reader.u32();
    for (let i = 0; i < windows; i++) {
      const [startMs, endMs] = [reader.f64(), reader.f64()];
      checkSnapshot(startMs < endMs && endMs > (this.inOrder.at(-1)?.endMs ?? -Infinity), 'windows out of order');
      const window = this.at(startMs, endMs);
      const cells = reader.u32();
      for (let j = 0; j < cells; j++) {
        const firings = reader.u32();
        const left = loadSide(reader, index => slotOf(0, index));
        const right = loadSide(reader, index => slotOf(1, index));
        const [first] = left.slots;
        const [other] = right.slots;
        checkSnapshot(first !== undefined || other !== undefined, 'a key without rows');
        window.cells.set(first !== undefined ? keyOf(0, first) : keyOf(1, other!), { left, right, firings });
      }
    }
  }
}

function loadSide(reader: SnapshotReader, slotOf: (index: number) => number | undefined): SideOfCell {
  const slots = Array.from(reader.f64s(), index => {
    const slot = slotOf(index);
    checkSnapshot(slot !== undefined, 'a row that is not there');
    return slot;
  });
  const since = [...reader.f64s()];
  checkSnapshot(since.length === slots.length, 'revisions that belong to no row');
  return { slots, since };
}
