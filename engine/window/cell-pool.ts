import { DISCARD_CELL } from '../aggregate/block';
import type { CellStore } from '../aggregate/cell-bank';

const FIRST_CELLS = 64;
/** The arrays grow by this factor, and by the second when they are large, so that little of them is unused. */
const GROWTH = 1.5;
const LARGE_GROWTH = 1.25;
const LARGE_CELLS = 65_536;

/**
 * Hands out accumulator cells, one per open key-window, and knows which key each belongs to. The cells of one window form
 * a list (`next`). Cell 0 is `DISCARD_CELL` and belongs to nobody, so 0 also ends a list.
 */
export class CellPool {
  keyOf = new Int32Array(0);
  next = new Int32Array(0);
  private free = 0;
  private used = 1;
  private openCount = 0;

  constructor(
    private readonly stores: readonly CellStore[],
    private readonly cellsMax: number
  ) {
    this.grow(FIRST_CELLS);
  }

  /** Open cells. */
  get size(): number {
    return this.openCount;
  }

  /** Bytes of what is kept per cell here. */
  get byteSize(): number {
    return this.keyOf.byteLength + this.next.byteLength;
  }

  /** Cells that can still be opened. */
  get available(): number {
    return this.cellsMax - this.openCount;
  }

  /** Makes room for `cellCount` more cells at once. */
  reserve(cellCount: number): void {
    const needed = Math.min(this.used + cellCount, this.cellsMax + 1);
    if (needed > this.keyOf.length) this.grow(Math.max(needed, this.nextSize));
  }

  /** An empty cell for `key`, or `DISCARD_CELL` when the pool has reached its bound. */
  allocate(key: number): number {
    let cell = this.free;
    if (cell !== 0) {
      this.free = this.next[cell]!;
    } else {
      if (this.used > this.cellsMax) return DISCARD_CELL;
      if (this.used === this.keyOf.length) this.grow(this.nextSize);
      cell = this.used++;
    }
    this.keyOf[cell] = key;
    this.next[cell] = 0;
    this.openCount += 1;
    return cell;
  }

  release(cell: number): void {
    for (const store of this.stores) store.clear(cell);
    this.next[cell] = this.free;
    this.free = cell;
    this.openCount -= 1;
  }

  releaseAll(cells: Int32Array): void {
    for (const store of this.stores) {
      if (store.clearAll !== undefined) store.clearAll(cells);
      else for (const cell of cells) store.clear(cell);
    }
    const { next } = this;
    let free = this.free;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      next[cell] = free;
      free = cell;
    }
    this.free = free;
    this.openCount -= cells.length;
  }

  private get nextSize(): number {
    return Math.ceil(this.keyOf.length * (this.keyOf.length < LARGE_CELLS ? GROWTH : LARGE_GROWTH));
  }

  private grow(cellCount: number): void {
    const keyOf = new Int32Array(cellCount);
    const next = new Int32Array(cellCount);
    keyOf.set(this.keyOf);
    next.set(this.next);
    this.keyOf = keyOf;
    this.next = next;
    for (const store of this.stores) store.resize(cellCount);
  }
}
