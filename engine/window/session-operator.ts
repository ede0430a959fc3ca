import { DISCARD_CELL } from '../aggregate/block';
import type { CellStore } from '../aggregate/cell-bank';
import type { Batch } from '../batch/batch';
import type { Chunk, Operator, Output, Progress, SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { SessionSpec } from '../plan/nodes/window';
import { firstRowAfter, firstStepReaching, NO_PROGRESS } from '../time/progress-search';
import { CellPool } from './cell-pool';
import { faultLetter } from './fault-letter';
import { keysFull, windowsFull } from './limits';
import type { KeyState } from './live-keys';
import { LiveKeys } from './live-keys';
import { RowAccounts } from './row-accounts';
import { SessionCells } from './session-cells';
import { SessionLists } from './session-lists';
import { SessionResults } from './session-results';
import { loadSessions, saveSessions } from './session-snapshot';
import { StateCells } from './state-cells';
import type { WindowOptions } from './window-options';

const BLOCK_ROWS = 4096;

export interface SessionOptions extends WindowOptions {
  readonly spec: SessionSpec;
}

/** A row and its key. */
interface KeyedRow {
  readonly batch: Batch;
  readonly row: number;
  readonly key: number;
}

/**
 * Windowed aggregation by sessions. Most rows fall into the newest open session of their key: between two watermarks at
 * which a session is due they are taken column by column. A row that joins two sessions, or one that has fired, is taken
 * alone; so is every row when each gives a result or may be refused by an accumulator.
 */
export class SessionOperator implements Operator, KeyState {
  private readonly accounts: RowAccounts;
  private readonly keys: LiveKeys;
  private readonly state: StateCells;
  private readonly stores: readonly CellStore[];
  private readonly cells: SessionCells;
  private readonly pool: CellPool;
  private readonly sessions: SessionLists;
  private readonly results: SessionResults;
  private readonly isEachAlone: boolean;
  /** At key + 1: the newest session of the key when a row may simply be added to it, or 0. */
  private plain = new Int32Array(64);
  private readonly keyOfRow = new Int32Array(BLOCK_ROWS);
  private readonly cellOfRow = new Int32Array(BLOCK_ROWS);
  /** Of the block in work: rows that have been found a cell, those of them that have been added, those among the others that go into none. */
  private done = 0;
  private added = 0;
  private discarded = 0;
  /** Progress of the chunk in work, and the first step that has not been taken. */
  private progress: Progress = NO_PROGRESS;
  private step = 0;
  /** A row on its own. */
  private readonly one = new Int32Array(1);

  constructor(private readonly options: SessionOptions) {
    const { states, aggregates, input, limits, spec, allowedLatenessMs } = options;
    this.accounts = new RowAccounts(options);
    this.keys = new LiveKeys(input, limits.keysMax);
    this.state = new StateCells(states, aggregates);
    this.cells = new SessionCells(allowedLatenessMs);
    this.stores = [...this.state.stores, this.cells];
    this.pool = new CellPool(this.stores, limits.cellsMax);
    this.sessions = new SessionLists(spec, this.cells);
    this.results = new SessionResults(options, this.keys, this.cells, this.pool);
    this.isEachAlone = this.state.isBounded || options.emit === 'onUpdate';
  }

  get counters(): RowAccounts['counters'] {
    return this.accounts.counters;
  }

  process(chunk: Chunk, _port: number, output: Output): void {
    const { batch } = chunk;
    this.accounts.begin(chunk);
    this.progress = chunk.progress;
    this.step = 0;
    for (let row = 0; row < batch.rowCount; ) row += this.enter(batch, row, Math.min(BLOCK_ROWS, batch.rowCount - row), output);
    for (let step = this.nextStep(); step < this.progress.count; step = this.nextStep()) this.pass(step, output);
    this.accounts.end(chunk, output);
    this.results.emit(chunk, this.counters, output);
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.accounts.log.watermarkMs);
    this.keys.save(writer);
    saveSessions(this.sessions, this.keys.size, this.stores, writer);
  }

  restore(reader: SnapshotReader): void {
    this.accounts.log.restore(reader.f64());
    this.keys.load(reader);
    this.reserveKeys();
    loadSessions({ sessions: this.sessions, pool: this.pool, stores: this.stores, keyCount: this.keys.size }, reader);
    for (let key = 0; key < this.keys.size; key++) this.choosePlain(key);
  }

  get liveCount(): number {
    return this.sessions.liveCount;
  }

  isLive(key: number): boolean {
    return this.sessions.newestOf(key) !== 0;
  }

  renumber(numbers: Int32Array): void {
    for (let key = 0; key < numbers.length; key++) for (const cell of this.sessions.of(key)) this.pool.keyOf[cell] = numbers[key]!;
    this.sessions.renumber(numbers);
    this.plain.fill(0);
    for (const key of numbers) if (key >= 0) this.choosePlain(key);
  }

  /** Takes the rows [from, from + count), or those up to one for which keys get other numbers; how many. */
  private enter(batch: Batch, from: number, count: number, output: Output): number {
    this.keys.resolve(batch, from, count, this.keyOfRow);
    this.reserveKeys();
    const rows: BlockRows = { batch, from, count, times: batch.eventTimeMs };
    this.done = 0;
    this.added = 0;
    while (this.done < count) {
      const step = this.nextStep();
      const upTo = step === this.progress.count ? count : Math.min(count, firstRowAfter(batch.at, from + this.done, this.progress.at[step]!) - from);
      const isAlone = this.fill(rows, upTo, output);
      if (isAlone && !this.enterNext(rows, output)) break;
      if (!isAlone && this.done === upTo && upTo < count && step === this.nextStep()) this.passAfter(rows, step, output);
    }
    this.add(rows);
    return this.done;
  }

  /** Index of the next step at which a session may be due. */
  private nextStep(): number {
    return firstStepReaching(this.progress, this.step, this.cells.dues.firstMs);
  }

  /** Takes a step, before which the rows found so far are added if a session is due indeed. */
  private passAfter(rows: BlockRows, step: number, output: Output): void {
    if (this.isAnyDue(this.progress.watermarkMs[step]!)) this.add(rows);
    this.pass(step, output);
  }

  private pass(step: number, output: Output): void {
    const watermarkMs = this.progress.watermarkMs[step]!;
    if (this.isAnyDue(watermarkMs)) this.advance(watermarkMs, this.progress.at[step]!, output);
    this.step = step + 1;
  }

  /** Whether a session is due, after those have been moved that have grown since they were put in. */
  private isAnyDue(watermarkMs: number): boolean {
    const { cells } = this;
    while (cells.dues.size > 0 && cells.dues.firstMs <= watermarkMs) {
      const cell = cells.dues.first;
      const dueMs = cells.dueMs(cell);
      if (dueMs <= watermarkMs) return true;
      cells.dues.set(cell, dueMs);
    }
    return false;
  }

  /** Adds the rows that have been found cells since the last call. */
  private add({ batch, from }: BlockRows): void {
    const count = this.done - this.added;
    if (count === 0) return;
    this.counters.rowsInState += count - this.discarded;
    this.state.add({ batch, from: from + this.added, count, cells: this.added === 0 ? this.cellOfRow : this.cellOfRow.subarray(this.added) });
    this.added = this.done;
    this.discarded = 0;
  }

  /** Takes the next row alone, after those before it have been added; false when keys have got other numbers instead. */
  private enterNext(rows: BlockRows, output: Output): boolean {
    this.add(rows);
    const { batch, from } = rows;
    const row = from + this.done;
    const key = this.keyOfRow[this.done]!;
    if (key >= 0) this.enterAlone({ batch, row, key }, output);
    else if (this.keys.makeRoom(this)) return false;
    else this.accounts.reject(batch, row, keysFull(this.options.limits), output);
    this.done += 1;
    this.added = this.done;
    return true;
  }

  /** Finds cells for rows below `upTo`, until one must be taken alone (true) or opens a session that is due soonest. */
  private fill({ batch, from, times }: BlockRows, upTo: number, output: Output): boolean {
    if (this.isEachAlone) return this.done < upTo;
    const quietMs = this.cells.dues.firstMs;
    const { gapMs, maxDurationMs } = this.options.spec;
    const limits = { gapMs, maxDurationMs: maxDurationMs ?? Infinity };
    for (;;) {
      this.done = fillPlain({ times, from, to: upTo }, this.done, { keys: this.keyOfRow, plain: this.plain, bounds: this.cells.bounds, ...limits }, this.cellOfRow);
      if (this.done === upTo) return false;
      const key = this.keyOfRow[this.done]!;
      const cell = key < 0 ? -1 : this.joined({ batch, row: from + this.done, key }, output);
      if (cell < 0) return true;
      if (cell === DISCARD_CELL) this.discarded += 1;
      this.cellOfRow[this.done++] = cell;
      if (this.cells.dues.firstMs < quietMs) return false;
    }
  }

  /** The open session of a row, opened when there is none; `DISCARD_CELL` for rows that go into none, -1 for one to be taken alone. */
  private joined(keyed: KeyedRow, output: Output): number {
    const { cells, sessions } = this;
    const { batch, row, key } = keyed;
    const time = batch.eventTimeMs[row]!;
    const endMs = time + this.options.spec.gapMs;
    sessions.find(key, time);
    const { left, right } = sessions;
    if (left === 0 && right === 0) {
      const watermarkMs = this.accounts.watermarkAt(batch.at[row]!);
      if (endMs - 1 > watermarkMs) return this.open(keyed, output);
      if (endMs - 1 + this.options.allowedLatenessMs > watermarkMs) return -1;
      this.accounts.dropLate({ batch, row, windowEndMs: endMs }, output);
      return DISCARD_CELL;
    }
    if (left !== 0 && right !== 0) return -1;
    const cell = left === 0 ? right : left;
    if (cells.isFired(cell)) return -1;
    cells.setBounds(cell, Math.min(time, cells.startMs(cell)), Math.max(endMs, cells.endMs(cell)));
    this.choosePlain(key);
    return cell;
  }

  /** A new session of a row that is not late; `DISCARD_CELL` when there is no room. */
  private open({ batch, row, key }: KeyedRow, output: Output): number {
    const cell = this.pool.allocate(key);
    if (cell === DISCARD_CELL) {
      this.accounts.reject(batch, row, windowsFull(this.options.limits), output);
      return cell;
    }
    const time = batch.eventTimeMs[row]!;
    this.cells.setBounds(cell, time, time + this.options.spec.gapMs);
    this.cells.setFired(cell, false);
    this.sessions.insert(key, cell);
    this.choosePlain(key);
    return cell;
  }

  /** Takes a row whatever it does: joins sessions, grows one that has fired, gives a result at once, is late or refused. */
  private enterAlone(keyed: KeyedRow, output: Output): void {
    const { batch, row, key } = keyed;
    const { spec, allowedLatenessMs, emit } = this.options;
    const time = batch.eventTimeMs[row]!;
    const watermarkMs = this.accounts.watermarkAt(batch.at[row]!);
    this.sessions.find(key, time);
    const { left, right } = this.sessions;
    const known = left === 0 ? right : left;
    if (known === 0 && time + spec.gapMs - 1 + allowedLatenessMs <= watermarkMs) {
      this.accounts.dropLate({ batch, row, windowEndMs: time + spec.gapMs }, output);
      return;
    }
    const cell = known === 0 ? this.open(keyed, output) : known;
    if (cell === DISCARD_CELL) return;
    this.one[0] = cell;
    const block = { batch, from: row, count: 1, cells: this.one };
    const refusal = this.state.refusalOf([block], 0);
    if (refusal !== null) {
      if (known === 0) this.forget(cell);
      this.accounts.reject(batch, row, refusal, output);
      return;
    }
    if (left !== 0 && right !== 0) this.join(left, right);
    this.cells.setBounds(cell, Math.min(time, this.cells.startMs(cell)), Math.max(time + spec.gapMs, this.cells.endMs(cell)));
    this.counters.rowsInState += 1;
    this.state.add(block);
    this.cells.setFired(cell, this.cells.endMs(cell) - 1 <= watermarkMs);
    if (this.cells.isFired(cell)) this.emit([cell], batch.at[row]!, output);
    else if (emit === 'onUpdate' && this.state.faultOf(cell) === null) this.append([cell], batch.at[row]!);
    this.choosePlain(key);
  }

  /** Makes two sessions of one key one, which keeps the bounds of `left` up to the end of `right`. */
  private join(left: number, right: number): void {
    const { cells } = this;
    const endMs = cells.endMs(right);
    this.state.merge(left, right);
    cells.takeOver(left, right);
    this.forget(right);
    cells.setBounds(left, cells.startMs(left), endMs);
  }

  private advance(watermarkMs: number, at: number, output: Output): void {
    const { cells, pool } = this;
    const firing: number[] = [];
    const over: number[] = [];
    while (this.isAnyDue(watermarkMs)) {
      const cell = cells.dues.first;
      cells.dues.remove(cell);
      (cells.isFired(cell) ? over : firing).push(cell);
    }
    for (const cell of over) this.close(cell);
    firing.sort((a, b) => cells.endMs(a) - cells.endMs(b) || cells.startMs(a) - cells.startMs(b) || pool.keyOf[a]! - pool.keyOf[b]!);
    // With a result after every record, only those are news that could not leave.
    this.emit(this.options.emit === 'onUpdate' ? firing.filter(cell => this.state.faultOf(cell) !== null) : firing, at, output);
    for (const cell of firing) {
      cells.setFired(cell, true);
      if (cells.dueMs(cell) <= watermarkMs) this.close(cell);
      else this.choosePlain(pool.keyOf[cell]!);
    }
  }

  private emit(firing: readonly number[], at: number, output: Output): void {
    this.append(this.state.canFail ? firing.filter(cell => this.isSound(cell, at, output)) : firing, at);
  }

  private append(cells: readonly number[], at: number): void {
    this.results.append(cells, at);
    for (const cell of cells) this.cells.countEmission(cell);
  }

  private isSound(cell: number, at: number, output: Output): boolean {
    const fault = this.state.faultOf(cell);
    if (fault === null) return true;
    const { node, input } = this.options;
    const window = { startMs: this.cells.startMs(cell), endMs: this.cells.endMs(cell) };
    output.deadLetter(faultLetter({ node, window, key: this.pool.keyOf[cell]!, keys: this.keys, input, at }, fault));
    return false;
  }

  private close(cell: number): void {
    this.accounts.release(this.state.rowsIn(cell), this.state.faultOf(cell) !== null);
    this.forget(cell);
  }

  private forget(cell: number): void {
    const key = this.pool.keyOf[cell]!;
    this.sessions.remove(key, cell);
    this.pool.release(cell);
    this.choosePlain(key);
  }

  /** Rows may simply be added to a session that has not fired, and of which no result stands that growing would replace. */
  private choosePlain(key: number): void {
    const cell = this.sessions.newestOf(key);
    this.plain[key + 1] = cell !== 0 && !this.cells.isFired(cell) && this.cells.revision(cell) === 0 ? cell : 0;
  }

  private reserveKeys(): void {
    this.sessions.reserveKeys(this.keys.size);
    if (this.keys.size < this.plain.length) return;
    const plain = new Int32Array(this.keys.size * 2 + 1);
    plain.set(this.plain);
    this.plain = plain;
  }
}

/** The rows [from, from + count) of a batch. */
interface BlockRows {
  readonly batch: Batch;
  readonly times: Float64Array;
  readonly from: number;
  readonly count: number;
}

interface PlainSessions {
  readonly keys: Int32Array;
  readonly plain: Int32Array;
  readonly bounds: Float64Array;
  readonly gapMs: number;
  readonly maxDurationMs: number;
}

/** Gives rows from number `done` of a block on, below `to`, the newest session of their key, up to the first for which that takes more than a look; says where it ended. */
function fillPlain({ times, from, to }: { readonly times: Float64Array; readonly from: number; readonly to: number }, done: number, { keys, plain, bounds, gapMs, maxDurationMs }: PlainSessions, cells: Int32Array): number {
  let i = done;
  for (; i < to; i++) {
    const cell = plain[keys[i]! + 1]!;
    const time = times[from + i]!;
    const startMs = bounds[2 * cell]!;
    const endMs = bounds[2 * cell + 1]!;
    if (!(time >= startMs && time <= endMs)) break;
    const newEndMs = time + gapMs;
    if (newEndMs > endMs) {
      if (newEndMs - startMs > maxDurationMs) break;
      bounds[2 * cell + 1] = newEndMs;
    }
    cells[i] = cell;
  }
  return i;
}
