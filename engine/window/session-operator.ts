import { DISCARD_CELL } from '../aggregate/block';
import type { CellStore } from '../aggregate/cell-bank';
import type { Batch } from '../batch/batch';
import type { Chunk, Operator, Output, SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { SessionSpec } from '../plan/nodes/window';
import { firstRowAfter, firstStepReaching } from '../time/progress-search';
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
  private discarded = 0;

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
    const { batch, progress } = chunk;
    this.accounts.begin(chunk);
    let row = 0;
    let passed = 0;
    for (;;) {
      const quietMs = this.cells.dues.firstMs;
      const step = firstStepReaching(progress, passed, quietMs);
      const upTo = step === progress.count ? batch.rowCount : firstRowAfter(batch.at, row, progress.at[step]!);
      row = this.enter(batch, row, upTo, output);
      if (row < upTo || this.cells.dues.firstMs < quietMs) continue;
      if (step === progress.count) break;
      this.advance(progress.watermarkMs[step]!, progress.at[step]!, output);
      passed = step + 1;
    }
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

  /** Takes the rows [from, to) up to the first that opens a session which is due sooner than any other; says where it ended. */
  private enter(batch: Batch, from: number, to: number, output: Output): number {
    const quietMs = this.cells.dues.firstMs;
    for (let row = from; row < to; ) {
      const count = Math.min(BLOCK_ROWS, to - row);
      this.keys.resolve(batch, row, count, this.keyOfRow);
      this.reserveKeys();
      let done = 0;
      for (; done < count; ) {
        const taken = this.enterRows(batch, row, done, count, output);
        if (taken === 0) break;
        done += taken;
        if (this.cells.dues.firstMs < quietMs) return row + done;
      }
      row += done;
    }
    return to;
  }

  /** Takes at least one of the rows [row + done, row + count) and says how many; none when keys have got other numbers. */
  private enterRows(batch: Batch, row: number, done: number, count: number, output: Output): number {
    const added = this.isEachAlone ? 0 : this.fill({ times: batch.eventTimeMs, from: row + done, keyFrom: done, count: count - done }, { batch, row: row + done }, output);
    if (added > 0) {
      this.counters.rowsInState += added - this.discarded;
      this.state.add({ batch, from: row + done, count: added, cells: this.cellOfRow });
      return added;
    }
    const key = this.keyOfRow[done]!;
    if (key >= 0) this.enterAlone({ batch, row: row + done, key }, output);
    else if (this.keys.makeRoom(this)) return 0;
    else this.accounts.reject(batch, row + done, keysFull(this.options.limits), output);
    return 1;
  }

  /** Finds cells for rows up to the first that must be taken alone, or opens a session that is due soonest. */
  private fill(rows: Rows, { batch, row }: { readonly batch: Batch; readonly row: number }, output: Output): number {
    const quietMs = this.cells.dues.firstMs;
    const { gapMs, maxDurationMs } = this.options.spec;
    this.discarded = 0;
    let done = 0;
    for (;;) {
      done = fillPlain(rows, done, { keys: this.keyOfRow, plain: this.plain, bounds: this.cells.bounds, gapMs, maxDurationMs: maxDurationMs ?? Infinity }, this.cellOfRow);
      if (done === rows.count) return done;
      const key = this.keyOfRow[rows.keyFrom + done]!;
      if (key < 0) return done;
      const cell = this.joined({ batch, row: row + done, key }, output);
      if (cell < 0) return done;
      if (cell === DISCARD_CELL) this.discarded += 1;
      this.cellOfRow[done++] = cell;
      if (this.cells.dues.firstMs < quietMs) return done;
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
    this.cellOfRow[0] = cell;
    const block = { batch, from: row, count: 1, cells: this.cellOfRow };
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
    while (cells.dues.size > 0 && cells.dues.firstMs <= watermarkMs) {
      const cell = cells.dues.first;
      const dueMs = cells.dueMs(cell);
      if (dueMs > watermarkMs) {
        cells.dues.set(cell, dueMs);
        continue;
      }
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

/** The rows [from, from + count) of a batch, whose keys stand from `keyFrom` on. */
interface Rows {
  readonly times: Float64Array;
  readonly from: number;
  readonly keyFrom: number;
  readonly count: number;
}

interface PlainSessions {
  readonly keys: Int32Array;
  readonly plain: Int32Array;
  readonly bounds: Float64Array;
  readonly gapMs: number;
  readonly maxDurationMs: number;
}

/** Gives rows from `done` on the newest session of their key, up to the first for which that takes more than a look; says where it ended. */
function fillPlain({ times, from, keyFrom, count }: Rows, done: number, { keys, plain, bounds, gapMs, maxDurationMs }: PlainSessions, cells: Int32Array): number {
  let i = done;
  for (; i < count; i++) {
    const cell = plain[keys[keyFrom + i]! + 1]!;
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
