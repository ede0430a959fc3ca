import type { SessionSpec } from '../plan/nodes/window';
import { KEY_WINDOWS_MAX } from './limits';
import { renumbered } from './live-keys';
import type { SessionCells } from './session-cells';

/**
 * The sessions of each key. They are in one order by start and by end: were one inside the other, the record that would
 * have opened it would have joined the other.
 */
export class SessionLists {
  /** The sessions that the record asked for last joins; 0: none. */
  left = 0;
  right = 0;
  /** Session with the latest start of each key, 0 without one. */
  private newest = new Int32Array(64);
  /** The others, ascending. */
  private older: (number[] | undefined)[] = [];
  private keysWithSessions = 0;
  private readonly maxDurationMs: number;

  constructor(
    private readonly spec: SessionSpec,
    private readonly cells: SessionCells
  ) {
    this.maxDurationMs = spec.maxDurationMs ?? Infinity;
  }

  /** Keys with sessions. */
  get liveCount(): number {
    return this.keysWithSessions;
  }

  newestOf(key: number): number {
    return this.newest[key]!;
  }

  /** Whether the key has as many sessions as it may have. */
  isFull(key: number): boolean {
    return (this.older[key]?.length ?? 0) + 1 >= KEY_WINDOWS_MAX;
  }

  reserveKeys(keyCount: number): void {
    if (keyCount <= this.newest.length) return;
    const newest = new Int32Array(keyCount * 2);
    newest.set(this.newest);
    this.newest = newest;
  }

  /**
   * Finds the sessions that a record of `time` joins: `left` begins at or before it, `right` after it.
   *
   *   left  ├────────┤      ├──────┤ right        with touching bounds, and unless the session became longer than allowed;
   *              time ├──gap──┤                   should only the three together, the record joins left alone
   */
  find(key: number, time: number): void {
    this.seek(key, time);
    const { cells, maxDurationMs } = this;
    const endMs = time + this.spec.gapMs;
    const { left, right } = this;
    if (left !== 0 && (cells.endMs(left) < time || endMs - cells.startMs(left) > maxDurationMs)) this.left = 0;
    if (right !== 0 && (cells.startMs(right) > endMs || cells.endMs(right) - time > maxDurationMs)) this.right = 0;
    if (this.left !== 0 && this.right !== 0 && cells.endMs(this.right) - cells.startMs(this.left) > maxDurationMs) this.right = 0;
  }

  insert(key: number, cell: number): void {
    const newest = this.newest[key]!;
    if (newest === 0) this.keysWithSessions += 1;
    const startMs = this.cells.startMs(cell);
    if (newest === 0 || startMs > this.cells.startMs(newest)) {
      this.newest[key] = cell;
      if (newest !== 0) this.olderOf(key).push(newest);
      return;
    }
    const older = this.olderOf(key);
    older.splice(this.countUpTo(older, startMs), 0, cell);
  }

  remove(key: number, cell: number): void {
    const older = this.older[key];
    if (this.newest[key] === cell) {
      this.newest[key] = older?.pop() ?? 0;
      if (this.newest[key] === 0) this.keysWithSessions -= 1;
    } else older?.splice(older.indexOf(cell), 1);
  }

  /** The sessions of `key`, ascending. */
  of(key: number): readonly number[] {
    const newest = this.newest[key]!;
    return newest === 0 ? [] : [...(this.older[key] ?? []), newest];
  }

  renumber(numbers: Int32Array): void {
    this.newest = renumbered(this.newest, numbers);
    const older: (number[] | undefined)[] = [];
    this.older.forEach((cells, key) => {
      if (numbers[key]! >= 0) older[numbers[key]!] = cells;
    });
    this.older = older;
  }

  /** The neighbours of `time`, whether they touch it or not. */
  private seek(key: number, time: number): void {
    const newest = this.newest[key]!;
    const startsBefore = newest !== 0 && this.cells.startMs(newest) <= time;
    this.left = startsBefore ? newest : 0;
    this.right = startsBefore ? 0 : newest;
    if (startsBefore) return;
    const older = this.older[key];
    if (older === undefined) return;
    const index = this.countUpTo(older, time);
    this.left = older[index - 1] ?? 0;
    this.right = older[index] ?? newest;
  }

  /** How many of `cells` start at or before `time`. */
  private countUpTo(cells: readonly number[], time: number): number {
    const { bounds } = this.cells;
    let low = 0;
    let high = cells.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bounds[2 * cells[middle]!]! > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private olderOf(key: number): number[] {
    return (this.older[key] ??= []);
  }
}
