import { DISCARD_CELL } from '../aggregate/block';
import type { Assigner } from './assigner';
import { paneStartMs } from './assigner';
import type { OpenWindow } from './open-windows';

const PANES_MAX = 1024;
const PANES_MIN = 8;
/** Panes times windows per pane. */
const ENTRIES = 65_536;
/** About 70 years; with longer panes doubles could not tell the last millisecond of one from the first of the next. */
const PANE_MS_MAX = 2 ** 51 / PANES_MAX;

/** Rows of a batch from `from` on, and their keys from `keyFrom` on. */
export interface KeyedRows {
  readonly times: Float64Array;
  readonly from: number;
  readonly keys: Int32Array;
  readonly keyFrom: number;
  readonly count: number;
}

/**
 * Rows of out-of-order streams jump between a few windows, so the windows of the panes next to be passed by the watermark
 * stand in a table by pane number; what is not in it takes a search:
 *
 *   base[0]        base[1]       base[2] …            place of the window's first cell in `OpenWindows.cellOf`, -1: search
 *   |─── pane ───|─── pane ───|─── pane ───|
 *   originMs                               limitMs
 *
 * With several windows per record there is one such table for each.
 */
export class NearPanes {
  private readonly paneCount: number;
  private readonly bases: readonly Int32Array[];
  private readonly windows: readonly (OpenWindow | null)[][];
  private readonly perMs: number;
  private originMs = NaN;
  private limitMs = NaN;
  /** The pane that the next rows are likely to be in. */
  private likely = 0;
  private used = 0;

  constructor(private readonly assigner: Assigner) {
    const paneCount = Math.max(PANES_MIN, Math.min(PANES_MAX, Math.floor(ENTRIES / assigner.windows.length)));
    this.paneCount = paneCount;
    this.bases = assigner.windows.map(() => new Int32Array(paneCount).fill(-1));
    this.windows = assigner.windows.map(() => new Array<OpenWindow | null>(paneCount).fill(null));
    this.perMs = 1 / assigner.paneMs;
  }

  /** To be called when the watermark has passed windows or places in `cellOf` have changed. */
  forget(): void {
    for (const base of this.bases) base.fill(-1, 0, this.used);
    for (const windows of this.windows) windows.fill(null, 0, this.used);
    this.used = 0;
    this.likely = 0;
    this.originMs = NaN;
    this.limitMs = NaN;
  }

  /** Rows come in runs of one pane: the pane of `time` is looked at first. */
  expect(time: number): void {
    if (this.isNear(time)) this.likely = nearPane(time, this.originMs, this.perMs);
  }

  /** Window `index` of the pane of `time`, if it stands in the table. */
  window(time: number, index: number): OpenWindow | null {
    return this.isNear(time) ? this.windows[index]![nearPane(time, this.originMs, this.perMs)]! : null;
  }

  /** Takes window `index` of the pane of `time`, whose first cell has place `base`, into the table if the pane is near. */
  add(time: number, index: number, window: OpenWindow, base: number, passedMs: number): void {
    if (this.assigner.paneMs > PANE_MS_MAX) return;
    if (Number.isNaN(this.originMs)) this.begin(time, passedMs);
    if (!this.isNear(time)) return;
    const pane = nearPane(time, this.originMs, this.perMs);
    this.bases[index]![pane] = base;
    this.windows[index]![pane] = window;
    this.used = Math.max(this.used, pane + 1);
    this.likely = pane;
  }

  /**
   * Writes the cell of window `index` of each row from `done` on to `cells`, up to `limit` or a row that needs a search;
   * says where it ended.
   */
  fill(rows: KeyedRows, index: number, done: number, limit: number, cellOf: Int32Array, cells: Int32Array): number {
    const { paneMs, windows } = this.assigner;
    const { endMs } = windows[index]!;
    const base = this.bases[index]!;
    const startMs = this.originMs + this.likely * paneMs;
    const table: NearTable = { base, perMs: this.perMs, originMs: this.originMs, limitMs: this.limitMs, startMs, endMs: startMs + paneMs, likelyBase: base[this.likely]! };
    if (endMs >= paneMs) return fillWhole(table, rows, done, limit, cellOf, cells);
    return fillEnding(table, { paneMs, endMs, optional: index > 0 }, rows, done, limit, cellOf, cells);
  }

  private isNear(time: number): boolean {
    return time >= this.originMs && time < this.limitMs;
  }

  /** The table begins with the first pane that has a window after `passedMs`. */
  private begin(time: number, passedMs: number): void {
    const { assigner, paneCount } = this;
    const { paneMs } = assigner;
    this.originMs = Number.isFinite(passedMs) ? paneStartMs(assigner, passedMs - assigner.windows[0]!.endMs) + paneMs : paneStartMs(assigner, time) - (paneCount / 2) * paneMs;
    this.limitMs = this.originMs + paneCount * paneMs;
  }
}

/** The table of one window of the panes [originMs, limitMs), and the pane that is looked at first. */
interface NearTable {
  readonly base: Int32Array;
  readonly perMs: number;
  readonly originMs: number;
  readonly limitMs: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly likelyBase: number;
}

/** Times are whole, so half a millisecond keeps the product off the integers and its rounding cannot change the pane. */
function nearPane(time: number, originMs: number, perMs: number): number {
  return ((time - originMs + 0.5) * perMs) | 0;
}

/** Place of the first cell of the window of `time`, -1 when that takes a search. */
function baseAt(time: number, base: Int32Array, originMs: number, limitMs: number, perMs: number): number {
  return time >= originMs && time < limitMs ? base[nearPane(time, originMs, perMs)]! : -1;
}

/**
 * Four rows per turn and nothing but numbers and arrays in local variables: V8 looks at length and address of every array
 * again in each turn, and at the fields of an object at each use.
 */
function fillWhole(table: NearTable, { times, from, keys, keyFrom }: KeyedRows, done: number, limit: number, cellOf: Int32Array, cells: Int32Array): number {
  const { base, perMs, originMs, limitMs, startMs, endMs, likelyBase } = table;
  let i = done;
  for (; i + 4 <= limit; i += 4) {
    const row = from + i;
    const time0 = times[row]!;
    const time1 = times[row + 1]!;
    const time2 = times[row + 2]!;
    const time3 = times[row + 3]!;
    const base0 = time0 >= startMs && time0 < endMs ? likelyBase : baseAt(time0, base, originMs, limitMs, perMs);
    const base1 = time1 >= startMs && time1 < endMs ? likelyBase : baseAt(time1, base, originMs, limitMs, perMs);
    const base2 = time2 >= startMs && time2 < endMs ? likelyBase : baseAt(time2, base, originMs, limitMs, perMs);
    const base3 = time3 >= startMs && time3 < endMs ? likelyBase : baseAt(time3, base, originMs, limitMs, perMs);
    const key = keyFrom + i;
    const key0 = keys[key]!;
    const key1 = keys[key + 1]!;
    const key2 = keys[key + 2]!;
    const key3 = keys[key + 3]!;
    if ((base0 | base1 | base2 | base3 | key0 | key1 | key2 | key3) < 0) break;
    const cell0 = cellOf[base0 + key0]!;
    const cell1 = cellOf[base1 + key1]!;
    const cell2 = cellOf[base2 + key2]!;
    const cell3 = cellOf[base3 + key3]!;
    if (cell0 === DISCARD_CELL || cell1 === DISCARD_CELL || cell2 === DISCARD_CELL || cell3 === DISCARD_CELL) break;
    cells[i] = cell0;
    cells[i + 1] = cell1;
    cells[i + 2] = cell2;
    cells[i + 3] = cell3;
  }
  for (; i < limit; i++) {
    const key = keys[keyFrom + i]!;
    const first = baseAt(times[from + i]!, base, originMs, limitMs, perMs);
    const cell = (first | key) < 0 ? DISCARD_CELL : cellOf[first + key]!;
    if (cell === DISCARD_CELL) break;
    cells[i] = cell;
  }
  return i;
}

/** A window that ends within its panes: an `optional` one is passed over by rows after its end, which are in others. */
interface EndingWindow {
  readonly paneMs: number;
  readonly endMs: number;
  readonly optional: boolean;
}

function fillEnding(table: NearTable, { paneMs, endMs, optional }: EndingWindow, { times, from, keys, keyFrom }: KeyedRows, done: number, limit: number, cellOf: Int32Array, cells: Int32Array): number {
  const { base, perMs, originMs, limitMs } = table;
  let i = done;
  for (; i < limit; i++) {
    const time = times[from + i]!;
    if (!(time >= originMs && time < limitMs)) break;
    const pane = nearPane(time, originMs, perMs);
    const isAfter = time >= originMs + pane * paneMs + endMs;
    const key = keys[keyFrom + i]!;
    const first = base[pane]!;
    const cell = isAfter || (first | key) < 0 ? DISCARD_CELL : cellOf[first + key]!;
    if (cell === DISCARD_CELL && !(isAfter && optional)) break;
    cells[i] = cell;
  }
  return i;
}
