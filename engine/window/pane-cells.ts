import { DISCARD_CELL } from '../aggregate/block';
import type { DirectSummary } from '../aggregate/number-summary';
import { addValue } from '../aggregate/number-summary';
import type { Assigner } from './assigner';
import { paneStartMs } from './assigner';
import type { KeyedRows } from './near-loops';
import { NearPanes } from './near-panes';
import type { OpenWindow, OpenWindows } from './open-windows';

/** Where the watermark stands: windows that end at or before `passedMs` have been passed, those up to `lateMs` take no more rows. */
export interface Passed {
  readonly passedMs: number;
  readonly lateMs: number;
}

/** Why `assign` ended: all rows done; a row that fires a window at once, has no key, or has no room for its cells. */
export type Stop = 'end' | 'fires' | 'keyless' | 'full';

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
  private readonly near: NearPanes;
  /** The layout of `open` that `near` knows. */
  private layout = 0;
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
  }

  /** To be called when the watermark has passed windows. */
  forget(): void {
    this.near.forget();
    this.layout = this.open.layout;
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

  /** As `assign`, for rows of one window each that are added to their cells on the way. */
  assignAdding(rows: KeyedRows, passed: Passed, into: DirectSummary): Stop {
    this.startEmpty();
    if (rows.count > 0) this.near.expect(rows.times[rows.from]!);
    for (let done = this.addEach(rows, 0, into); done < rows.count; done = this.addEach(rows, done + 1, into)) {
      const stop = this.assignOne(rows, done, passed);
      if (stop !== null) {
        this.assigned = done;
        return stop;
      }
      addValue(into.bank.values, this.cells[0]![done]! * into.bank.width, into.values[rows.from + done]!, into.countAt, into.offset);
    }
    this.assigned = rows.count;
    return 'end';
  }

  /** Assigns one row, which is not late, to its windows; false when there is no room. */
  assignSingle(time: number, key: number, { lateMs }: Passed): boolean {
    this.startEmpty();
    const { windows } = this.assigner;
    const paneStart = paneStartMs(this.assigner, time);
    let count = 0;
    for (; count < windows.length && paneStart + windows[count]!.endMs > Math.max(time, lateMs); count++) this.found[count] = this.windowOf(paneStart, count);
    if (!this.open.hasRoomFor(this.found, count, key)) return false;
    this.place(0, key, count);
    this.assigned = 1;
    return true;
  }

  /** The windows and cells of the only row assigned, which has `time`, earliest end first. */
  windowsOfSingle(time: number): readonly { readonly window: OpenWindow; readonly cell: number }[] {
    const paneStart = paneStartMs(this.assigner, time);
    return this.cells.flatMap((cells, index) => (cells[0] === DISCARD_CELL ? [] : { window: this.windowOf(paneStart, index), cell: cells[0]! })).reverse();
  }

  private startEmpty(): void {
    this.late.count = 0;
    this.inGap.count = 0;
  }

  private addEach(rows: KeyedRows, done: number, into: DirectSummary): number {
    this.followLayout();
    return this.near.addEach(rows, done, this.open.cellOf, into);
  }

  /** Goes on filling `cells` up to the first row that needs a search; says which that is. */
  private fill(rows: KeyedRows): number {
    const { filled, cells, near } = this;
    this.followLayout();
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
    const near = windows.length === 1 && key >= 0 ? this.near.window(time, 0) : null;
    if (near !== null && time < near.endMs) return this.placeIn(near, key, position);
    const paneStart = paneStartMs(this.assigner, time);
    const lastEndMs = paneStart + windows[0]!.endMs;
    if (time >= lastEndMs) return this.leaveOut(this.inGap, position);
    if (lastEndMs <= passed.lateMs) return this.leaveOut(this.late, position);
    let count = 0;
    while (count < windows.length && paneStart + windows[count]!.endMs > Math.max(time, passed.passedMs)) count += 1;
    if (count < windows.length && paneStart + windows[count]!.endMs > Math.max(time, passed.lateMs)) return key < 0 ? 'keyless' : 'fires';
    if (key < 0) return 'keyless';
    for (let index = 0; index < count; index++) this.found[index] = this.near.window(time, index) ?? this.openNear(time, index, passed.passedMs);
    if (!this.open.hasRoomFor(this.found, count, key)) return 'full';
    this.place(position, key, count);
    return null;
  }

  /** The only window of a row stands in the table of near panes, so that it has not been passed. */
  private placeIn(window: OpenWindow, key: number, position: number): 'full' | null {
    const cell = this.open.cell(window, key);
    this.cells[0]![position] = cell;
    return cell === DISCARD_CELL ? 'full' : null;
  }

  /** Makes the cells of `key` in the first `count` of `found` those of the row. */
  private place(position: number, key: number, count: number): void {
    for (let index = 0; index < this.cells.length; index++) this.cells[index]![position] = index < count ? this.open.cell(this.found[index]!, key) : DISCARD_CELL;
  }

  private leaveOut(outsiders: Outsiders, position: number): null {
    outsiders.rows[outsiders.count++] = position;
    for (const cells of this.cells) cells[position] = DISCARD_CELL;
    return null;
  }

  /** Window `index` of the pane of `time`, which stands among the near ones from now on if it is near. */
  private openNear(time: number, index: number, passedMs: number): OpenWindow {
    const window = this.windowOf(paneStartMs(this.assigner, time), index);
    this.followLayout();
    this.near.add(time, index, window, this.open.baseOf(window), passedMs);
    return window;
  }

  private followLayout(): void {
    if (this.layout !== this.open.layout) this.forget();
  }

  private windowOf(paneStart: number, index: number): OpenWindow {
    const { startMs, endMs } = this.assigner.windows[index]!;
    return this.open.find(paneStart + endMs) ?? this.open.open(paneStart + startMs, paneStart + endMs);
  }
}
