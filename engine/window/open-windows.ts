import { DISCARD_CELL } from '../aggregate/block';
import type { CellPool } from './cell-pool';

/** A window that some key has rows in. */
export interface OpenWindow {
  readonly startMs: number;
  readonly endMs: number;
  /** Row of `cellOf` that belongs to it. */
  readonly slot: number;
  /** First cell of its list, 0 when it has none. */
  head: number;
  cellCount: number;
}

/** Looking at this many keys costs about as much as sorting one. */
const SCAN_KEYS_PER_CELL = 16;

export interface OpenWindowsLimits {
  readonly cellIndexMax: number;
}

/**
 * The open windows of all keys, in order of their end, and the cell of each (window, key):
 * `cellOf[window.slot * keyCapacity + key]`, 0 where the key has no rows in the window. Ends are unique.
 */
export class OpenWindows {
  cellOf = new Int32Array(64);
  keyCapacity = 16;
  /** Ascending by end. */
  readonly inOrder: OpenWindow[] = [];
  private readonly byEnd = new Map<number, OpenWindow>();
  private readonly freeSlots: number[] = [];
  private slotCount = 0;

  constructor(
    private readonly pool: CellPool,
    private readonly limits: OpenWindowsLimits
  ) {}

  /** Room for keys below `keyCount`; false when that would exceed the bound. */
  reserveKeys(keyCount: number): boolean {
    if (keyCount <= this.keyCapacity) return true;
    let keyCapacity = this.keyCapacity;
    while (keyCapacity < keyCount) keyCapacity *= 2;
    return this.layOut(keyCapacity, this.slotCapacity);
  }

  find(endMs: number): OpenWindow | undefined {
    return this.byEnd.get(endMs);
  }

  /** Index in `inOrder` of the first window that ends after `timeMs`. */
  firstEndingAfter(timeMs: number): number {
    let low = 0;
    let high = this.inOrder.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.inOrder[middle]!.endMs > timeMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** A new window, or null when that would exceed the bound. */
  open(startMs: number, endMs: number): OpenWindow | null {
    const slot = this.freeSlots.pop() ?? this.takeSlot();
    if (slot === null) return null;
    const window: OpenWindow = { startMs, endMs, slot, head: 0, cellCount: 0 };
    this.byEnd.set(endMs, window);
    let index = this.inOrder.length;
    while (index > 0 && this.inOrder[index - 1]!.endMs > endMs) index -= 1;
    this.inOrder.splice(index, 0, window);
    return window;
  }

  /** The cell of `key` in `window`, made when there is none; `DISCARD_CELL` when that would exceed the bound. */
  cell(window: OpenWindow, key: number): number {
    const index = window.slot * this.keyCapacity + key;
    const known = this.cellOf[index]!;
    if (known !== 0) return known;
    const cell = this.pool.allocate(key);
    if (cell === DISCARD_CELL) return cell;
    this.cellOf[index] = cell;
    this.pool.next[cell] = window.head;
    window.head = cell;
    window.cellCount += 1;
    return cell;
  }

  /** Whether `key` can have a cell in each of `windows[0 … count - 1]`. */
  hasRoomFor(windows: readonly OpenWindow[], count: number, key: number): boolean {
    const { available } = this.pool;
    if (available >= count) return true;
    let missing = 0;
    for (let index = 0; index < count; index++) if (this.cellOf[windows[index]!.slot * this.keyCapacity + key] === 0) missing += 1;
    return available >= missing;
  }

  /** Forgets the window; `released` sees each of its cells first. */
  close(window: OpenWindow, released: (cell: number) => void): void {
    const { pool } = this;
    let cell = window.head;
    while (cell !== 0) {
      const next = pool.next[cell]!;
      this.cellOf[window.slot * this.keyCapacity + pool.keyOf[cell]!] = 0;
      released(cell);
      pool.release(cell);
      cell = next;
    }
    this.inOrder.splice(this.inOrder.indexOf(window), 1);
    this.byEnd.delete(window.endMs);
    this.freeSlots.push(window.slot);
  }

  /** The cells of `window` in order of their keys, which are below `keyCount`. */
  cellsInKeyOrder(window: OpenWindow, keyCount: number): Int32Array {
    const cells = new Int32Array(window.cellCount);
    const base = window.slot * this.keyCapacity;
    let count = 0;
    if (window.cellCount * SCAN_KEYS_PER_CELL >= keyCount) {
      for (let index = base; count < cells.length; index++) if (this.cellOf[index] !== 0) cells[count++] = this.cellOf[index]!;
      return cells;
    }
    for (let cell = window.head; cell !== 0; cell = this.pool.next[cell]!) cells[count++] = this.pool.keyOf[cell]!;
    cells.sort();
    for (let i = 0; i < count; i++) cells[i] = this.cellOf[base + cells[i]!]!;
    return cells;
  }

  private get slotCapacity(): number {
    return this.cellOf.length / this.keyCapacity;
  }

  private takeSlot(): number | null {
    if (this.slotCount === this.slotCapacity && !this.layOut(this.keyCapacity, this.slotCapacity * 2)) return null;
    return this.slotCount++;
  }

  private layOut(keyCapacity: number, slotCapacity: number): boolean {
    if (keyCapacity * slotCapacity > this.limits.cellIndexMax) return false;
    const cellOf = new Int32Array(keyCapacity * slotCapacity);
    for (const window of this.inOrder) {
      const from = window.slot * this.keyCapacity;
      cellOf.set(this.cellOf.subarray(from, from + this.keyCapacity), window.slot * keyCapacity);
    }
    this.cellOf = cellOf;
    this.keyCapacity = keyCapacity;
    return true;
  }
}
