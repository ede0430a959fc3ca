import { DISCARD_CELL } from '../aggregate/block';
import type { Assigner } from './assigner';
import { paneStartMs } from './assigner';
import type { OpenWindow, OpenWindows } from './open-windows';

/** Panes after the last passed one whose windows are found without a search. */
const NEAR_PANES = 1024;

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
 *   nearBase[0]   nearBase[1]   nearBase[2] …        place of the window's first cell in `OpenWindows.cellOf`, -1: look it up
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
  private readonly nearBase = new Int32Array(NEAR_PANES).fill(-1);
  private nearUsed = 0;
  private originMs = NaN;

  constructor(
    private readonly assigner: Assigner,
    private readonly open: OpenWindows,
    rowsMax: number
  ) {
    this.cells = new Int32Array(rowsMax);
    this.late = new Int32Array(rowsMax);
    this.keyless = new Int32Array(rowsMax);
  }

  /** To be called when the watermark has passed windows or the layout of `OpenWindows` may have changed. */
  forget(): void {
    this.nearBase.fill(-1, 0, this.nearUsed);
    this.nearUsed = 0;
    this.originMs = NaN;
  }

  /** Fills `cells` for `rows`, up to the first row that must be taken alone. */
  assign(rows: KeyedRows, passed: Passed): Stop {
    this.lateCount = 0;
    this.keylessCount = 0;
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

  /** Fills `cells` from `done` on up to the first row that needs more than a look; says where it ended. No calls: this loop is hot. */
  private fill(rows: KeyedRows, done: number): number {
    const { times, from, keys, keyFrom, count } = rows;
    const { cells, nearBase, originMs } = this;
    const { cellOf } = this.open;
    const panesPerMs = 1 / this.assigner.paneMs;
    const limitMs = originMs + NEAR_PANES * this.assigner.paneMs;
    let i = done;
    for (; i < count; i++) {
      const time = times[from + i]!;
      if (!(time >= originMs && time < limitMs)) break;
      // Times are whole, so half a millisecond keeps the product off the integers and its rounding cannot change the pane.
      const base = nearBase[((time - originMs + 0.5) * panesPerMs) | 0]!;
      const key = keys[keyFrom + i]!;
      if (base < 0 || key < 0) break;
      const cell = cellOf[base + key]!;
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
    const window = this.windowOf(time);
    if (window === null) return FULL;
    this.remember(paneStartMs(this.assigner, time), window, passedMs);
    const cell = this.open.cell(window, key);
    return cell === DISCARD_CELL ? FULL : cell;
  }

  private remember(paneStart: number, window: OpenWindow, passedMs: number): void {
    const { paneMs } = this.assigner;
    if (Number.isNaN(this.originMs)) this.originMs = Number.isFinite(passedMs) ? passedMs : paneStart - (NEAR_PANES / 2) * paneMs;
    const pane = (paneStart - this.originMs) / paneMs;
    if (pane < 0 || pane >= NEAR_PANES) return;
    this.nearBase[pane] = window.slot * this.open.keyCapacity;
    this.nearUsed = Math.max(this.nearUsed, pane + 1);
  }
}
