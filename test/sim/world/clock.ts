import type { Timer } from '../../../edge/env/env';
import type { Dice } from './dice';

interface Event {
  readonly atMs: number;
  /** Decides between events of the same time. */
  readonly rank: number;
  readonly body: () => void;
  cancelled: boolean;
}

/** Virtual time: events in the order of their time, those of one time in random order; promises settle in between. */
export class Clock {
  private readonly heap: Event[] = [];
  nowMs = 0;
  events = 0;

  /** `onThrow` hears what no event caught. */
  constructor(
    private readonly dice: Dice,
    private readonly onThrow: (error: unknown) => void
  ) {}

  schedule(delayMs: number, body: () => void): Timer {
    const event: Event = { atMs: this.nowMs + Math.max(0, delayMs), rank: this.dice.next(), body, cancelled: false };
    this.push(event);
    return { cancel: () => void (event.cancelled = true) };
  }

  /** Runs events until `done` says so, or none is left, or the time is `endMs`. */
  async run(endMs: number, done: () => boolean): Promise<void> {
    while (!done()) {
      const next = this.heap[0];
      if (next === undefined || next.atMs > endMs) {
        this.nowMs = Math.max(this.nowMs, endMs);
        return;
      }
      this.pop();
      if (next.cancelled) continue;
      this.nowMs = next.atMs;
      this.events++;
      try {
        next.body();
      } catch (error) {
        this.onThrow(error);
      }
      await settled();
    }
  }

  private push(event: Event): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !before(event, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = event;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const least = left !== undefined && right !== undefined && before(right, left) ? 2 * at + 2 : 2 * at + 1;
      const child = heap[least];
      if (child === undefined || !before(child, last)) break;
      heap[at] = child;
      at = least;
    }
    heap[at] = last;
  }
}

function before(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.rank < b.rank);
}

const realSoon = setImmediate;

/** Every promise that can settle without another event has. */
function settled(): Promise<void> {
  return new Promise(done => void realSoon(done));
}
