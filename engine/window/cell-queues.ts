import { assert } from '../error';
import type { CellPool } from './cell-pool';
import type { StateCells } from './state-cells';

/** Cells of one key, first in, first out. `front` ends with the first; the first of `back` follows the first of `front`. */
export interface CellQueue {
  readonly front: number[];
  back: number[];
  /** Cell with the content of all of `back`, 0 before there was any. */
  total: number;
}

export function newQueue(): CellQueue {
  return { front: [], back: [], total: 0 };
}

/** Cell number `index` of the queue, counted from the first. */
export function cellAt({ front, back }: CellQueue, index: number): number {
  return index < front.length ? front[front.length - 1 - index]! : back[index - front.length]!;
}

/**
 * Queues of cells of which the joint content is asked for again and again. Nothing is ever taken out of an accumulator, so
 * that sums do not drift. Two stacks make that a few merges per cell: each cell of `front` holds its own content and that of
 * all after it in `front`, `total` that of `back`.
 *
 *   cells     a      b     c    d   e        front holds abc, bc, c, and back d, e, with total de
 *             abc    bc    c    d   e        all = abc + de; without a: bc + de
 *
 * Accumulators that grow with their rows would then hold each row many times over, so these are all merged every time.
 */
export class CellQueues {
  private readonly mergesAll: boolean;
  /** The cell that `all` fills. */
  private scratch = 0;

  constructor(
    private readonly state: StateCells,
    private readonly pool: CellPool
  ) {
    this.mergesAll = state.isBounded;
  }

  push(queue: CellQueue, cell: number): void {
    queue.back.push(cell);
    if (this.mergesAll) return;
    if (queue.total === 0) queue.total = this.take();
    this.state.merge(queue.total, cell);
  }

  /** Makes each cell of the queue hold what follows it, too, where cells are joined at all. Only `fromCell` and `drop` may follow. */
  joinFollowing({ front, back }: CellQueue): void {
    if (this.mergesAll) return;
    for (let index = back.length - 2; index >= 0; index--) this.state.merge(back[index]!, back[index + 1]!);
    if (back.length > 0) for (const cell of front) this.state.merge(cell, back[0]!);
  }

  /** After `joinFollowing`: a cell with the content of `cells`, the cells of the queue, from `index` on; valid until the next call. */
  fromCell(cells: readonly number[], index: number): number {
    if (!this.mergesAll) return cells[index]!;
    const into = this.emptyScratch();
    for (let position = index; position < cells.length; position++) this.state.merge(into, cells[position]!);
    return into;
  }

  /** Takes the first cell out and forgets it. */
  evict(queue: CellQueue): void {
    if (queue.front.length === 0) this.turn(queue);
    this.pool.release(queue.front.pop()!);
  }

  /** A cell with the content of the queue, valid until the next call. */
  all(queue: CellQueue): number {
    const { front, back, total } = queue;
    const into = this.emptyScratch();
    if (this.mergesAll) {
      for (let index = front.length - 1; index >= 0; index--) this.state.merge(into, front[index]!);
      for (const cell of back) this.state.merge(into, cell);
      return into;
    }
    if (front.length > 0) this.state.merge(into, front.at(-1)!);
    if (back.length > 0) this.state.merge(into, total);
    return into;
  }

  /** A cell with the content of the cells from `index` on, counted from the first, and of `more`; valid until the next call. */
  from(queue: CellQueue, index: number, more: readonly number[]): number {
    const { front, back, total } = queue;
    const into = this.emptyScratch();
    const inFront = index < front.length;
    if (!inFront) for (let position = index - front.length; position < back.length; position++) this.state.merge(into, back[position]!);
    else if (this.mergesAll) {
      for (let position = front.length - 1 - index; position >= 0; position--) this.state.merge(into, front[position]!);
      for (const cell of back) this.state.merge(into, cell);
    } else {
      this.state.merge(into, front[front.length - 1 - index]!);
      if (back.length > 0) this.state.merge(into, total);
    }
    for (const cell of more) this.state.merge(into, cell);
    return into;
  }

  /** Forgets the queue and its cells. */
  drop(queue: CellQueue): void {
    for (const cell of queue.front) this.pool.release(cell);
    for (const cell of queue.back) this.pool.release(cell);
    if (queue.total !== 0) this.pool.release(queue.total);
  }

  /** The cells, first to last. */
  static cellsOf({ front, back }: CellQueue): number[] {
    return [...[...front].reverse(), ...back];
  }

  /** The queue of which `frontCount` cells of `cells`, first to last, stood in front. */
  restored(cells: readonly number[], frontCount: number): CellQueue {
    const queue: CellQueue = { front: cells.slice(0, frontCount).reverse(), back: [], total: 0 };
    for (const cell of cells.slice(frontCount)) this.push(queue, cell);
    return queue;
  }

  /** Makes `back` the new `front`. */
  private turn(queue: CellQueue): void {
    const { back } = queue;
    if (!this.mergesAll) for (let index = back.length - 2; index >= 0; index--) this.state.merge(back[index]!, back[index + 1]!);
    while (back.length > 0) queue.front.push(back.pop()!);
    if (queue.total !== 0) this.state.clear(queue.total);
  }

  private emptyScratch(): number {
    if (this.scratch === 0) this.scratch = this.take();
    else this.state.clear(this.scratch);
    return this.scratch;
  }

  private take(): number {
    const cell = this.pool.allocate(0);
    assert(cell !== 0, 'the pool has room for the cells that hold others');
    return cell;
  }
}
