import { DISCARD_CELL } from '../aggregate/block';
import type { Batch } from '../batch/batch';
import type { Chunk, Operator, OperatorCounters, Output, Progress, SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { SessionSpec } from '../plan/nodes/window';
import { firstRowAfter, firstStepReaching, NO_PROGRESS } from '../time/progress-search';
import { EmittedRows } from './emitted-rows';
import { faultLetter } from './fault-letter';
import { keysFull, windowsFull } from './limits';
import { LiveKeys } from './live-keys';
import { RowAccounts } from './row-accounts';
import { OpenSessions } from './session-open';
import { fillPlain } from './session-plain';
import { SessionResults } from './session-results';
import { StateCells } from './state-cells';
import { floorToGrid } from './tumbling';
import type { WindowOptions } from './window-options';
import { hasRevisions } from './window-options';

const BLOCK_ROWS = 4096;

export interface SessionOptions extends WindowOptions {
  readonly spec: SessionSpec;
}

/** The rows [from, from + count) of a batch. */
interface BlockRows {
  readonly batch: Batch;
  readonly from: number;
  readonly count: number;
}

/**
 * Windowed aggregation by sessions. Most rows fall into the newest open session of their key; they are found by a look and
 * added column by column. Where each session fires once, its result waits for the rows of the block, too. Otherwise a row
 * that changes a session that has fired is taken alone, and so is every row when each gives a result or may be refused by
 * an accumulator.
 */
export class SessionOperator implements Operator {
  readonly counters: OperatorCounters;
  private readonly accounts: RowAccounts;
  private readonly keys: LiveKeys;
  private readonly state: StateCells;
  private readonly open: OpenSessions;
  private readonly results: SessionResults;
  /** What has been emitted of each session; null where sessions leave when they are over. */
  private readonly emitted: EmittedRows | null;
  /** Event time between previews of sessions; null: none, or after every row. */
  private readonly everyMs: number | null;
  /** The last multiple of it that the watermark has passed. */
  private previewedMs = -Infinity;
  private readonly isEachAlone: boolean;
  /** No row is added to a session that has fired, so that results can wait for the rows of their block. */
  private readonly firesOnce: boolean;
  private readonly keyOfRow = new Int32Array(BLOCK_ROWS);
  private readonly cellOfRow = new Int32Array(BLOCK_ROWS);
  private readonly one = new Int32Array(1);
  /** Of the block in work: rows that have been found a cell, those of them that have been added, those among the others that go into none. */
  private done = 0;
  private added = 0;
  private discarded = 0;
  /** Sessions that are over, and when, and pairs of sessions that are one: they wait until their rows have been added. */
  private readonly overCells: number[] = [];
  private readonly overAt: number[] = [];
  private readonly joins: number[] = [];
  /** Progress of the chunk in work, and the first step that has not been taken. */
  private progress: Progress = NO_PROGRESS;
  private step = 0;

  constructor(private readonly options: SessionOptions) {
    const { states, aggregates, input, limits, spec, allowedLatenessMs, emit } = options;
    this.emitted = emit === 'onClose' ? null : states.use('emitted', () => new EmittedRows(states.bank, states.rows));
    this.everyMs = typeof emit === 'object' ? emit.everyMs : null;
    this.accounts = new RowAccounts(options);
    this.counters = this.accounts.counters;
    this.keys = new LiveKeys(input, limits.keysMax);
    this.state = new StateCells(states, aggregates);
    this.open = new OpenSessions({ spec, allowedLatenessMs, isRevised: hasRevisions(options), stores: this.state.stores, sessionsMax: limits.cellsMax, overMax: BLOCK_ROWS });
    this.results = new SessionResults(options, this.keys, this.open.cells, this.open.pool);
    this.isEachAlone = this.state.isBounded || emit === 'onUpdate';
    this.firesOnce = allowedLatenessMs === 0 && emit === 'onClose' && !this.isEachAlone;
  }

  process(chunk: Chunk, _port: number, output: Output): void {
    const { batch } = chunk;
    this.accounts.begin(chunk);
    this.progress = chunk.progress;
    this.step = 0;
    for (let row = 0; row < batch.rowCount; ) row += this.enter(batch, row, Math.min(BLOCK_ROWS, batch.rowCount - row), output);
    for (let step = this.nextStep(); step < this.progress.count; step = this.nextStep()) this.pass(step, output);
    this.catchUp(output);
    this.accounts.end(chunk, output);
    this.results.emit(chunk, this.counters, output);
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.accounts.log.watermarkMs);
    this.keys.save(writer);
    this.open.save(this.keys.size, writer);
  }

  restore(reader: SnapshotReader): void {
    this.accounts.log.restore(reader.f64());
    this.previewedMs = this.previewUpTo(this.accounts.log.watermarkMs);
    this.keys.load(reader);
    this.open.load(this.keys.size, reader);
  }

  /** Takes the rows [from, from + count), or those up to one for which keys get other numbers; how many. */
  private enter(batch: Batch, from: number, count: number, output: Output): number {
    this.keys.resolve(batch, from, count, this.keyOfRow);
    this.open.reserveKeys(this.keys.size);
    const rows: BlockRows = { batch, from, count };
    this.done = 0;
    this.added = 0;
    while (this.done < count) {
      const step = this.nextStep();
      const upTo = step === this.progress.count ? count : Math.min(count, firstRowAfter(batch.at, from + this.done, this.progress.at[step]!) - from);
      const isAlone = this.fill(rows, upTo, output);
      if (isAlone && !this.enterNext(rows, output)) break;
      if (!isAlone && this.done === upTo && upTo < count && step === this.nextStep()) {
        if (!this.firesOnce && this.isNewsAt(this.progress.watermarkMs[step]!)) this.add(rows, output);
        this.pass(step, output);
      }
    }
    this.add(rows, output);
    return this.done;
  }

  /** Index of the next step at which a session may be due, or previews are. */
  private nextStep(): number {
    const previewMs = this.everyMs === null ? Infinity : this.previewedMs + this.everyMs - 1;
    return firstStepReaching(this.progress, this.step, Math.min(this.open.cells.dues.firstMs, previewMs));
  }

  /** The last multiple of the time between previews that a watermark has passed. */
  private previewUpTo(watermarkMs: number): number {
    if (this.everyMs === null) return -Infinity;
    return Number.isFinite(watermarkMs) ? floorToGrid(watermarkMs + 1, this.everyMs, 0) : watermarkMs;
  }

  private pass(step: number, output: Output): void {
    const watermarkMs = this.progress.watermarkMs[step]!;
    if (this.isNewsAt(watermarkMs)) this.advance(watermarkMs, this.progress.at[step]!, output);
    this.step = step + 1;
  }

  /** Whether a session is due, or previews are. */
  private isNewsAt(watermarkMs: number): boolean {
    return this.open.isAnyDue(watermarkMs) || this.previewUpTo(watermarkMs) > this.previewedMs;
  }

  /** Finds cells for rows below `upTo`, until one must be taken alone (true) or opens a session that is due soonest. */
  private fill({ batch, from }: BlockRows, upTo: number, output: Output): boolean {
    if (this.isEachAlone) return this.done < upTo;
    const quietMs = this.open.cells.dues.firstMs;
    const rows = { times: batch.eventTimeMs, from, to: upTo, keys: this.keyOfRow, cells: this.cellOfRow };
    for (;;) {
      this.done = fillPlain(rows, this.done, this.open, this.options.spec);
      if (this.done === upTo) return false;
      const key = this.keyOfRow[this.done]!;
      const cell = key < 0 ? -1 : this.cellFor(batch, from + this.done, key, output);
      if (cell < 0) return true;
      if (cell === DISCARD_CELL) this.discarded += 1;
      this.cellOfRow[this.done++] = cell;
      if (this.open.cells.dues.firstMs < quietMs) return false;
    }
  }

  /** The open session of a row, opened when there is none; `DISCARD_CELL` for rows that go into none, -1 for one to be taken alone. */
  private cellFor(batch: Batch, row: number, key: number, output: Output): number {
    const { open } = this;
    const { cells } = open;
    const time = batch.eventTimeMs[row]!;
    const { left, right } = open.find(key, time);
    if (left === 0 && right === 0) {
      const endMs = time + this.options.spec.gapMs;
      const watermarkMs = this.accounts.watermarkAt(batch.at[row]!);
      if (endMs - 1 > watermarkMs) return this.begin(batch, row, key, output);
      if (endMs - 1 + this.options.allowedLatenessMs > watermarkMs) return -1;
      this.accounts.dropLate({ batch, row, windowEndMs: endMs }, output);
      return DISCARD_CELL;
    }
    if (cells.isFired(left) || cells.isFired(right)) return -1;
    if (left !== 0 && right !== 0) {
      open.join(left, right);
      this.joins.push(left, right);
    }
    const cell = left === 0 ? right : left;
    open.grow(cell, time);
    return cell;
  }

  /** A new session of a row that is not late; `DISCARD_CELL` when there is no room. */
  private begin(batch: Batch, row: number, key: number, output: Output): number {
    const cell = this.open.begin(key, batch.eventTimeMs[row]!);
    if (cell === DISCARD_CELL) this.accounts.reject(batch, row, windowsFull(this.options.limits), output);
    return cell;
  }

  /** Adds the rows that have been found cells since the last call. */
  private add({ batch, from }: BlockRows, output: Output): void {
    const count = this.done - this.added;
    if (count > 0) this.state.add({ batch, from: from + this.added, count, cells: this.added === 0 ? this.cellOfRow : this.cellOfRow.subarray(this.added) });
    this.counters.rowsInState += count - this.discarded;
    this.added = this.done;
    this.discarded = 0;
    this.catchUp(output);
  }

  /** Joins the sessions, and emits those, that have waited for their rows. */
  private catchUp(output: Output): void {
    const { joins, overCells, overAt } = this;
    for (let index = 0; index < joins.length; index += 2) {
      this.state.merge(joins[index]!, joins[index + 1]!);
      this.open.pool.release(joins[index + 1]!);
    }
    joins.length = 0;
    if (this.state.canFail) overCells.forEach((cell, index) => this.emit([cell], overAt[index]!, output));
    else if (overCells.length > 0) this.results.append(overCells, overAt);
    for (const cell of overCells) this.release(cell);
    overCells.length = 0;
    overAt.length = 0;
  }

  /** Takes the next row alone, after those before it have been added; false when keys have got other numbers instead. */
  private enterNext(rows: BlockRows, output: Output): boolean {
    this.add(rows, output);
    const { batch, from } = rows;
    const row = from + this.done;
    const key = this.keyOfRow[this.done]!;
    if (key >= 0) this.enterAlone(batch, row, key, output);
    else if (this.keys.makeRoom(this.open)) return false;
    else this.accounts.reject(batch, row, keysFull(this.options.limits), output);
    this.done += 1;
    this.added = this.done;
    return true;
  }

  /** Takes a row whatever it does: joins sessions, grows one that has fired, gives a result at once, is late or refused. */
  private enterAlone(batch: Batch, row: number, key: number, output: Output): void {
    const { open } = this;
    const { spec, allowedLatenessMs } = this.options;
    const time = batch.eventTimeMs[row]!;
    const watermarkMs = this.accounts.watermarkAt(batch.at[row]!);
    const { left, right } = open.find(key, time);
    const known = left === 0 ? right : left;
    if (known === 0 && time + spec.gapMs - 1 + allowedLatenessMs <= watermarkMs) {
      this.accounts.dropLate({ batch, row, windowEndMs: time + spec.gapMs }, output);
      return;
    }
    const cell = known === 0 ? this.begin(batch, row, key, output) : known;
    if (cell === DISCARD_CELL) return;
    this.one[0] = cell;
    const block = { batch, from: row, count: 1, cells: this.one };
    const refusal = this.state.refusalOf([block], 0);
    if (refusal !== null) {
      if (known === 0) this.forget(cell);
      this.accounts.reject(batch, row, refusal, output);
      return;
    }
    if (left !== 0 && right !== 0) {
      open.join(left, right);
      this.state.merge(left, right);
      open.pool.release(right);
    }
    open.grow(cell, time);
    this.counters.rowsInState += 1;
    this.state.add(block);
    open.setFired(cell, open.cells.endMs(cell) - 1 <= watermarkMs);
    this.emitChanged(cell, batch.at[row]!, output);
  }

  /** After a row was added: what has fired leaves again, and every session if each row gives a result. */
  private emitChanged(cell: number, at: number, output: Output): void {
    if (this.open.cells.isFired(cell)) this.emit([cell], at, output);
    else if (this.options.emit === 'onUpdate' && this.state.faultOf(cell) === null) this.append([cell], at);
    this.open.choosePlain(this.open.pool.keyOf[cell]!);
  }

  private advance(watermarkMs: number, at: number, output: Output): void {
    const { open } = this;
    const { firing, over } = open.takeDue(watermarkMs);
    if (this.firesOnce) {
      for (const cell of firing) {
        open.forget(cell);
        this.overCells.push(cell);
        this.overAt.push(at);
      }
      return;
    }
    for (const cell of over) this.end(cell);
    this.emit(this.changed(firing), at, output);
    for (const cell of firing) {
      open.setFired(cell, true);
      if (open.cells.dueMs(cell) <= watermarkMs) this.end(cell);
    }
    this.preview(this.previewUpTo(watermarkMs), at);
  }

  /** Emits the open sessions that have changed, if the watermark has passed a further time for that. */
  private preview(passedMs: number, at: number): void {
    if (passedMs <= this.previewedMs) return;
    this.previewedMs = passedMs;
    const { open } = this;
    const cells = this.changed(open.unfired(this.keys.size)).filter(cell => this.state.faultOf(cell) === null);
    this.append(cells, at);
    for (const cell of cells) open.choosePlain(open.pool.keyOf[cell]!);
  }

  /** Those that have changed since they were emitted. */
  private changed(cells: readonly number[]): readonly number[] {
    const { emitted } = this;
    return emitted === null ? cells : cells.filter(cell => emitted.hasChanged(cell));
  }

  private emit(cells: readonly number[], at: number, output: Output): void {
    this.append(this.state.canFail ? cells.filter(cell => this.isSound(cell, at, output)) : cells, at);
  }

  private append(cells: readonly number[], at: number): void {
    this.results.append(cells, at);
    for (const cell of cells) {
      this.open.cells.countEmission(cell);
      this.emitted?.mark(cell);
    }
  }

  private isSound(cell: number, at: number, output: Output): boolean {
    const fault = this.state.faultOf(cell);
    if (fault === null) return true;
    const { node, input } = this.options;
    const { cells, pool } = this.open;
    const window = { startMs: cells.startMs(cell), endMs: cells.endMs(cell) };
    output.deadLetter(faultLetter({ node, window, key: pool.keyOf[cell]!, keys: this.keys, input, at }, fault));
    return false;
  }

  /** The session is over; its result has left. */
  private end(cell: number): void {
    this.open.forget(cell);
    this.release(cell);
  }

  private release(cell: number): void {
    this.accounts.release(this.state.rowsIn(cell), this.state.faultOf(cell) !== null);
    this.open.pool.release(cell);
  }

  /** Forgets a session without rows. */
  private forget(cell: number): void {
    this.open.forget(cell);
    this.open.pool.release(cell);
  }
}
