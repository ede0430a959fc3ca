import type { CellPool } from './cell-pool';
import type { CellQueue } from './cell-queues';
import { newQueue } from './cell-queues';
import { countUpTo } from './count-up-to';
import type { KeyState } from './live-keys';
import { renumbered } from './live-keys';
import type { SlidingCells } from './sliding-cells';

const NONE: readonly number[] = [];

/** The rows of each key: those whose time has come stand in a queue, the others wait, both in order of (event time, arrival). */
export class SlidingKeys implements KeyState {
  liveCount = 0;
  private rows = new Int32Array(64);
  private queues: (CellQueue | undefined)[] = [];
  private waiting = new Map<number, number[]>();

  constructor(
    private readonly cells: SlidingCells,
    private readonly pool: CellPool,
    /** Whether the rows of a key that wait must be known. */
    private readonly listsWaiting: boolean
  ) {}

  isLive(key: number): boolean {
    return this.rows[key] !== 0;
  }

  /** Rows that the key has. */
  rowsOf(key: number): number {
    return this.rows[key]!;
  }

  queueOf(key: number): CellQueue {
    return (this.queues[key] ??= newQueue());
  }

  findQueue(key: number): CellQueue | undefined {
    return this.queues[key];
  }

  setQueue(key: number, queue: CellQueue): void {
    this.queues[key] = queue;
  }

  waitingOf(key: number): readonly number[] {
    return this.waiting.get(key) ?? NONE;
  }

  /** The key holds one row more. */
  countRow(key: number): void {
    if (this.rows[key]! === 0) this.liveCount += 1;
    this.rows[key]! += 1;
  }

  /** The key holds one row fewer; the queue of a key without rows is forgotten. */
  uncountRow(key: number): void {
    this.rows[key]! -= 1;
    if (this.rows[key]! > 0) return;
    this.liveCount -= 1;
    const queue = this.queues[key];
    if (queue !== undefined && queue.total !== 0) this.pool.release(queue.total);
    this.queues[key] = undefined;
  }

  /** The row of `cell` waits for its time. */
  addWaiting(key: number, cell: number): void {
    if (!this.listsWaiting) return;
    const list = this.waiting.get(key);
    if (list === undefined) this.waiting.set(key, [cell]);
    else list.splice(this.countUpTo(list, this.cells.times[cell]!), 0, cell);
  }

  /** The time of the first row of `key` that waits has come. */
  removeWaiting(key: number): void {
    if (!this.listsWaiting) return;
    const list = this.waiting.get(key);
    list?.shift();
    if (list?.length === 0) this.waiting.delete(key);
  }

  /** How many of `cells`, in order of time, are at or before `timeMs`. */
  countUpTo(cells: readonly number[], timeMs: number): number {
    const { times } = this.cells;
    return countUpTo(cells.length, index => times[cells[index]!]!, timeMs);
  }

  reserve(keyCount: number): void {
    if (keyCount <= this.rows.length) return;
    const rows = new Int32Array(keyCount * 2);
    rows.set(this.rows);
    this.rows = rows;
  }

  renumber(numbers: Int32Array): void {
    this.rows = renumbered(this.rows, numbers);
    const queues: (CellQueue | undefined)[] = [];
    this.queues.forEach((queue, key) => {
      if (queue !== undefined) queues[numbers[key]!] = queue;
    });
    this.queues = queues;
    this.waiting = new Map([...this.waiting].map(([key, list]) => [numbers[key]!, list]));
    const { keyOf } = this.pool;
    for (let cell = 0; cell < keyOf.length; cell++) keyOf[cell] = Math.max(0, numbers[keyOf[cell]!] ?? 0);
  }
}
