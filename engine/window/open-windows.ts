import { DISCARD_CELL } from '../aggregate/block';
import type { CellPool } from './cell-pool';
import type { KeyState } from './live-keys';
import { renumbered } from './live-keys';
import { sparsePlace, sparseTable } from './sparse-cells';

/** A window that some key has rows in. */
export interface OpenWindow {
  readonly startMs: number;
  readonly endMs: number;
  /** Row of `cellOf` that belongs to it. */
  readonly slot: number;
  /** First cell of its list, 0 when it has none. */
  head: number;
  cellCount: number;
  /** Its cells by key while the index is sparse. */
  table: Int32Array;
}

const FIRST_KEYS = 16;
const FIRST_SLOTS = 4;
const NO_TABLE = new Int32Array(0);
/** Looking at this many keys costs about as much as sorting one. */
const SCAN_KEYS_PER_CELL = 16;
/** A dense index of this many entries, 4 bytes each, is no matter. */
const DENSE_FREELY = 1_048_576;
/** A larger one must not have more entries than this per cell … */
const DENSE_PER_CELL_MAX = 8;
/** … and returns when it would have no more than this. */
const DENSE_AGAIN_PER_CELL = 4;

/**
 * The open windows of all keys, in order of their end, and the cell of each (window, key). Ends are unique. The index is
 *
 *   dense    `cellOf[window.slot * keyCapacity + key]`, 0 where the key has no rows in the window
 *   sparse   a hash table per window, when most keys have no rows in most windows: its size follows the number of cells
 */
export class OpenWindows implements KeyState {
  cellOf = new Int32Array(FIRST_KEYS * FIRST_SLOTS);
  keyCapacity = FIRST_KEYS;
  /** Ascending by end. */
  readonly inOrder: OpenWindow[] = [];
  liveCount = 0;
  /** Rises when places in `cellOf` change. */
  layout = 0;
  private isSparse = false;
  private slotCapacity = FIRST_SLOTS;
  private slotCount = 0;
  private readonly byEnd = new Map<number, OpenWindow>();
  private readonly freeSlots: number[] = [];
  /** Open cells of each key. */
  private cellsOfKey = new Int32Array(FIRST_KEYS);

  constructor(private readonly pool: CellPool) {}

  /** Bytes of the index. */
  get byteSize(): number {
    return this.inOrder.reduce((sum, { table }) => sum + table.byteLength, this.cellOf.byteLength + this.cellsOfKey.byteLength);
  }

  /** Makes room for keys below `keyCount`. */
  reserveKeys(keyCount: number): void {
    if (keyCount <= this.keyCapacity) return;
    let keyCapacity = this.keyCapacity;
    while (keyCapacity < keyCount) keyCapacity *= 2;
    this.layOut(keyCapacity, this.slotCapacity);
  }

  isLive(key: number): boolean {
    return this.cellsOfKey[key] !== 0;
  }

  renumber(numbers: Int32Array): void {
    const { pool } = this;
    for (const { head } of this.inOrder) for (let cell = head; cell !== 0; cell = pool.next[cell]!) pool.keyOf[cell] = numbers[pool.keyOf[cell]!]!;
    this.cellsOfKey = renumbered(this.cellsOfKey, numbers);
    let keyCapacity = FIRST_KEYS;
    while (keyCapacity < this.liveCount) keyCapacity *= 2;
    this.layOut(keyCapacity, this.slotCapacity);
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

  /** A new window. */
  open(startMs: number, endMs: number): OpenWindow {
    const slot = this.freeSlots.pop() ?? this.takeSlot();
    const window: OpenWindow = { startMs, endMs, slot, head: 0, cellCount: 0, table: this.isSparse ? sparseTable(0) : NO_TABLE };
    this.byEnd.set(endMs, window);
    let index = this.inOrder.length;
    while (index > 0 && this.inOrder[index - 1]!.endMs > endMs) index -= 1;
    this.inOrder.splice(index, 0, window);
    return window;
  }

  /** Place of the first cell of `window` in `cellOf`, -1 when cells are not found there. */
  baseOf(window: OpenWindow): number {
    return this.isSparse ? -1 : window.slot * this.keyCapacity;
  }

  /** The cell of `key` in `window`, 0 when there is none. */
  known(window: OpenWindow, key: number): number {
    return this.isSparse ? window.table[sparsePlace(window.table, this.pool.keyOf, key)]! : this.cellOf[window.slot * this.keyCapacity + key]!;
  }

  /** The cell of `key` in `window`, made when there is none; `DISCARD_CELL` when that would exceed the bound. */
  cell(window: OpenWindow, key: number): number {
    const known = this.known(window, key);
    if (known !== 0) return known;
    const { pool } = this;
    const cell = pool.allocate(key);
    if (cell === DISCARD_CELL) return cell;
    pool.next[cell] = window.head;
    window.head = cell;
    window.cellCount += 1;
    this.place(window, key, cell);
    if (this.cellsOfKey[key]!++ === 0) this.liveCount += 1;
    return cell;
  }

  /** Whether `key` can have a cell in each of `windows[0 … count - 1]`. */
  hasRoomFor(windows: readonly OpenWindow[], count: number, key: number): boolean {
    const { available } = this.pool;
    if (available >= count) return true;
    let missing = 0;
    for (let index = 0; index < count; index++) if (this.known(windows[index]!, key) === 0) missing += 1;
    return available >= missing;
  }

  /** The cells of `window`, in no order. */
  cellsOf(window: OpenWindow): Int32Array {
    const { next } = this.pool;
    const cells = new Int32Array(window.cellCount);
    let cell = window.head;
    for (let i = 0; i < cells.length; i++) {
      cells[i] = cell;
      cell = next[cell]!;
    }
    return cells;
  }

  /** Forgets the window and its `cells`. */
  close(window: OpenWindow, cells: Int32Array): void {
    const { cellOf, cellsOfKey, isSparse } = this;
    const { keyOf } = this.pool;
    const base = window.slot * this.keyCapacity;
    let idle = 0;
    for (let i = 0; i < cells.length; i++) {
      const key = keyOf[cells[i]!]!;
      if (!isSparse) cellOf[base + key] = 0;
      if (--cellsOfKey[key]! === 0) idle += 1;
    }
    this.liveCount -= idle;
    this.pool.releaseAll(cells);
    this.inOrder.splice(this.inOrder.indexOf(window), 1);
    this.byEnd.delete(window.endMs);
    this.freeSlots.push(window.slot);
  }

  /** The cells of `window` in order of their keys, which are below `keyCount`. */
  cellsInKeyOrder(window: OpenWindow, keyCount: number): Int32Array {
    const cells = new Int32Array(window.cellCount);
    let count = 0;
    if (!this.isSparse && window.cellCount * SCAN_KEYS_PER_CELL >= keyCount) {
      for (let index = window.slot * this.keyCapacity; count < cells.length; index++) if (this.cellOf[index] !== 0) cells[count++] = this.cellOf[index]!;
      return cells;
    }
    for (let cell = window.head; cell !== 0; cell = this.pool.next[cell]!) cells[count++] = this.pool.keyOf[cell]!;
    cells.sort();
    for (let i = 0; i < count; i++) cells[i] = this.known(window, cells[i]!);
    return cells;
  }

  private takeSlot(): number {
    if (this.slotCount === this.slotCapacity) this.layOut(this.keyCapacity, this.slotCapacity * 2);
    return this.slotCount++;
  }

  private place(window: OpenWindow, key: number, cell: number): void {
    if (!this.isSparse) {
      this.cellOf[window.slot * this.keyCapacity + key] = cell;
      return;
    }
    if (window.cellCount * 2 > window.table.length) this.fillTable(window, sparseTable(window.cellCount));
    else window.table[sparsePlace(window.table, this.pool.keyOf, key)] = cell;
  }

  /** Lays the index out anew, dense unless that would take too much for the cells there are. */
  private layOut(keyCapacity: number, slotCapacity: number): void {
    const perCell = this.isSparse ? DENSE_AGAIN_PER_CELL : DENSE_PER_CELL_MAX;
    this.layout += 1;
    this.keyCapacity = keyCapacity;
    this.slotCapacity = slotCapacity;
    this.isSparse = keyCapacity * slotCapacity > Math.max(DENSE_FREELY, perCell * this.pool.size);
    this.cellOf = this.isSparse ? NO_TABLE : new Int32Array(keyCapacity * slotCapacity);
    const cellsOfKey = new Int32Array(keyCapacity);
    cellsOfKey.set(this.cellsOfKey.subarray(0, keyCapacity));
    this.cellsOfKey = cellsOfKey;
    for (const window of this.inOrder) this.fillIndex(window);
  }

  private fillIndex(window: OpenWindow): void {
    const { pool } = this;
    if (this.isSparse) {
      this.fillTable(window, sparseTable(window.cellCount));
      return;
    }
    window.table = NO_TABLE;
    const base = window.slot * this.keyCapacity;
    for (let cell = window.head; cell !== 0; cell = pool.next[cell]!) this.cellOf[base + pool.keyOf[cell]!] = cell;
  }

  private fillTable(window: OpenWindow, table: Int32Array): void {
    const { pool } = this;
    window.table = table;
    for (let cell = window.head; cell !== 0; cell = pool.next[cell]!) table[sparsePlace(table, pool.keyOf, pool.keyOf[cell]!)] = cell;
  }
}
