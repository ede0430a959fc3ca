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

  /** Fills `cells` from `done` on up to the first row that needs more than a look; says where it ended. Four rows per turn, as in `KeyColumn`. */
  private fill({ times, from, keys, keyFrom, count }: KeyedRows, done: number): number {
    const { cells } = this;
    const near = this.nearPanes(times[from + done]!);
    let i = done;
    for (; i + 4 <= count; i += 4) {
      const row = from + i;
      const key = keyFrom + i;
      const cell0 = nearCell(near, times[row]!, keys[key]!);
      const cell1 = nearCell(near, times[row + 1]!, keys[key + 1]!);
      const cell2 = nearCell(near, times[row + 2]!, keys[key + 2]!);
      const cell3 = nearCell(near, times[row + 3]!, keys[key + 3]!);
      if (cell0 === DISCARD_CELL || cell1 === DISCARD_CELL || cell2 === DISCARD_CELL || cell3 === DISCARD_CELL) break;
      cells[i] = cell0;
      cells[i + 1] = cell1;
      cells[i + 2] = cell2;
      cells[i + 3] = cell3;
    }
    for (; i < count; i++) {
      const cell = nearCell(near, times[from + i]!, keys[keyFrom + i]!);
      if (cell === DISCARD_CELL) break;
      cells[i] = cell;
    }
    return i;
  }

  private nearPanes(time: number): NearPanes {
    const { originMs } = this;
    const { paneMs } = this.assigner;
    const limitMs = originMs + NEAR_PANES * paneMs;
    const isNear = time >= originMs && time < limitMs;
    const startMs = isNear ? paneStartMs(this.assigner, time) : originMs;
    const currentBase = isNear ? this.nearBase[(startMs - originMs) / paneMs]! : -1;
    return { base: this.nearBase, cellOf: this.open.cellOf, originMs, limitMs, perMs: 1 / paneMs, startMs, endMs: startMs + paneMs, currentBase };
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

interface NearPanes {
  readonly base: Int32Array;
  readonly cellOf: Int32Array;
  readonly originMs: number;
  readonly limitMs: number;
  readonly perMs: number;
  /** The pane that the next rows are likely to be in. */
  readonly startMs: number;
  readonly endMs: number;
  readonly currentBase: number;
}

/** The cell of a row in a near pane, or `DISCARD_CELL` when that takes more than a look. */
function nearCell(near: NearPanes, time: number, key: number): number {
  let first = near.currentBase;
  if (!(time >= near.startMs && time < near.endMs)) {
    if (!(time >= near.originMs && time < near.limitMs)) return DISCARD_CELL;
    // Times are whole, so half a millisecond keeps the product off the integers and its rounding cannot change the pane.
    first = near.base[((time - near.originMs + 0.5) * near.perMs) | 0]!;
  }
  return (first | key) < 0 ? DISCARD_CELL : near.cellOf[first + key]!;
}
