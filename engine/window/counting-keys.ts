import type { CellQueue } from './cell-queues';
import { CellQueues, newQueue } from './cell-queues';
import type { CountingPanes } from './counting-panes';
import type { KeyState } from './live-keys';
import { renumbered } from './live-keys';

/** Where each key is: how far in its hop, in which cell, after how many complete panes. */
export class CountingKeys implements KeyState {
  /** Rows of the present hop. */
  position = new Int32Array(64);
  /** Cell of the open pane, 0 without one. */
  cell = new Int32Array(64);
  /** Complete panes that further windows need. */
  panes = new Int32Array(64);
  liveCount = 0;
  private queues = new Map<number, CellQueue>();

  constructor(private readonly plan: CountingPanes) {}

  isLive(key: number): boolean {
    return this.position[key] !== 0 || this.panes[key] !== 0;
  }

  /** The queue of the complete panes of `key`. */
  queueOf(key: number): CellQueue {
    const known = this.queues.get(key);
    if (known !== undefined) return known;
    const queue = newQueue();
    this.queues.set(key, queue);
    return queue;
  }

  /** As `queueOf`, without making one. */
  findQueue(key: number): CellQueue | undefined {
    return this.queues.get(key);
  }

  /** The cells of `key` that have rows, first to last. */
  cellsOf(key: number): number[] {
    const queue = this.queues.get(key);
    const cells = queue === undefined ? [] : CellQueues.cellsOf(queue);
    if (this.cell[key] !== 0) cells.push(this.cell[key]!);
    return cells;
  }

  setQueue(key: number, queue: CellQueue): void {
    this.queues.set(key, queue);
  }

  /** The row at position `position` of its hop has been taken. */
  step(key: number, position: number, hopRows: number): void {
    const wasLive = this.isLive(key);
    this.position[key] = position + 1 === hopRows ? 0 : position + 1;
    if (wasLive !== this.isLive(key)) this.liveCount += wasLive ? -1 : 1;
  }

  /** The open pane is complete; true when that completes a window, which lets go of the panes of a hop. */
  endPane(key: number): boolean {
    this.cell[key] = 0;
    this.panes[key]! += 1;
    if (this.panes[key]! < this.plan.perWindow) return false;
    this.panes[key]! -= this.plan.ends.length;
    return true;
  }

  forgetAll(): void {
    this.position.fill(0);
    this.cell.fill(0);
    this.panes.fill(0);
    this.queues.clear();
    this.liveCount = 0;
  }

  reserve(keyCount: number): void {
    if (keyCount <= this.position.length) return;
    const [position, cell, panes] = [this.position, this.cell, this.panes].map(values => {
      const grown = new Int32Array(keyCount * 2);
      grown.set(values);
      return grown;
    });
    this.position = position!;
    this.cell = cell!;
    this.panes = panes!;
  }

  renumber(numbers: Int32Array): void {
    this.position = renumbered(this.position, numbers);
    this.cell = renumbered(this.cell, numbers);
    this.panes = renumbered(this.panes, numbers);
    this.queues = new Map([...this.queues].filter(([key]) => numbers[key]! >= 0).map(([key, queue]) => [numbers[key]!, queue]));
  }
}
