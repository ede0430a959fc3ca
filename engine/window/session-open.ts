import { DISCARD_CELL } from '../aggregate/block';
import type { CellStore } from '../aggregate/cell-bank';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { SessionSpec } from '../plan/nodes/window';
import { CellPool } from './cell-pool';
import type { KeyState } from './live-keys';
import { SessionCells } from './session-cells';
import { SessionLists } from './session-lists';
import { loadSessions, saveSessions } from './session-snapshot';

/** Share of the gap by which sessions that have grown are moved ahead of time, so that blocks of rows are seldom interrupted. */
const LOOK_AHEAD = 1 / 8;

export interface OpenSessionsOptions {
  readonly spec: SessionSpec;
  readonly allowedLatenessMs: number;
  /** Whether a session may have several results. */
  readonly isRevised: boolean;
  readonly stores: readonly CellStore[];
  readonly sessionsMax: number;
  /** Sessions that may be over and still have a cell. */
  readonly overMax: number;
}

/** The sessions that a row may join, by key and by when they are due. */
export class OpenSessions implements KeyState {
  readonly cells: SessionCells;
  readonly pool: CellPool;
  /** At key + 1: the newest session of the key when a row may simply be added to it, or 0. */
  plain = new Int32Array(64);
  private readonly lists: SessionLists;
  private readonly stores: readonly CellStore[];
  private open = 0;

  constructor(private readonly options: OpenSessionsOptions) {
    this.cells = new SessionCells(options.allowedLatenessMs, options.isRevised);
    this.stores = [...options.stores, this.cells];
    this.pool = new CellPool(this.stores, options.sessionsMax + options.overMax);
    this.lists = new SessionLists(options.spec, this.cells);
  }

  get liveCount(): number {
    return this.lists.liveCount;
  }

  isLive(key: number): boolean {
    return this.lists.newestOf(key) !== 0;
  }

  /** The sessions that a record joins, by `left` and `right`. */
  find(key: number, time: number): SessionLists {
    this.lists.find(key, time);
    return this.lists;
  }

  /** A new session of a record of `time`; `DISCARD_CELL` when there is no room. */
  begin(key: number, time: number): number {
    if (this.open === this.options.sessionsMax || this.lists.isFull(key)) return DISCARD_CELL;
    const cell = this.pool.allocate(key);
    if (cell === DISCARD_CELL) return cell;
    this.open += 1;
    this.cells.setBounds(cell, time, time + this.options.spec.gapMs);
    this.cells.setFired(cell, false);
    this.lists.insert(key, cell);
    this.choosePlain(key);
    return cell;
  }

  /** A record of `time` joins the session. */
  grow(cell: number, time: number): void {
    const { cells } = this;
    const endMs = time + this.options.spec.gapMs;
    cells.setBounds(cell, Math.min(time, cells.startMs(cell)), Math.max(endMs, cells.endMs(cell)));
    this.choosePlain(this.pool.keyOf[cell]!);
  }

  /** Makes `left` have the bounds of both; no row joins `right` any more. */
  join(left: number, right: number): void {
    const { cells } = this;
    cells.takeOver(left, right);
    cells.setBounds(left, cells.startMs(left), cells.endMs(right));
    cells.dues.remove(right);
    this.forget(right);
  }

  /** The watermark has reached the end of the session, or it has grown beyond the watermark. */
  setFired(cell: number, isFired: boolean): void {
    this.cells.setFired(cell, isFired);
    this.choosePlain(this.pool.keyOf[cell]!);
  }

  /** No row joins the session any more. */
  forget(cell: number): void {
    const key = this.pool.keyOf[cell]!;
    this.open -= 1;
    this.lists.remove(key, cell);
    this.choosePlain(key);
  }

  /** Whether a session is due, after those have been moved that have grown since they were put in: with them those that would have to be looked at soon. */
  isAnyDue(watermarkMs: number): boolean {
    const { cells } = this;
    const { dues } = cells;
    const soonMs = watermarkMs + this.options.spec.gapMs * LOOK_AHEAD;
    while (dues.size > 0 && dues.firstMs <= soonMs) {
      const cell = dues.first;
      const dueMs = cells.dueMs(cell);
      if (dueMs <= watermarkMs) return true;
      if (dueMs === dues.firstMs) return false;
      dues.set(cell, dueMs);
    }
    return false;
  }

  /** Takes the sessions out that are due: those to fire in order of (end, start, key), and those that have fired and are over. */
  takeDue(watermarkMs: number): { readonly firing: number[]; readonly over: number[] } {
    const { cells } = this;
    const firing: number[] = [];
    const over: number[] = [];
    while (this.isAnyDue(watermarkMs)) {
      const cell = cells.dues.first;
      cells.dues.remove(cell);
      (cells.isFired(cell) ? over : firing).push(cell);
    }
    return { firing: this.sort(firing), over };
  }

  /** The sessions that have not fired, in order. */
  unfired(keyCount: number): number[] {
    const all: number[] = [];
    for (let key = 0; key < keyCount; key++) for (const cell of this.lists.of(key)) if (!this.cells.isFired(cell)) all.push(cell);
    return this.sort(all);
  }

  /** In order of (end, start, key). */
  private sort(sessions: number[]): number[] {
    const { cells } = this;
    const { keyOf } = this.pool;
    return sessions.sort((a, b) => cells.endMs(a) - cells.endMs(b) || cells.startMs(a) - cells.startMs(b) || keyOf[a]! - keyOf[b]!);
  }

  /** Rows may simply be added to a session that has not fired, and of which no result stands that growing would replace. */
  choosePlain(key: number): void {
    const cell = this.lists.newestOf(key);
    this.plain[key + 1] = cell !== 0 && !this.cells.isFired(cell) && this.cells.revision(cell) === 0 ? cell : 0;
  }

  reserveKeys(keyCount: number): void {
    this.lists.reserveKeys(keyCount);
    if (keyCount < this.plain.length) return;
    const plain = new Int32Array(keyCount * 2 + 1);
    plain.set(this.plain);
    this.plain = plain;
  }

  renumber(numbers: Int32Array): void {
    for (let key = 0; key < numbers.length; key++) for (const cell of this.lists.of(key)) this.pool.keyOf[cell] = numbers[key]!;
    this.lists.renumber(numbers);
    this.plain.fill(0);
    for (const key of numbers) if (key >= 0) this.choosePlain(key);
  }

  save(keyCount: number, writer: SnapshotWriter): void {
    saveSessions(this.lists, keyCount, this.stores, writer);
  }

  load(keyCount: number, reader: SnapshotReader): void {
    this.reserveKeys(keyCount);
    this.open = loadSessions({ sessions: this.lists, pool: this.pool, stores: this.stores, keyCount }, reader);
    for (let key = 0; key < keyCount; key++) this.choosePlain(key);
  }
}
