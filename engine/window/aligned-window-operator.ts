import type { AggregateState, StateBound } from '../aggregate/aggregate';
import type { BlockColumn, RowBlock } from '../aggregate/block';
import { DISCARD_CELL } from '../aggregate/block';
import type { CellStore } from '../aggregate/cell-bank';
import { RevisionCount } from '../aggregate/revision-count';
import type { Batch } from '../batch/batch';
import { emptyBatch } from '../batch/empty';
import { newCounters } from '../operator/counters';
import type { Chunk, Operator, Output, SnapshotReader, SnapshotWriter } from '../operator/operator';
import { rowLetter } from '../operator/row-letter';
import { firstRowAfter, firstStepReaching, NO_PROGRESS, saysNothing } from '../time/progress-search';
import { WatermarkLog } from '../time/watermark-log';
import type { Assigner } from './assigner';
import { paneStartMs, passedEndMs } from './assigner';
import { CellPool } from './cell-pool';
import { faultLetter } from './fault-letter';
import { HeldRows } from './held-rows';
import { KeyTable } from './key-table';
import type { WindowLimits } from './limits';
import type { OpenWindow } from './open-windows';
import { OpenWindows } from './open-windows';
import type { KeyedRows } from './near-panes';
import type { Outsiders, Passed } from './pane-cells';
import { PaneCells } from './pane-cells';
import { WindowResults } from './window-results';
import { loadWindows, saveWindows } from './window-snapshot';
import type { WindowOptions } from './window-options';

/** Rows that are taken at once, fewer when each is in many windows. */
const BLOCK_ROWS_MAX = 4096;
const BLOCK_ROWS_MIN = 16;
const BLOCK_CELLS = 262_144;

export interface AlignedWindowOptions extends WindowOptions {
  readonly assigner: Assigner;
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
  readonly counters = newCounters();
  private readonly keys: KeyTable;
  private readonly pool: CellPool;
  private readonly open: OpenWindows;
  private readonly panes: PaneCells;
  private readonly stores: readonly CellStore[];
  private readonly adders: readonly AggregateState[];
  private readonly bounds: readonly StateBound[];
  private readonly blockColumns: readonly BlockColumn[];
  private readonly results: WindowResults;
  private readonly revisions: RevisionCount | null;
  private readonly canFail: boolean;
  private readonly windowsFull: Reason;
  private readonly keysFull: Reason;
  private readonly blockRows: number;
  private readonly keyOfRow: Int32Array;
  /** Rows whose last window a cell is; null when every row has one window. */
  private readonly held: HeldRows | null;
  private readonly noRows: Batch;
  /** Below this watermark nothing fires, is forgotten or becomes late. */
  private quietBelowMs = -Infinity;
  private passed: Passed = { passedMs: -Infinity, lateMs: -Infinity };
  private readonly log = new WatermarkLog();
  /** Progress of the chunk in work. */
  private progress = NO_PROGRESS;

  constructor(private readonly options: AlignedWindowOptions) {
    const { states, input, limits, assigner } = options;
    const windowCount = assigner.windows.length;
    this.blockRows = Math.max(BLOCK_ROWS_MIN, Math.min(BLOCK_ROWS_MAX, Math.floor(BLOCK_CELLS / windowCount)));
    this.keyOfRow = new Int32Array(this.blockRows);
    this.held = windowCount === 1 ? null : states.use('held', () => new HeldRows(states.bank));
    this.windowsFull = windowsFull(limits);
    this.keysFull = keysFull(limits);
    this.revisions = options.allowedLatenessMs > 0 ? states.use('revisions', () => new RevisionCount(states.bank)) : null;
    this.canFail = options.aggregates.some(aggregate => aggregate.fault !== undefined);
    this.stores = states.stores;
    this.adders = states.adders;
    this.bounds = states.all.flatMap(state => state.bound ?? []);
    this.blockColumns = states.blockColumns;
    this.keys = new KeyTable(input, limits.keysMax);
    this.pool = new CellPool(this.stores, limits.cellsMax);
    this.open = new OpenWindows(this.pool, limits);
    this.panes = new PaneCells(assigner, this.open, this.blockRows);
    this.noRows = emptyBatch(options.schema);
    this.results = new WindowResults({
      schema: options.schema,
      keyColumnCount: input.keys.length,
      revisions: this.revisions,
      keys: this.keys,
      aggregates: options.aggregates
    });
  }

  process(chunk: Chunk, _port: number, output: Output): void {
    const { batch, progress } = chunk;
    this.counters.rowsIn += batch.rowCount;
    this.progress = progress;
    let row = 0;
    for (let step = firstStepReaching(progress, 0, this.quietBelowMs); step < progress.count; step = firstStepReaching(progress, step + 1, this.quietBelowMs)) {
      const at = progress.at[step]!;
      const upTo = firstRowAfter(batch.at, row, at);
      this.enter(batch, row, upTo, output);
      row = upTo;
      this.advance(progress.watermarkMs[step]!, at, output);
    }
    this.enter(batch, row, batch.rowCount, output);
    this.log.follow(progress);
    const results = this.results.rowCount > 0 ? this.results.take() : this.noRows;
    this.counters.rowsOut += results.rowCount;
    if (results.rowCount > 0 || !saysNothing(progress)) output.emit({ batch: results, progress });
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.log.watermarkMs);
    this.keys.save(writer);
    saveWindows(this.open, this.pool, this.stores, this.keys.size, writer);
  }

  restore(reader: SnapshotReader): void {
    this.log.restore(reader.f64());
    this.setWatermark(this.log.watermarkMs);
    this.keys.load(reader);
    loadWindows(this.open, this.stores, this.keys.size, reader);
  }

  /** Takes the rows [from, to), between which no window ends. */
  private enter(batch: Batch, from: number, to: number, output: Output): void {
    for (let row = from; row < to; row += this.blockRows) {
      const count = Math.min(this.blockRows, to - row);
      this.keys.resolve(batch, row, count, this.keyOfRow);
      if (this.keys.size > this.open.keyCapacity) this.makeRoomForKeys(count);
      for (let done = 0; done < count; ) {
        done += this.enterRows(batch, { times: batch.eventTimeMs, from: row + done, keys: this.keyOfRow, keyFrom: done, count: count - done }, output);
      }
    }
  }

  /** Takes at least one of `rows` and says how many it took. */
  private enterRows(batch: Batch, rows: KeyedRows, output: Output): number {
    const { panes } = this;
    const why = panes.assign(rows, this.passed);
    const { assigned } = panes;
    if (assigned > 0) this.add(batch, rows.from, output);
    if (why === 'end') return assigned;
    const row = rows.from + assigned;
    const key = rows.keys[rows.keyFrom + assigned]!;
    if (why === 'full') this.reject(batch, row, this.windowsFull, output);
    else if (key < 0) this.reject(batch, row, this.keysFull, output);
    else this.enterFired(batch, row, key, output);
    return assigned + 1;
  }

  /** Adds the assigned rows, the first of which is row `from`, to their cells. */
  private add(batch: Batch, from: number, output: Output): void {
    const { panes, counters } = this;
    const { late, inGap, keyless, assigned: count } = panes;
    each(late, position => this.dropLate(batch, from + position, output));
    each(inGap, position => this.dropInGap(batch, from + position, output));
    each(keyless, position => this.reject(batch, from + position, this.keysFull, output));
    const blocks = panes.cells.map(cells => ({ batch, from, count, cells }));
    const refused = this.bounds.length === 0 ? 0 : this.refuse(blocks, output);
    counters.rowsInState += count - late.count - inGap.count - keyless.count - refused;
    this.held?.hold(blocks[0]!.cells, count);
    for (const block of blocks) {
      for (const column of this.blockColumns) column.prepare(block);
      for (const state of this.adders) state.add(block);
    }
  }

  /** Sends rows that exceed a state's bound to the dead letters, and says how many. */
  private refuse(blocks: readonly RowBlock[], output: Output): number {
    const { batch, from, count } = blocks[0]!;
    let refused = 0;
    for (let i = 0; i < count; i++) {
      const entered = blocks.filter(block => block.cells[i] !== DISCARD_CELL);
      const broken = this.bounds.find(bound => !entered.every(block => bound.admits(block, i)));
      if (broken === undefined) {
        for (const block of entered) for (const bound of this.bounds) bound.reserve(block, i);
        continue;
      }
      for (const block of entered) block.cells[i] = DISCARD_CELL;
      this.reject(batch, from + i, broken, output);
      refused += 1;
    }
    return refused;
  }

  /** A row that is not late, with a window that the watermark has passed: counted in, and the results of such windows leave again. */
  private enterFired(batch: Batch, row: number, key: number, output: Output): void {
    const windows = this.panes.assignSingle(batch.eventTimeMs[row]!, key, this.passed);
    if (windows === null) {
      this.reject(batch, row, this.windowsFull, output);
      return;
    }
    const before = this.counters.rowsInState;
    this.add(batch, row, output);
    if (this.counters.rowsInState === before) return;
    for (let index = windows.length - 1; index >= 0 && windows[index]!.endMs <= this.passed.passedMs; index--) {
      this.emit(windows[index]!, Int32Array.of(this.panes.cells[index]![0]!), batch.at[row]!, output);
    }
  }

  private advance(watermarkMs: number, at: number, output: Output): void {
    const { inOrder } = this.open;
    const passedBefore = this.passed.passedMs;
    this.panes.forget();
    this.setWatermark(watermarkMs);
    const { passedMs, lateMs } = this.passed;
    for (let index = this.open.firstEndingAfter(passedBefore); index < inOrder.length; index++) {
      const window = inOrder[index]!;
      if (window.endMs > passedMs) break;
      this.emit(window, this.open.cellsInKeyOrder(window, this.keys.size), at, output);
    }
    for (let first = inOrder[0]; first !== undefined && first.endMs <= lateMs; first = inOrder[0]) this.close(first);
  }

  private setWatermark(watermarkMs: number): void {
    const { assigner, allowedLatenessMs } = this.options;
    const { endGridMs } = assigner;
    this.passed = { passedMs: passedEndMs(assigner, watermarkMs), lateMs: passedEndMs(assigner, watermarkMs - allowedLatenessMs) };
    this.quietBelowMs = Math.min(this.passed.passedMs + endGridMs, this.passed.lateMs + endGridMs + allowedLatenessMs) - 1;
  }

  private emit(window: OpenWindow, cells: Int32Array, at: number, output: Output): void {
    const filled = this.bounds.length === 0 ? cells : cells.filter(cell => this.options.states.rows.count(cell) > 0);
    const sound = this.canFail ? filled.filter(cell => this.isSound(window, cell, at, output)) : filled;
    this.results.append(window, sound, this.pool.keyOf, at);
    if (this.revisions !== null) for (const cell of filled) this.revisions.increment(cell);
  }

  private isSound(window: OpenWindow, cell: number, at: number, output: Output): boolean {
    const fault = this.faultOf(cell);
    if (fault === null) return true;
    output.deadLetter(faultLetter({ node: this.options.node, window, key: this.pool.keyOf[cell]!, keys: this.keys, input: this.options.input, at }, fault));
    return false;
  }

  private faultOf(cell: number): Reason | null {
    for (const aggregate of this.options.aggregates) {
      const fault = aggregate.fault?.(cell) ?? null;
      if (fault !== null) return fault;
    }
    return null;
  }

  private close(window: OpenWindow): void {
    const counted = this.held ?? this.options.states.rows;
    this.open.close(window, cell => {
      const rows = counted.count(cell);
      this.counters.rowsInState -= rows;
      if (!this.canFail || this.faultOf(cell) === null) this.counters.rowsReleased += rows;
      else this.counters.deadLetters += rows;
    });
  }

  private dropLate(batch: Batch, row: number, output: Output): void {
    const { node, assigner, latePolicy } = this.options;
    const eventTimeMs = batch.eventTimeMs[row]!;
    const windowEndMs = paneStartMs(assigner, eventTimeMs) + assigner.windows[0]!.endMs;
    const watermarkMs = this.log.watermarkAt(this.progress, batch.at[row]!);
    output.dropped({ at: batch.at[row]!, node, reason: 'late', eventTimeMs, watermarkMs, windowEndMs });
    if (latePolicy === 'drop') this.counters.late += 1;
    else this.reject(batch, row, { code: 'LATE', message: `the record of ${eventTimeMs} is late: its window ended at ${windowEndMs}, the watermark is ${watermarkMs}. Raise maxOutOfOrdernessMs or allowedLatenessMs to count such records in.` }, output);
  }

  private dropInGap(batch: Batch, row: number, output: Output): void {
    const at = batch.at[row]!;
    this.counters.inGap += 1;
    output.dropped({ at, node: this.options.node, reason: 'gap', eventTimeMs: batch.eventTimeMs[row]!, watermarkMs: this.log.watermarkAt(this.progress, at), windowEndMs: null });
  }

  private reject(batch: Batch, row: number, reason: Reason, output: Output): void {
    this.counters.deadLetters += 1;
    output.deadLetter(rowLetter(this.options.node, batch, row, reason));
  }

  private makeRoomForKeys(count: number): void {
    const { open } = this;
    const fits = open.reserveKeys(this.keys.size);
    this.panes.forget();
    if (fits) return;
    for (let i = 0; i < count; i++) if (this.keyOfRow[i]! >= open.keyCapacity) this.keyOfRow[i] = -1;
  }
}

interface Reason {
  readonly code: string;
  readonly message: string;
}

function each({ rows, count }: Outsiders, act: (position: number) => void): void {
  for (let i = 0; i < count; i++) act(rows[i]!);
}

function windowsFull({ cellsMax }: WindowLimits): Reason {
  return { code: 'WINDOW_LIMIT', message: `more than ${cellsMax} open windows over all keys. Use larger windows, fewer keys or a smaller maxOutOfOrdernessMs.` };
}

function keysFull({ keysMax }: WindowLimits): Reason {
  return { code: 'KEY_LIMIT', message: `more than ${keysMax} keys. Key by a column with fewer values.` };
}
