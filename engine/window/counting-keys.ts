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

  /**
   * The next row of `key` has been taken, into its open pane or the gap. Null unless that completes a pane; then whether it
   * completes a window, too, which lets go of the panes of a hop.
   */
  step(key: number): { readonly endsWindow: boolean } | null {
    const { ends, hopRows, perWindow } = this.plan;
    const wasLive = this.isLive(key);
    const position = this.position[key]! + 1;
    const endsPane = ends.includes(position);
    const endsWindow = endsPane && this.panes[key]! + 1 === perWindow;
    this.position[key] = position === hopRows ? 0 : position;
    if (endsPane) {
      this.cell[key] = 0;
      this.panes[key]! += endsWindow ? 1 - ends.length : 1;
    }
    if (wasLive !== this.isLive(key)) this.liveCount += wasLive ? -1 : 1;
    return endsPane ? { endsWindow } : null;
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
