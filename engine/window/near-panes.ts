import type { DirectSummary } from '../aggregate/number-summary';
import type { Assigner } from './assigner';
import { paneStartMs } from './assigner';
import type { KeyedRows, NearTable } from './near-loops';
import { addWhole, fillEnding, fillWhole, nearPane } from './near-loops';
import type { OpenWindow } from './open-windows';

const PANES_MAX = 1024;
const PANES_MIN = 8;
/** Panes times windows per pane. */
const ENTRIES = 65_536;
/** About 70 years; with longer panes doubles could not tell the last millisecond of one from the first of the next. */
const PANE_MS_MAX = 2 ** 51 / PANES_MAX;

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
    const table = this.table(index);
    if (endMs >= paneMs) return fillWhole(table, rows, done, limit, cellOf, cells);
    return fillEnding(table, { paneMs, endMs, optional: index > 0 }, rows, done, limit, cellOf, cells);
  }

  /** As `fill` for the only window of each row, but adds the values of the rows to their cells. */
  addEach(rows: KeyedRows, done: number, cellOf: Int32Array, into: DirectSummary): number {
    return addWhole(this.table(0), rows, done, cellOf, into);
  }

  private table(index: number): NearTable {
    const { paneMs } = this.assigner;
    const { originMs, limitMs, perMs } = this;
    const base = this.bases[index]!;
    const startMs = originMs + this.likely * paneMs;
    return { base, perMs, originMs, limitMs, startMs, endMs: startMs + paneMs, likelyBase: base[this.likely]! };
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
