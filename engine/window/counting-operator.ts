import { DISCARD_CELL } from '../aggregate/block';
import type { Batch } from '../batch/batch';
import type { Chunk, Operator, Output, Progress, SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { CountingSpec } from '../plan/nodes/window';
import { CellPool } from './cell-pool';
import { CellQueues } from './cell-queues';
import { CountingKeys } from './counting-keys';
import type { CountingPanes } from './counting-panes';
import { countingPanes } from './counting-panes';
import { loadCounting, saveCounting } from './counting-snapshot';
import { faultLetter } from './fault-letter';
import { keysFull, windowsFull } from './limits';
import { LiveKeys } from './live-keys';
import type { PartialWindow } from './counting-partial';
import { partialWindows } from './counting-partial';
import { OwnResults } from './own-results';
import { RowAccounts } from './row-accounts';
import { StateCells } from './state-cells';
import { TimeSpan } from './time-span';
import type { WindowOptions } from './window-options';

const BLOCK_ROWS = 4096;

export interface CountingOptions extends WindowOptions {
  readonly spec: CountingSpec;
}

/** A window that is to be emitted, or a part of one. */
interface CountedWindow {
  readonly key: number;
  readonly cell: number;
  /** Rows that no further window needs. */
  readonly rows: number;
  readonly at: number;
}

/** A pane that is complete. */
interface EndedPane {
  readonly key: number;
  readonly cell: number;
  readonly endsWindow: boolean;
  readonly at: number;
}

/**
 * Windowed aggregation by numbers of rows, per key in order of arrival. Rows are added to panes column by column; panes that
 * are complete are put together after each block, in the order in which their last rows came.
 */
export class CountingOperator implements Operator {
  private readonly accounts: RowAccounts;
  private readonly keys: LiveKeys;
  private readonly span: TimeSpan;
  private readonly state: StateCells;
  private readonly pool: CellPool;
  private readonly queues: CellQueues;
  private readonly plan: CountingPanes;
  private readonly counts: CountingKeys;
  private readonly results: OwnResults;
  private readonly blockRows: number;
  private readonly keyOfRow = new Int32Array(BLOCK_ROWS);
  private readonly cellOfRow = new Int32Array(BLOCK_ROWS);
  private readonly one = new Int32Array(1);
  private ended: EndedPane[] = [];
  private discarded = 0;
  /** Panes that have rows. */
  private openPanes = 0;

  constructor(private readonly options: CountingOptions) {
    const { states, aggregates, input, limits, spec } = options;
    this.span = states.use('span', () => new TimeSpan(states.bank));
    this.accounts = new RowAccounts(options);
    this.keys = new LiveKeys(input, limits.keysMax);
    this.state = new StateCells(states, aggregates);
    // Beside the panes: those of a block that are done with, one cell per key for its queue, one to read from.
    this.pool = new CellPool(this.state.stores, 2 * limits.cellsMax + BLOCK_ROWS + 1);
    this.queues = new CellQueues(this.state, this.pool);
    this.plan = countingPanes(spec);
    this.counts = new CountingKeys(this.plan);
    this.results = new OwnResults(options, this.keys);
    this.blockRows = this.state.isBounded ? 1 : BLOCK_ROWS;
  }

  get counters(): RowAccounts['counters'] {
    return this.accounts.counters;
  }

  process(chunk: Chunk, _port: number, output: Output): void {
    const { batch, progress } = chunk;
    this.accounts.begin(chunk);
    for (let row = 0; row < batch.rowCount; ) row += this.enter(batch, row, Math.min(this.blockRows, batch.rowCount - row), output);
    if (this.options.spec.emitPartial) this.emitPartial(progress, output);
    this.accounts.end(chunk, output);
    this.results.emit(chunk, this.counters, output);
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.accounts.log.watermarkMs);
    this.keys.save(writer);
    saveCounting(this.counts, this.keys.size, this.state.stores, writer);
  }

  restore(reader: SnapshotReader): void {
    this.accounts.log.restore(reader.f64());
    this.keys.load(reader);
    this.counts.reserve(this.keys.size);
    const { counts, queues, pool } = this;
    this.openPanes = loadCounting({ counts, queues, pool, keyCount: this.keys.size, stores: this.state.stores }, reader);
  }

  /** Takes the rows [from, from + count), or those up to the first for which keys get other numbers; how many. */
  private enter(batch: Batch, from: number, count: number, output: Output): number {
    this.keys.resolve(batch, from, count, this.keyOfRow);
    this.counts.reserve(this.keys.size);
    this.discarded = 0;
    let taken = 0;
    for (; taken < count; taken++) {
      const key = this.keyOfRow[taken]!;
      if (key < 0 && taken > 0) break;
      if (key < 0 && this.keys.makeRoom(this.counts)) return 0;
      this.cellOfRow[taken] = this.paneOf(batch, from + taken, key, output);
      if (this.cellOfRow[taken] === DISCARD_CELL) this.discarded += 1;
    }
    this.counters.rowsInState += taken - this.discarded;
    this.state.add({ batch, from, count: taken, cells: this.cellOfRow });
    for (const pane of this.ended) this.endPane(pane, output);
    this.ended = [];
    return taken;
  }

  /** The cell of a row; `DISCARD_CELL` for those that go into no window. */
  private paneOf(batch: Batch, row: number, key: number, output: Output): number {
    const { counts, plan } = this;
    if (key < 0) {
      this.accounts.reject(batch, row, keysFull(this.options.limits), output);
      return DISCARD_CELL;
    }
    if (counts.position[key]! >= plan.gapFrom) {
      this.accounts.dropInGap(batch, row, output);
      counts.step(key);
      return DISCARD_CELL;
    }
    const cell = this.openPane(batch, row, key, output);
    if (cell === DISCARD_CELL) return cell;
    const ended = counts.step(key);
    if (ended === null) return cell;
    if (ended.endsWindow) this.openPanes -= plan.ends.length;
    this.ended.push({ key, cell, at: batch.at[row]!, ...ended });
    return cell;
  }

  /** The open pane of `key`, opened when there is none; `DISCARD_CELL` when the row must not be added. */
  private openPane(batch: Batch, row: number, key: number, output: Output): number {
    const { limits } = this.options;
    const known = this.counts.cell[key]!;
    const cell = known !== 0 ? known : this.openPanes < limits.cellsMax ? this.pool.allocate(key) : DISCARD_CELL;
    if (cell === DISCARD_CELL) {
      this.accounts.reject(batch, row, windowsFull(limits), output);
      return cell;
    }
    this.one[0] = cell;
    const refusal = this.state.isBounded ? this.state.refusalOf([{ batch, from: row, count: 1, cells: this.one }], 0) : null;
    if (refusal !== null) {
      this.accounts.reject(batch, row, refusal, output);
      if (known === 0) this.pool.release(cell);
      return DISCARD_CELL;
    }
    if (known === 0) {
      this.counts.cell[key] = cell;
      this.openPanes += 1;
    }
    return cell;
  }

  /** Puts a complete pane to the others of its key; emits the window that it completes. */
  private endPane({ key, cell, endsWindow, at }: EndedPane, output: Output): void {
    const { rows, hopRows } = this.options.spec;
    if (this.plan.perWindow === 1) {
      this.emit({ key, cell, rows: Math.min(rows, hopRows), at }, output);
      this.pool.release(cell);
      return;
    }
    const queue = this.counts.queueOf(key);
    this.queues.push(queue, cell);
    if (!endsWindow) return;
    this.emit({ key, cell: this.queues.all(queue), rows: hopRows, at }, output);
    for (let i = 0; i < this.plan.ends.length; i++) this.queues.evict(queue);
  }

  private emit({ key, cell, rows, at }: CountedWindow, output: Output): void {
    const startMs = this.span.firstMs(cell);
    const lastMs = this.span.lastMs(cell);
    const fault = this.state.faultOf(cell);
    this.accounts.release(rows, fault !== null);
    if (fault !== null) {
      const { node, input } = this.options;
      output.deadLetter(faultLetter({ node, window: { startMs, endMs: lastMs + 1 }, key, keys: this.keys, input, at }, fault));
      return;
    }
    this.results.place({ key, startMs, endMs: lastMs + 1, eventTimeMs: Math.max(lastMs, this.accounts.watermarkAt(at) + 1), at });
    this.one[0] = cell;
    this.results.read(this.one, 1);
  }

  /** At the end of a bounded input: emits the windows that have begun, and forgets all keys. */
  private emitPartial({ count, at, watermarkMs }: Progress, output: Output): void {
    if (count === 0 || watermarkMs[count - 1] !== Infinity) return;
    const { counts, queues, keys, plan, span } = this;
    const windows: PartialWindow[] = [];
    for (let key = 0; key < keys.size; key++) {
      if (counts.isLive(key)) windows.push(...partialWindows(key, { counts, queues, plan, span }));
    }
    windows.sort((a, b) => a.endMs - b.endMs || a.startMs - b.startMs || a.key - b.key);
    for (const { key, rows, cells, index } of windows) this.emit({ key, rows, cell: queues.fromCell(cells, index), at: at[count - 1]! }, output);
    for (let key = 0; key < keys.size; key++) if (counts.isLive(key)) queues.drop(counts.queueOf(key));
    counts.forgetAll();
    this.openPanes = 0;
  }
}
