import { DISCARD_CELL } from '../aggregate/block';
import type { Assigner } from './assigner';
import { paneStartMs } from './assigner';
import type { OpenWindow, OpenWindows } from './open-windows';

/** Panes after the last passed one whose windows are found without a search. */
const NEAR_PANES = 1024;
/** About 70 years; with longer panes doubles could not tell the last millisecond of one from the first of the next. */
const NEAR_PANE_MS_MAX = 2 ** 51 / NEAR_PANES;

/** Instead of a cell: the row fires its window, or there is no room for it. */
const FIRES = -1;
const FULL = -2;

/** The rows [from, from + count) of a batch, and their keys from `keyFrom` on. */
export interface KeyedRows {
  readonly times: Float64Array;
  readonly from: number;
  readonly keys: Int32Array;
  readonly keyFrom: number;
  readonly count: number;
}

/** Where the watermark stands: windows that end at or before `passedMs` have been passed, rows before `lateBeforeMs` are late. */
export interface Passed {
  readonly passedMs: number;
  readonly lateBeforeMs: number;
}

/** Why `assign` ended: all rows done; a row that fires its window at once; no room for the row's window or cell. */
export type Stop = 'end' | 'fires' | 'full';

/**
 * Finds the cell of each row. Rows of out-of-order streams jump between a few windows, so the windows of the panes next
 * to be passed stand in a table by pane number:
 *
 *   base[0]        base[1]       base[2] …            place of the window's first cell in `OpenWindows.cellOf`, -1: look it up
 *   |─── pane ───|─── pane ───|─── pane ───|
 *   originMs
 */
export class PaneCells {
  /** Cells of the rows assigned by the last call, and how many rows those are. */
  readonly cells: Int32Array;
  assigned = 0;
  /** Positions, among the assigned, of late rows and of rows without a key; their cell is `DISCARD_CELL`. */
  readonly late: Int32Array;
  lateCount = 0;
  readonly keyless: Int32Array;
  keylessCount = 0;
  private readonly near: NearPanes;
  private readonly nearWindows: (OpenWindow | null)[] = new Array<OpenWindow | null>(NEAR_PANES).fill(null);
  private nearUsed = 0;

  constructor(
    private readonly assigner: Assigner,
    private readonly open: OpenWindows,
    rowsMax: number
  ) {
    this.near = { base: new Int32Array(NEAR_PANES).fill(-1), perMs: 1 / assigner.paneMs, originMs: NaN, limitMs: NaN, startMs: NaN, endMs: NaN, firstBase: -1 };
    this.cells = new Int32Array(rowsMax);
    this.late = new Int32Array(rowsMax);
    this.keyless = new Int32Array(rowsMax);
  }

  /** To be called when the watermark has passed windows or the layout of `OpenWindows` may have changed. */
  forget(): void {
    this.near.base.fill(-1, 0, this.nearUsed);
    this.nearWindows.fill(null, 0, this.nearUsed);
    this.nearUsed = 0;
    this.near.originMs = NaN;
    this.near.limitMs = NaN;
    this.near.startMs = NaN;
  }

  /** Fills `cells` for `rows`, up to the first row that must be taken alone. */
  assign(rows: KeyedRows, passed: Passed): Stop {
    this.lateCount = 0;
    this.keylessCount = 0;
    if (rows.count > 0) this.expectPaneOf(rows.times[rows.from]!);
    for (let done = this.fill(rows, 0); done < rows.count; done = this.fill(rows, done + 1)) {
      const cell = this.assignOne(rows, done, passed);
      if (cell === FIRES || cell === FULL) {
        this.assigned = done;
        return cell === FIRES ? 'fires' : 'full';
      }
      this.cells[done] = cell;
    }
    this.assigned = rows.count;
    return 'end';
  }

  /** As if one row had been assigned to `cell`. */
  startSingle(cell: number): void {
    this.cells[0] = cell;
    this.assigned = 1;
    this.lateCount = 0;
    this.keylessCount = 0;
  }

  /** The window of a record of `time`, opened when there is none; null when there is no room. */
  windowOf(time: number): OpenWindow | null {
    const paneStart = paneStartMs(this.assigner, time);
    const endMs = this.assigner.windowEndMs(paneStart);
    return this.open.find(endMs) ?? this.open.open(this.assigner.windowStartMs(paneStart), endMs);
  }

  /** Fills `cells` from `done` on up to the first row that needs more than a look; says where it ended. Four rows per turn, as in `KeyColumn`. */
  private fill({ times, from, keys, keyFrom, count }: KeyedRows, done: number): number {
    const { cells } = this;
    const { cellOf } = this.open;
    const { base, perMs, originMs, limitMs, startMs, endMs, firstBase } = this.near;
    // A copy that the compiler keeps in registers, because nothing else can see it.
    const near = { base, perMs, originMs, limitMs, startMs, endMs, firstBase };
    let i = done;
    for (; i + 4 <= count; i += 4) {
      const row = from + i;
      const key = keyFrom + i;
      const cell0 = nearCell(near, cellOf, times[row]!, keys[key]!);
      const cell1 = nearCell(near, cellOf, times[row + 1]!, keys[key + 1]!);
      const cell2 = nearCell(near, cellOf, times[row + 2]!, keys[key + 2]!);
      const cell3 = nearCell(near, cellOf, times[row + 3]!, keys[key + 3]!);
      if (cell0 === DISCARD_CELL || cell1 === DISCARD_CELL || cell2 === DISCARD_CELL || cell3 === DISCARD_CELL) break;
      cells[i] = cell0;
      cells[i + 1] = cell1;
      cells[i + 2] = cell2;
      cells[i + 3] = cell3;
    }
    for (; i < count; i++) {
      const cell = nearCell(near, cellOf, times[from + i]!, keys[keyFrom + i]!);
      if (cell === DISCARD_CELL) break;
      cells[i] = cell;
    }
    return i;
  }

  private assignOne(rows: KeyedRows, position: number, { passedMs, lateBeforeMs }: Passed): number {
    const time = rows.times[rows.from + position]!;
    const key = rows.keys[rows.keyFrom + position]!;
    if (time < lateBeforeMs) {
      this.late[this.lateCount++] = position;
      return DISCARD_CELL;
    }
    if (time < passedMs) return FIRES;
    if (key < 0) {
      this.keyless[this.keylessCount++] = position;
      return DISCARD_CELL;
    }
    const window = this.nearWindow(time) ?? this.openNear(time, passedMs);
    if (window === null) return FULL;
    const cell = this.open.cell(window, key);
    return cell === DISCARD_CELL ? FULL : cell;
  }

  /** Rows come in runs of one pane: the pane of `time` is looked at first. */
  private expectPaneOf(time: number): void {
    const { near } = this;
    if (!(time >= near.originMs && time < near.limitMs)) return;
    const pane = nearPane(near, time);
    near.startMs = near.originMs + pane * this.assigner.paneMs;
    near.endMs = near.startMs + this.assigner.paneMs;
    near.firstBase = near.base[pane]!;
  }

  private nearWindow(time: number): OpenWindow | null {
    const { near } = this;
    return time >= near.originMs && time < near.limitMs ? this.nearWindows[nearPane(near, time)]! : null;
  }

  /** The window of `time`, which stands in the table from now on when its pane is near. */
  private openNear(time: number, passedMs: number): OpenWindow | null {
    const window = this.windowOf(time);
    if (window === null) return null;
    const { near } = this;
    const { paneMs } = this.assigner;
    if (paneMs > NEAR_PANE_MS_MAX) return window;
    const paneStart = paneStartMs(this.assigner, time);
    if (Number.isNaN(near.originMs)) {
      near.originMs = Number.isFinite(passedMs) ? passedMs : paneStart - (NEAR_PANES / 2) * paneMs;
      near.limitMs = near.originMs + NEAR_PANES * paneMs;
    }
    if (paneStart < near.originMs || paneStart >= near.limitMs) return window;
    const pane = (paneStart - near.originMs) / paneMs;
    near.base[pane] = window.slot * this.open.keyCapacity;
    this.nearWindows[pane] = window;
    this.nearUsed = Math.max(this.nearUsed, pane + 1);
    this.expectPaneOf(time);
    return window;
  }
}

/** The panes [originMs, limitMs), by number; `base` is -1 for those to be looked up. */
interface NearPanes {
  readonly base: Int32Array;
  readonly perMs: number;
  originMs: number;
  limitMs: number;
  /** The pane that the next rows are likely to be in, and its base. */
  startMs: number;
  endMs: number;
  firstBase: number;
}

/** Times are whole, so half a millisecond keeps the product off the integers and its rounding cannot change the pane. */
function nearPane(near: NearPanes, time: number): number {
  return ((time - near.originMs + 0.5) * near.perMs) | 0;
}

/** The cell of a row in a near pane, or `DISCARD_CELL` when that takes more than a look. */
function nearCell(near: NearPanes, cellOf: Int32Array, time: number, key: number): number {
  let first = near.firstBase;
  if (!(time >= near.startMs && time < near.endMs)) {
    if (!(time >= near.originMs && time < near.limitMs)) return DISCARD_CELL;
    first = near.base[nearPane(near, time)]!;
  }
  return (first | key) < 0 ? DISCARD_CELL : cellOf[first + key]!;
}
