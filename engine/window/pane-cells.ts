import { DISCARD_CELL } from '../aggregate/block';
import type { Assigner } from './assigner';
import { paneStartMs } from './assigner';
import type { KeyedRows } from './near-panes';
import { NearPanes } from './near-panes';
import type { OpenWindow, OpenWindows } from './open-windows';

/** Where the watermark stands: windows that end at or before `passedMs` have been passed, those up to `lateMs` take no more rows. */
export interface Passed {
  readonly passedMs: number;
  readonly lateMs: number;
}

/** Why `assign` ended: all rows done; a row that fires a window at once; no room for a row's windows or cells. */
export type Stop = 'end' | 'fires' | 'full';

/** Positions, among the assigned rows, of those that are in no window; their cells are `DISCARD_CELL`. */
export interface Outsiders {
  readonly rows: Int32Array;
  count: number;
}

/** Finds the cells of each row: one for each of the assigner's windows. Cells are made in order of the rows. */
export class PaneCells {
  /** Cells of the rows assigned by the last call, one array per window of the assigner, and how many rows those are. */
  readonly cells: readonly Int32Array[];
  assigned = 0;
  readonly late: Outsiders;
  readonly inGap: Outsiders;
  readonly keyless: Outsiders;
  private readonly near: NearPanes;
  /** How far the cells of each window are known. */
  private readonly filled: Int32Array;
  private readonly found: OpenWindow[] = [];

  constructor(
    private readonly assigner: Assigner,
    private readonly open: OpenWindows,
    rowsMax: number
  ) {
    this.near = new NearPanes(assigner);
    this.cells = assigner.windows.map(() => new Int32Array(rowsMax));
    this.filled = new Int32Array(assigner.windows.length);
    this.late = { rows: new Int32Array(rowsMax), count: 0 };
    this.inGap = { rows: new Int32Array(rowsMax), count: 0 };
    this.keyless = { rows: new Int32Array(rowsMax), count: 0 };
  }

  /** To be called when the watermark has passed windows or the layout of `OpenWindows` may have changed. */
  forget(): void {
    this.near.forget();
  }

  /** Fills `cells` for `rows`, up to the first row that must be taken alone. */
  assign(rows: KeyedRows, passed: Passed): Stop {
    this.startEmpty();
    if (rows.count > 0) this.near.expect(rows.times[rows.from]!);
    this.filled.fill(0);
    for (let done = this.fill(rows); done < rows.count; done = this.fill(rows)) {
      const stop = this.assignOne(rows, done, passed);
      if (stop !== null) {
        this.assigned = done;
        return stop;
      }
      for (let index = 0; index < this.filled.length; index++) if (this.filled[index] === done) this.filled[index] = done + 1;
    }
    this.assigned = rows.count;
    return 'end';
  }

  /** Assigns one row, which is not late, to its windows; gives them, latest end first, or null when there is no room. */
  assignSingle(time: number, key: number, { lateMs }: Passed): readonly OpenWindow[] | null {
    this.startEmpty();
    const { windows: bounds } = this.assigner;
    const paneStart = paneStartMs(this.assigner, time);
    const windows: OpenWindow[] = [];
    for (let index = 0; index < bounds.length && paneStart + bounds[index]!.endMs > Math.max(time, lateMs); index++) {
      const window = this.windowOf(paneStart, index);
      if (window === null) return null;
      windows.push(window);
    }
    if (!this.open.hasRoomFor(windows, windows.length, key)) return null;
    for (const [index, cells] of this.cells.entries()) cells[0] = index < windows.length ? this.open.cell(windows[index]!, key) : DISCARD_CELL;
    this.assigned = 1;
    return windows;
  }

  private startEmpty(): void {
    this.late.count = 0;
    this.inGap.count = 0;
    this.keyless.count = 0;
  }

  /** Goes on filling `cells` up to the first row that needs a search; says which that is. */
  private fill(rows: KeyedRows): number {
    const { filled, cells, near } = this;
    const { cellOf } = this.open;
    let limit = rows.count;
    for (let index = 0; index < filled.length; index++) {
      if (filled[index]! >= limit) continue;
      limit = near.fill(rows, index, filled[index]!, limit, cellOf, cells[index]!);
      filled[index] = limit;
    }
    return limit;
  }

  private assignOne(rows: KeyedRows, position: number, passed: Passed): Exclude<Stop, 'end'> | null {
    const time = rows.times[rows.from + position]!;
    const key = rows.keys[rows.keyFrom + position]!;
    const { windows } = this.assigner;
    const paneStart = paneStartMs(this.assigner, time);
    const lastEndMs = paneStart + windows[0]!.endMs;
    if (time >= lastEndMs) return this.leaveOut(this.inGap, position);
    if (lastEndMs <= passed.lateMs) return this.leaveOut(this.late, position);
    let count = 0;
    while (count < windows.length && paneStart + windows[count]!.endMs > Math.max(time, passed.passedMs)) count += 1;
    if (count < windows.length && paneStart + windows[count]!.endMs > Math.max(time, passed.lateMs)) return 'fires';
    if (key < 0) return this.leaveOut(this.keyless, position);
    for (let index = 0; index < count; index++) {
      const window = this.near.window(time, index) ?? this.openNear(time, index, passed.passedMs);
      if (window === null) return 'full';
      this.found[index] = window;
    }
    if (!this.open.hasRoomFor(this.found, count, key)) return 'full';
    for (let index = 0; index < windows.length; index++) this.cells[index]![position] = index < count ? this.open.cell(this.found[index]!, key) : DISCARD_CELL;
    return null;
  }

  private leaveOut(outsiders: Outsiders, position: number): null {
    outsiders.rows[outsiders.count++] = position;
    for (const cells of this.cells) cells[position] = DISCARD_CELL;
    return null;
  }

  /** Window `index` of the pane of `time`, which stands among the near ones from now on if it is near. */
  private openNear(time: number, index: number, passedMs: number): OpenWindow | null {
    const window = this.windowOf(paneStartMs(this.assigner, time), index);
    if (window !== null) this.near.add(time, index, window, window.slot * this.open.keyCapacity, passedMs);
    return window;
  }

  private windowOf(paneStart: number, index: number): OpenWindow | null {
    const { startMs, endMs } = this.assigner.windows[index]!;
    return this.open.find(paneStart + endMs) ?? this.open.open(paneStart + startMs, paneStart + endMs);
  }
}
