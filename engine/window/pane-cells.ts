import { DISCARD_CELL } from '../aggregate/block';
import type { Assigner } from './assigner';
import { floorToGrid } from './tumbling';
import type { OpenWindow, OpenWindows } from './open-windows';

const CACHE_SIZE = 64;

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
 * Finds the cell of each row. Rows of out-of-order streams jump between a few windows, so the windows of recent panes
 * are kept in a small direct-mapped cache.
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
  private readonly paneStarts = new Float64Array(CACHE_SIZE).fill(NaN);
  private readonly windows: (OpenWindow | null)[] = new Array<OpenWindow | null>(CACHE_SIZE).fill(null);

  constructor(
    private readonly assigner: Assigner,
    private readonly open: OpenWindows,
    rowsMax: number
  ) {
    this.cells = new Int32Array(rowsMax);
    this.late = new Int32Array(rowsMax);
    this.keyless = new Int32Array(rowsMax);
  }

  /** To be called whenever windows were closed. */
  forget(): void {
    this.paneStarts.fill(NaN);
    this.windows.fill(null);
  }

  /** Fills `cells` for `rows`, up to the first row that must be taken alone. */
  assign(rows: KeyedRows, { passedMs, lateBeforeMs }: Passed): Stop {
    const { cells, open } = this;
    const { times, from, keys, keyFrom, count } = rows;
    const { paneMs, offsetMs } = this.assigner;
    this.lateCount = 0;
    this.keylessCount = 0;
    let { cellOf } = open;
    let paneStart = NaN;
    let paneEnd = NaN;
    let base = 0;
    let window: OpenWindow | null = null;
    for (let i = 0; i < count; i++) {
      const time = times[from + i]!;
      const key = keys[keyFrom + i]!;
      if (time < passedMs && time >= lateBeforeMs) return this.stop(i, 'fires');
      if (time < lateBeforeMs || key < 0) {
        this.discard(i, time < lateBeforeMs);
        continue;
      }
      if (!(time >= paneStart && time < paneEnd)) {
        window = this.windowAt(time);
        if (window === null) return this.stop(i, 'full');
        cellOf = open.cellOf;
        paneStart = floorToGrid(time, paneMs, offsetMs);
        paneEnd = paneStart + paneMs;
        base = window.slot * open.keyCapacity;
      }
      let cell = cellOf[base + key]!;
      if (cell === DISCARD_CELL) {
        cell = open.cell(window!, key);
        if (cell === DISCARD_CELL) return this.stop(i, 'full');
      }
      cells[i] = cell;
    }
    return this.stop(count, 'end');
  }

  /** As if one row had been assigned to `cell`. */
  startSingle(cell: number): void {
    this.cells[0] = cell;
    this.assigned = 1;
    this.lateCount = 0;
    this.keylessCount = 0;
  }

  /** The window of `time`, opened when there is none; null when there is no room. */
  windowAt(time: number): OpenWindow | null {
    const paneStart = floorToGrid(time, this.assigner.paneMs, this.assigner.offsetMs);
    const index = Math.abs((paneStart / this.assigner.paneMs) % CACHE_SIZE) | 0;
    if (this.paneStarts[index] === paneStart) return this.windows[index]!;
    const endMs = this.assigner.windowEndMs(paneStart);
    const window = this.open.find(endMs) ?? this.open.open(this.assigner.windowStartMs(paneStart), endMs);
    if (window !== null) {
      this.paneStarts[index] = paneStart;
      this.windows[index] = window;
    }
    return window;
  }

  private discard(position: number, isLate: boolean): void {
    this.cells[position] = DISCARD_CELL;
    if (isLate) this.late[this.lateCount++] = position;
    else this.keyless[this.keylessCount++] = position;
  }

  private stop(assigned: number, why: Stop): Stop {
    this.assigned = assigned;
    return why;
  }
}
