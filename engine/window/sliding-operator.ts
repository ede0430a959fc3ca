import { DISCARD_CELL } from '../aggregate/block';
import type { CellStore } from '../aggregate/cell-bank';
import type { Batch } from '../batch/batch';
import type { NumberBuilder } from '../codec/column-builder';
import { assert, PlanError } from '../error';
import type { Chunk, Operator, Output, Progress, SnapshotReader, SnapshotWriter } from '../operator/operator';
import { TimeQueue } from '../time/time-queue';
import type { SlidingSpec } from '../plan/nodes/window';
import type { Field } from '../schema/schema';
import { NO_PROGRESS } from '../time/progress-search';
import { CellPool } from './cell-pool';
import { cellAt, CellQueues } from './cell-queues';
import { countUpTo } from './count-up-to';
import { faultLetter } from './fault-letter';
import { KEY_WINDOWS_MAX, keysFull, SLIDING_KEPT_ROWS_MAX, SLIDING_ROWS_MAX } from './limits';
import { LiveKeys } from './live-keys';
import { numberBuilder, OwnResults } from './own-results';
import { RowAccounts } from './row-accounts';
import { SlidingCells } from './sliding-cells';
import { SlidingKeys } from './sliding-keys';
import { loadSliding, saveSliding } from './sliding-snapshot';
import { StateCells } from './state-cells';
import type { WindowOptions } from './window-options';

const BLOCK_ROWS = 4096;
/** Emitted rows that are gone are cut off their list when there are this many, and half of it. */
const GONE_ROWS_MIN = 1024;

/** A preview that would have to look at more rows one by one is left out. */
const PREVIEW_ROWS_MAX = 10_000;

/** Columns of results that may be previews. */
export const PREVIEW_FIELDS: readonly Field[] = [{ name: 'preview', type: 'bool', nullable: false }];

export interface SlidingOptions extends WindowOptions {
  readonly spec: SlidingSpec;
}

/** A result: of the row in `cell`, over what `content` holds. */
interface SlidingResult {
  readonly cell: number;
  readonly content: number;
  readonly startMs: number;
  readonly at: number;
}

/**
 * One result per row, over the rows of its key up to it. A row is a cell of its own; it waits until the watermark reaches
 * its time, then joins the queue of its key and gives its result:
 *
 *   queue of a key   ├── t - sizeMs ──┤r r r r r r t│   waiting   t' t'' …
 *                     gone             watermark ────┘
 *
 * Rows are added to their cells block by block; what the watermark does is played back row by row afterwards.
 */
export class SlidingOperator implements Operator {
  private readonly accounts: RowAccounts;
  private readonly liveKeys: LiveKeys;
  private readonly state: StateCells;
  private readonly stores: readonly CellStore[];
  private readonly cells = new SlidingCells();
  private readonly pool: CellPool;
  private readonly queues: CellQueues;
  private readonly keys: SlidingKeys;
  private readonly results: OwnResults;
  private readonly previewBuilder: NumberBuilder | null;
  private readonly rowsMax: number;
  private readonly blockRows: number;
  private readonly sizeMs: number;
  private readonly sizeRows: number;
  private readonly waiting = new TimeQueue();
  /** Rows in queues in order of time, from `gone` on; for windows of time. */
  private emitted: number[] = [];
  private gone = 0;
  private held = 0;
  private readonly keyOfRow = new Int32Array(BLOCK_ROWS);
  private readonly cellOfRow = new Int32Array(BLOCK_ROWS);
  private readonly one = new Int32Array(1);
  /** Progress of the chunk in work, and how many of its steps have been taken. */
  private progress: Progress = NO_PROGRESS;
  private step = 0;
  private watermarkMs = -Infinity;

  constructor(private readonly options: SlidingOptions) {
    const { states, aggregates, input, limits, spec, emit } = options;
    this.sizeMs = 'sizeMs' in spec ? spec.sizeMs : Infinity;
    this.sizeRows = 'rows' in spec ? spec.rows : Infinity;
    this.accounts = new RowAccounts(options);
    this.liveKeys = new LiveKeys(input, limits.keysMax);
    this.state = new StateCells(states, aggregates);
    this.stores = [...this.state.stores, this.cells];
    if (this.state.isBounded && 'rows' in spec && spec.rows > SLIDING_KEPT_ROWS_MAX) {
      throw new PlanError('WINDOW', `window sliding at ${options.node}: rows is ${spec.rows}, expected at most ${SLIDING_KEPT_ROWS_MAX} with an aggregate that keeps its values, as median does. Use fewer rows or other aggregates.`, { details: { path: options.node } });
    }
    this.rowsMax = Math.min(limits.cellsMax, SLIDING_ROWS_MAX);
    // Beside the rows: those of a block, one cell per key for its queue, one to read from.
    this.pool = new CellPool(this.stores, 2 * this.rowsMax + BLOCK_ROWS + 1);
    this.queues = new CellQueues(this.state, this.pool);
    this.keys = new SlidingKeys(this.cells, this.pool, emit === 'onArrival');
    this.results = new OwnResults(options, this.liveKeys);
    this.previewBuilder = emit === 'onArrival' ? numberBuilder(this.results.more[0]) : null;
    this.blockRows = this.state.isBounded || emit === 'onArrival' ? 1 : BLOCK_ROWS;
  }

  get counters(): RowAccounts['counters'] {
    return this.accounts.counters;
  }

  process(chunk: Chunk, _port: number, output: Output): void {
    const { batch, progress } = chunk;
    this.accounts.begin(chunk);
    this.progress = progress;
    this.step = 0;
    for (let row = 0; row < batch.rowCount; ) row += this.enter(batch, row, Math.min(this.blockRows, batch.rowCount - row), output);
    this.passSteps(Infinity, output);
    this.accounts.end(chunk, output);
    this.results.emit(chunk, this.counters, output);
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.accounts.log.watermarkMs);
    this.liveKeys.save(writer);
    saveSliding({ ...this.parts(), keyCount: this.liveKeys.size }, writer);
  }

  restore(reader: SnapshotReader): void {
    this.watermarkMs = reader.f64();
    this.accounts.log.restore(this.watermarkMs);
    this.liveKeys.load(reader);
    this.keys.reserve(this.liveKeys.size);
    this.held = loadSliding({ ...this.parts(), keyCount: this.liveKeys.size }, reader);
    if (this.sizeMs === Infinity) return;
    for (let key = 0; key < this.liveKeys.size; key++) {
      const queue = this.keys.findQueue(key);
      if (queue !== undefined) this.emitted.push(...CellQueues.cellsOf(queue));
    }
    this.emitted.sort((a, b) => this.cells.times[a]! - this.cells.times[b]!);
  }

  private parts(): { waiting: TimeQueue; keys: SlidingKeys; cells: SlidingCells; queues: CellQueues; pool: CellPool; stores: readonly CellStore[] } {
    const { waiting, keys, cells, queues, pool, stores } = this;
    return { waiting, keys, cells, queues, pool, stores };
  }

  /** Takes the rows [from, from + count), or those up to the first with a key for which there is no number; how many. */
  private enter(batch: Batch, from: number, count: number, output: Output): number {
    const { keyOfRow } = this;
    this.liveKeys.resolve(batch, from, count, keyOfRow);
    this.keys.reserve(this.liveKeys.size);
    if (keyOfRow[0]! < 0) {
      this.passSteps(batch.at[from]!, output);
      if (this.liveKeys.makeRoom(this.keys)) return 0;
      this.accounts.reject(batch, from, keysFull(this.options.limits), output);
      return 1;
    }
    if (this.blockRows === 1) {
      this.enterAlone(batch, from, output);
      return 1;
    }
    let taken = 0;
    for (; taken < count && keyOfRow[taken]! >= 0; taken++) this.cellOfRow[taken] = this.newCell(keyOfRow[taken]!);
    this.state.add({ batch, from, count: taken, cells: this.cellOfRow });
    for (let i = 0; i < taken; i++) {
      this.passSteps(batch.at[from + i]!, output);
      if (this.admits(batch, from + i, keyOfRow[i]!, output)) this.hold(batch, from + i, this.cellOfRow[i]!);
      else this.pool.release(this.cellOfRow[i]!);
    }
    return taken;
  }

  /** Takes a row that an accumulator may refuse, or of which there is a preview. */
  private enterAlone(batch: Batch, row: number, output: Output): void {
    this.passSteps(batch.at[row]!, output);
    const key = this.keyOfRow[0]!;
    if (!this.admits(batch, row, key, output)) return;
    const cell = this.newCell(key);
    this.one[0] = cell;
    const block = { batch, from: row, count: 1, cells: this.one };
    const refusal = this.state.refusalOf([block], 0);
    if (refusal !== null) {
      this.accounts.reject(batch, row, refusal, output);
      this.pool.release(cell);
      return;
    }
    this.state.add(block);
    this.hold(batch, row, cell);
    if (this.previewBuilder !== null) this.preview(cell, batch.at[row]!);
  }

  private newCell(key: number): number {
    const cell = this.pool.allocate(key);
    assert(cell !== DISCARD_CELL, 'the pool has room for the rows of a block');
    return cell;
  }

  /** Whether a row is in time and there is room for it. */
  private admits(batch: Batch, row: number, key: number, output: Output): boolean {
    const time = batch.eventTimeMs[row]!;
    if (time <= this.watermarkMs) {
      this.accounts.dropLate({ batch, row, windowEndMs: time + 1 }, output);
      return false;
    }
    const full = this.whatIsFull(key);
    if (full === null) return true;
    this.accounts.reject(batch, row, { code: 'WINDOW_LIMIT', message: `${full}. Use smaller windows, fewer keys or a smaller maxOutOfOrdernessMs.` }, output);
    return false;
  }

  /** Which bound one more row of `key` would exceed, or null. */
  private whatIsFull(key: number): string | null {
    if (this.held >= this.rowsMax) return `more than ${this.rowsMax} rows held over all keys`;
    if (this.state.isBounded && this.keys.rowsOf(key) >= SLIDING_KEPT_ROWS_MAX) return `more than ${SLIDING_KEPT_ROWS_MAX} rows of one key, with an aggregate that keeps its values`;
    if (this.previewBuilder !== null && this.keys.waitingOf(key).length >= KEY_WINDOWS_MAX) return `more than ${KEY_WINDOWS_MAX} rows of one key that wait, with previews`;
    return null;
  }

  private hold(batch: Batch, row: number, cell: number): void {
    const key = this.pool.keyOf[cell]!;
    const time = batch.eventTimeMs[row]!;
    this.cells.times[cell] = time;
    this.held += 1;
    this.counters.rowsInState += 1;
    this.keys.countRow(key);
    this.keys.addWaiting(key, cell);
    this.waiting.add(time, cell);
  }

  /** Takes the steps before input `at`. */
  private passSteps(at: number, output: Output): void {
    const { progress } = this;
    for (; this.step < progress.count && progress.at[this.step]! < at; this.step++) {
      this.watermarkMs = progress.watermarkMs[this.step]!;
      if (this.watermarkMs >= Math.min(this.waiting.firstMs, this.firstGoneMs())) this.advance(progress.at[this.step]!, output);
    }
  }

  /** From which watermark on the first row of all queues is needed no more. */
  private firstGoneMs(): number {
    return this.gone < this.emitted.length ? this.cells.times[this.emitted[this.gone]!]! + this.sizeMs - 1 : Infinity;
  }

  /** The time of the rows up to the watermark has come: they give their results. */
  private advance(at: number, output: Output): void {
    const { waiting, watermarkMs } = this;
    while (waiting.size > 0 && waiting.firstMs <= watermarkMs) {
      if (this.sizeMs === Infinity) this.advanceRow(waiting.pop(), at, output);
      else this.advancePeers(waiting.firstMs, at, output);
    }
    if (this.sizeMs !== Infinity) this.evictUpTo(watermarkMs + 1 - this.sizeMs);
    else if (watermarkMs === Infinity) this.evictAll();
  }

  /** A window of rows. */
  private advanceRow(cell: number, at: number, output: Output): void {
    const queue = this.queueUp(cell);
    const first = queue.front.at(-1) ?? queue.back[0]!;
    this.emit({ cell, content: this.queues.all(queue), startMs: this.cells.times[first]!, at }, output);
    if (queue.front.length + queue.back.length === this.sizeRows) this.evict(first);
  }

  /** Windows of time: rows of one time see each other. */
  private advancePeers(timeMs: number, at: number, output: Output): void {
    const { waiting } = this;
    this.evictUpTo(timeMs - this.sizeMs);
    const firstPeer = this.emitted.length;
    while (waiting.size > 0 && waiting.firstMs === timeMs) {
      const cell = waiting.pop();
      this.queueUp(cell);
      this.emitted.push(cell);
    }
    let content = DISCARD_CELL;
    let contentKey = -1;
    for (let index = firstPeer; index < this.emitted.length; index++) {
      const cell = this.emitted[index]!;
      const key = this.pool.keyOf[cell]!;
      if (key !== contentKey) content = this.queues.all(this.keys.queueOf(key));
      contentKey = key;
      this.emit({ cell, content, startMs: timeMs - this.sizeMs + 1, at }, output);
    }
  }

  private queueUp(cell: number): ReturnType<SlidingKeys['queueOf']> {
    const key = this.pool.keyOf[cell]!;
    this.keys.removeWaiting(key);
    const queue = this.keys.queueOf(key);
    this.queues.push(queue, cell);
    return queue;
  }

  private emit(result: SlidingResult, output: Output): void {
    const fault = this.state.faultOf(result.content);
    if (fault === null) {
      this.append(result, false);
      return;
    }
    const { node, input } = this.options;
    const { cell, startMs, at } = result;
    this.cells.faulty[cell] = 1;
    const window = { startMs, endMs: this.cells.times[cell]! + 1 };
    output.deadLetter(faultLetter({ node, window, key: this.pool.keyOf[cell]!, keys: this.liveKeys, input, at }, fault));
  }

  private append({ cell, content, startMs, at }: SlidingResult, isPreview: boolean): void {
    const time = this.cells.times[cell]!;
    this.results.place({ key: this.pool.keyOf[cell]!, startMs, endMs: time + 1, eventTimeMs: time, at });
    this.previewBuilder?.append(isPreview ? 1 : 0);
    this.one[0] = content;
    this.results.read(this.one, 1);
  }

  /** The result of a row that has just arrived, over the rows that are known by now. */
  private preview(cell: number, at: number): void {
    const { keys, cells, sizeMs, sizeRows } = this;
    const { times } = cells;
    const key = this.pool.keyOf[cell]!;
    const time = times[cell]!;
    const waiting = keys.waitingOf(key);
    const queue = keys.queueOf(key);
    const queued = queue.front.length + queue.back.length;
    const isOfRows = sizeMs === Infinity;
    const end = keys.countUpTo(waiting, time);
    const from = isOfRows ? Math.max(0, end - sizeRows) : keys.countUpTo(waiting, time - sizeMs);
    const queuedFrom = isOfRows ? Math.max(0, queued + end - from - sizeRows) : countUpTo(queued, index => times[cellAt(queue, index)]!, time - sizeMs);
    if (end - from + (queuedFrom < queue.front.length ? 0 : queued - queuedFrom) > PREVIEW_ROWS_MAX) return;
    const content = this.queues.from(queue, queuedFrom, waiting.slice(from, end));
    const first = queuedFrom < queued ? cellAt(queue, queuedFrom) : waiting[from]!;
    if (this.state.faultOf(content) === null) this.append({ cell, content, startMs: isOfRows ? times[first]! : time - sizeMs + 1, at }, true);
  }

  /** Forgets rows at or before `timeMs`; for windows of time. */
  private evictUpTo(timeMs: number): void {
    while (this.gone < this.emitted.length && this.cells.times[this.emitted[this.gone]!]! <= timeMs) this.evict(this.emitted[this.gone++]!);
    if (this.gone < GONE_ROWS_MIN || this.gone * 2 < this.emitted.length) return;
    this.emitted = this.emitted.slice(this.gone);
    this.gone = 0;
  }

  /** No row comes any more; for windows of rows. */
  private evictAll(): void {
    for (let key = 0; key < this.liveKeys.size; key++) {
      for (let queue = this.keys.findQueue(key); queue !== undefined; queue = this.keys.findQueue(key)) this.evict(queue.front.at(-1) ?? queue.back[0]!);
    }
  }

  /** Forgets the first row of the queue of its key. */
  private evict(cell: number): void {
    const key = this.pool.keyOf[cell]!;
    this.accounts.release(1, this.cells.faulty[cell] === 1);
    this.held -= 1;
    this.queues.evict(this.keys.queueOf(key));
    this.keys.uncountRow(key);
  }
}
