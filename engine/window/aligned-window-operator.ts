import type { RowBlock } from '../aggregate/block';
import { DISCARD_CELL } from '../aggregate/block';
import type { DirectSummary } from '../aggregate/number-summary';
import type { Batch } from '../batch/batch';
import type { Chunk, Operator, OperatorCounters, Output, SnapshotReader, SnapshotWriter } from '../operator/operator';
import { firstRowAfter, firstStepReaching, saysNothing } from '../time/progress-search';
import type { Assigner } from './assigner';
import { paneStartMs, passedEndMs } from './assigner';
import { CellPool } from './cell-pool';
import { HeldRows } from './held-rows';
import { keysFull, windowsFull } from './limits';
import { LiveKeys } from './live-keys';
import type { KeyedRows } from './near-loops';
import type { OpenWindow } from './open-windows';
import { OpenWindows } from './open-windows';
import type { Passed } from './pane-cells';
import { PaneCells } from './pane-cells';
import { RowAccounts } from './row-accounts';
import type { Reason } from './state-cells';
import { StateCells } from './state-cells';
import { floorToGrid } from './tumbling';
import { emissionMemory, WindowEmitter } from './window-emitter';
import { RowsByArrival } from './rows-by-arrival';
import type { WindowOptions } from './window-options';
import { loadWindows, saveWindows } from './window-snapshot';

/** Rows that are taken at once, fewer when each is in many windows. */
const BLOCK_ROWS_MAX = 4096;
const BLOCK_ROWS_MIN = 16;
const BLOCK_CELLS = 262_144;

export interface AlignedWindowOptions extends WindowOptions {
  readonly assigner: Assigner;
  /** Columns of the input that the aggregates read. */
  readonly aggregated: readonly number[];
}

/**
 * Windowed aggregation with windows that are the same for all keys.
 *
 * Between two watermarks at which a window ends or is forgotten nothing depends on the watermark, so all rows between
 * them are taken column by column; at those watermarks windows fire in order of their end.
 *
 *   rows       ········|··············|·····
 *   watermark        passes an end   passes the next
 */
export class AlignedWindowOperator implements Operator {
  readonly counters: OperatorCounters;
  private readonly accounts: RowAccounts;
  private readonly keys: LiveKeys;
  private readonly pool: CellPool;
  private readonly open: OpenWindows;
  private readonly panes: PaneCells;
  private readonly cells: StateCells;
  private readonly emitter: WindowEmitter;
  /** For windows that overlap across panes. */
  private readonly byArrival: RowsByArrival | null;
  /** Rows whose last window a cell is; null when every row has one window. */
  private readonly held: HeldRows | null;
  /** Event time between previews of windows; null: none, or after every row. */
  private readonly previewMs: number | null;
  private readonly onUpdate: boolean;
  /** Whether rows may be added to their cells while these are looked up: each has exactly one. */
  private readonly isDirect: boolean;
  private readonly blockRows: number;
  private readonly keyOfRow: Int32Array;
  private readonly windowsFull: Reason;
  private readonly keysFull: Reason;
  /** Below this watermark nothing fires, is forgotten or becomes late. */
  private quietBelowMs = -Infinity;
  /** The last multiple of `previewMs` that the watermark has passed. */
  private previewedMs = -Infinity;
  private passed: Passed = { passedMs: -Infinity, lateMs: -Infinity };

  constructor(private readonly options: AlignedWindowOptions) {
    const { states, input, limits, assigner, aggregates, emit } = options;
    const windowCount = assigner.windows.length;
    this.onUpdate = emit === 'onUpdate';
    this.byArrival = assigner.windows.some(({ startMs }) => startMs !== 0) ? new RowsByArrival(options.aggregated) : null;
    this.isDirect = windowCount === 1 && assigner.windows[0]!.endMs >= assigner.paneMs && !this.onUpdate;
    this.previewMs = typeof emit === 'object' ? emit.everyMs : null;
    this.blockRows = this.onUpdate ? 1 : Math.max(BLOCK_ROWS_MIN, Math.min(BLOCK_ROWS_MAX, Math.floor(BLOCK_CELLS / windowCount)));
    this.keyOfRow = new Int32Array(this.blockRows);
    this.windowsFull = windowsFull(limits);
    this.keysFull = keysFull(limits);
    this.accounts = new RowAccounts(options);
    this.counters = this.accounts.counters;
    const memory = emissionMemory(options);
    this.held = windowCount === 1 ? null : states.use('held', () => new HeldRows(states.bank));
    this.cells = new StateCells(states, aggregates);
    this.keys = new LiveKeys(input, limits.keysMax);
    this.pool = new CellPool(this.cells.stores, limits.cellsMax);
    this.open = new OpenWindows(this.pool);
    this.panes = new PaneCells(assigner, this.open, this.blockRows);
    this.emitter = new WindowEmitter(options, { keys: this.keys, pool: this.pool, cells: this.cells, memory });
  }

  process(chunk: Chunk, _port: number, output: Output): void {
    const { batch, progress } = chunk;
    this.accounts.begin(chunk);
    let row = 0;
    for (let step = firstStepReaching(progress, 0, this.quietBelowMs); step < progress.count; step = firstStepReaching(progress, step + 1, this.quietBelowMs)) {
      const at = progress.at[step]!;
      const upTo = firstRowAfter(batch.at, row, at);
      this.enter(batch, row, upTo, output);
      row = upTo;
      this.advance(progress.watermarkMs[step]!, at, output);
    }
    this.enter(batch, row, batch.rowCount, output);
    const results = this.emitter.take();
    this.counters.rowsOut += results.rowCount;
    if (results.rowCount > 0 || !saysNothing(progress)) output.emit({ batch: results, progress });
    this.accounts.end(chunk, output);
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.accounts.log.watermarkMs);
    this.keys.save(writer);
    saveWindows(this.open, this.pool, this.cells.stores, this.keys.size, writer);
  }

  restore(reader: SnapshotReader): void {
    const { log } = this.accounts;
    log.restore(reader.f64());
    this.setWatermark(log.watermarkMs);
    this.keys.load(reader);
    loadWindows(this.open, this.pool, this.cells.stores, this.keys.size, reader);
  }

  /** Takes the rows [from, to), between which no window ends. */
  private enter(batch: Batch, from: number, to: number, output: Output): void {
    const direct = this.isDirect && from < to ? this.cells.direct(batch) : null;
    for (let row = from; row < to; row += this.blockRows) {
      const count = Math.min(this.blockRows, to - row);
      this.resolveKeys(batch, row, 0, count);
      for (let done = 0; done < count; ) {
        done += this.enterRows(batch, { times: batch.eventTimeMs, from: row + done, keys: this.keyOfRow, keyFrom: done, count: count - done }, direct, output);
      }
    }
  }

  /** Takes rows up to the first that must be taken alone, and that one; says how many it took. */
  private enterRows(batch: Batch, rows: KeyedRows, direct: DirectSummary | null, output: Output): number {
    const { panes } = this;
    const why = direct === null ? panes.assign(rows, this.passed) : panes.assignAdding(rows, this.passed, direct);
    const { assigned } = panes;
    if (assigned > 0 && direct === null) this.add(batch, rows.from, output);
    else this.counters.rowsInState += assigned - this.leaveOut(batch, rows.from, output);
    const row = rows.from + assigned;
    if (why === 'end') {
      if (this.onUpdate) this.emitWindowsOf(batch, rows.from, output);
      return assigned;
    }
    if (why === 'keyless' && this.makeRoomForKey(batch, row, rows.keyFrom + assigned, rows.count - assigned)) return assigned;
    if (why === 'keyless') this.accounts.reject(batch, row, this.keysFull, output);
    else if (why === 'full') this.accounts.reject(batch, row, this.windowsFull, output);
    else this.enterFired(batch, row, rows.keys[rows.keyFrom + assigned]!, output);
    return assigned + 1;
  }

  /** Adds the assigned rows, the first of which is row `from`, to their cells. */
  private add(batch: Batch, from: number, output: Output): void {
    const { panes } = this;
    const { assigned: count } = panes;
    const out = this.leaveOut(batch, from, output);
    const blocks = panes.cells.map(cells => ({ batch, from, count, cells }));
    const refused = this.cells.isBounded ? this.refuse(blocks, output) : 0;
    this.counters.rowsInState += count - out - refused;
    this.held?.hold(blocks[0]!.cells, count);
    if (this.byArrival !== null && count > 1) this.cells.add(this.byArrival.join(blocks));
    else for (const block of blocks) this.cells.add(block);
  }

  /** Accounts for the assigned rows that are in no window, and says how many. */
  private leaveOut(batch: Batch, from: number, output: Output): number {
    const { late, inGap } = this.panes;
    for (let i = 0; i < late.count; i++) this.dropLate(batch, from + late.rows[i]!, output);
    for (let i = 0; i < inGap.count; i++) this.accounts.dropInGap(batch, from + inGap.rows[i]!, output);
    return late.count + inGap.count;
  }

  /** Sends rows that exceed a state's bound to the dead letters, and says how many. */
  private refuse(blocks: readonly RowBlock[], output: Output): number {
    const { batch, from, count } = blocks[0]!;
    let refused = 0;
    for (let i = 0; i < count; i++) {
      const entered = blocks.filter(block => block.cells[i] !== DISCARD_CELL);
      const broken = this.cells.refusalOf(entered, i);
      if (broken === null) continue;
      for (const block of entered) block.cells[i] = DISCARD_CELL;
      this.accounts.reject(batch, from + i, broken, output);
      refused += 1;
    }
    return refused;
  }

  /** A row that is not late, with a window that the watermark has passed: counted in, and the results of such windows leave again. */
  private enterFired(batch: Batch, row: number, key: number, output: Output): void {
    if (!this.panes.assignSingle(batch.eventTimeMs[row]!, key, this.passed)) {
      this.accounts.reject(batch, row, this.windowsFull, output);
      return;
    }
    this.add(batch, row, output);
    this.emitWindowsOf(batch, row, output);
  }

  /** Emits the windows of the only row assigned, if the watermark has passed them or windows leave with every row. */
  private emitWindowsOf(batch: Batch, row: number, output: Output): void {
    const windows = this.panes.windowsOfSingle(batch.eventTimeMs[row]!);
    for (const { window, cell } of windows) {
      if (window.endMs <= this.passed.passedMs) this.emitter.complete(window, Int32Array.of(cell), batch.at[row]!, output);
      else if (this.onUpdate) this.emitter.preview(window, Int32Array.of(cell), batch.at[row]!);
    }
  }

  private advance(watermarkMs: number, at: number, output: Output): void {
    const { inOrder } = this.open;
    const { passedMs: passedBefore } = this.passed;
    const previewedBefore = this.previewedMs;
    this.panes.forget();
    this.setWatermark(watermarkMs);
    const { passedMs, lateMs } = this.passed;
    const previews = this.previewedMs > previewedBefore;
    for (let index = this.open.firstEndingAfter(passedBefore); index < inOrder.length; index++) {
      const window = inOrder[index]!;
      const isComplete = window.endMs <= passedMs;
      if (!isComplete && !previews) break;
      const cells = this.open.cellsInKeyOrder(window, this.keys.size);
      if (isComplete) this.emitter.complete(window, cells, at, output);
      else this.emitter.preview(window, cells, at);
    }
    for (let first = inOrder[0]; first !== undefined && first.endMs <= lateMs; first = inOrder[0]) this.close(first);
  }

  private setWatermark(watermarkMs: number): void {
    const { assigner, allowedLatenessMs } = this.options;
    const { endGridMs } = assigner;
    const { previewMs } = this;
    this.passed = { passedMs: passedEndMs(assigner, watermarkMs), lateMs: passedEndMs(assigner, watermarkMs - allowedLatenessMs) };
    if (previewMs !== null) this.previewedMs = Number.isFinite(watermarkMs) ? floorToGrid(watermarkMs + 1, previewMs, 0) : watermarkMs;
    const nextPreviewMs = previewMs === null ? Infinity : this.previewedMs + previewMs;
    this.quietBelowMs = Math.min(this.passed.passedMs + endGridMs, this.passed.lateMs + endGridMs + allowedLatenessMs, nextPreviewMs) - 1;
  }

  private close(window: OpenWindow): void {
    const { held, cells: states, accounts, open } = this;
    const counted = held ?? this.options.states.rows;
    const cells = open.cellsOf(window);
    if (states.canFail) for (const cell of cells) accounts.release(counted.count(cell), states.faultOf(cell) !== null);
    else accounts.release(counted.total(cells), false);
    open.close(window, cells);
  }

  private dropLate(batch: Batch, row: number, output: Output): void {
    const { assigner } = this.options;
    const windowEndMs = paneStartMs(assigner, batch.eventTimeMs[row]!) + assigner.windows[0]!.endMs;
    this.accounts.dropLate({ batch, row, windowEndMs }, output);
  }

  private resolveKeys(batch: Batch, row: number, position: number, count: number): void {
    const keys = position === 0 ? this.keyOfRow : this.keyOfRow.subarray(position);
    this.keys.resolve(batch, row, count, keys);
    this.open.reserveKeys(this.keys.size);
  }

  /** Numbers the keys of `count` rows from `row` on again, after room was made; false when there is none for that of the first. */
  private makeRoomForKey(batch: Batch, row: number, position: number, count: number): boolean {
    if (!this.keys.makeRoom(this.open)) return false;
    this.resolveKeys(batch, row, position, count);
    return this.keyOfRow[position]! >= 0;
  }
}
