import type { CellStore } from '../aggregate/cell-bank';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import { DueHeap } from './due-heap';
import { checkSnapshot } from './window-snapshot';

/** Numbers per session in a snapshot: start, end, results under these bounds, 1 when it has fired. */
const SAVED_WIDTH = 4;

/** What is kept of each session beside its accumulators: bounds, what has been emitted of it, when it is due. */
export class SessionCells implements CellStore {
  /** Start of cell c at 2c, its end at 2c + 1; unused cells hold no time. */
  bounds = new Float64Array(0);
  /** When a session fires, or is forgotten, at the earliest: sessions grow without being moved here. */
  readonly dues = new DueHeap();
  /** Results emitted under the present bounds. */
  private emitted = new Int32Array(0);
  /** 1: the watermark has reached its end. */
  private fired = new Uint8Array(0);
  /** Bounds of earlier results that the next one takes the place of: start, end, start, end, … */
  private readonly replaced = new Map<number, readonly number[]>();

  constructor(
    private readonly allowedLatenessMs: number,
    /** Whether a session may have several results, of which those under other bounds must be known. */
    private readonly isRevised: boolean
  ) {}

  startMs(cell: number): number {
    return this.bounds[2 * cell]!;
  }

  endMs(cell: number): number {
    return this.bounds[2 * cell + 1]!;
  }

  isFired(cell: number): boolean {
    return this.fired[cell] === 1;
  }

  revision(cell: number): number {
    return this.emitted[cell]!;
  }

  replacedBy(cell: number): readonly number[] {
    return this.replaced.get(cell) ?? [];
  }

  /** From which watermark on it fires or, once it has fired, is forgotten. */
  dueMs(cell: number): number {
    return this.endMs(cell) - 1 + (this.isFired(cell) ? this.allowedLatenessMs : 0);
  }

  /** Gives a session, new or known, its bounds; results under other bounds are to be replaced. */
  setBounds(cell: number, startMs: number, endMs: number): void {
    if (startMs === this.startMs(cell) && endMs === this.endMs(cell)) return;
    if (this.isRevised) this.setReplaced(cell, this.standing(cell));
    this.bounds[2 * cell] = startMs;
    this.bounds[2 * cell + 1] = endMs;
  }

  /** Session `into` takes the place of the results of `from`, too; `into` must get new bounds next. */
  takeOver(into: number, from: number): void {
    if (this.isRevised) this.setReplaced(into, [...this.standing(into), ...this.standing(from)]);
  }

  /** Says whether the watermark has reached its end, and when it is due from now on. */
  setFired(cell: number, isFired: boolean): void {
    this.fired[cell] = isFired ? 1 : 0;
    this.dues.set(cell, this.dueMs(cell));
  }

  countEmission(cell: number): void {
    this.emitted[cell]! += 1;
  }

  resize(cellCount: number): void {
    const bounds = new Float64Array(2 * cellCount);
    const emitted = new Int32Array(cellCount);
    const fired = new Uint8Array(cellCount);
    bounds.set(this.bounds);
    emitted.set(this.emitted);
    fired.set(this.fired);
    for (let at = this.bounds.length; at < bounds.length; at += 2) noBounds(bounds, at);
    this.bounds = bounds;
    this.emitted = emitted;
    this.fired = fired;
    this.dues.resize(cellCount);
  }

  clear(cell: number): void {
    noBounds(this.bounds, 2 * cell);
    this.emitted[cell] = 0;
    this.fired[cell] = 0;
    if (this.isRevised) this.replaced.delete(cell);
    this.dues.remove(cell);
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    const saved = new Float64Array(SAVED_WIDTH * count);
    const replaced: number[] = [];
    for (let i = 0; i < count; i++) {
      const cell = cells[i]!;
      saved[SAVED_WIDTH * i] = this.startMs(cell);
      saved[SAVED_WIDTH * i + 1] = this.endMs(cell);
      saved[SAVED_WIDTH * i + 2] = this.emitted[cell]!;
      saved[SAVED_WIDTH * i + 3] = this.fired[cell]!;
      const bounds = this.replaced.get(cell);
      if (bounds !== undefined) replaced.push(i, bounds.length, ...bounds);
    }
    writer.f64s(saved);
    writer.f64s(Float64Array.from(replaced));
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    const saved = reader.f64s();
    const replaced = reader.f64s();
    checkSnapshot(saved.length === SAVED_WIDTH * count, 'sessions without bounds');
    for (let i = 0; i < count; i++) {
      const cell = cells[i]!;
      this.bounds[2 * cell] = saved[SAVED_WIDTH * i]!;
      this.bounds[2 * cell + 1] = saved[SAVED_WIDTH * i + 1]!;
      this.emitted[cell] = saved[SAVED_WIDTH * i + 2]!;
      this.setFired(cell, saved[SAVED_WIDTH * i + 3] === 1);
    }
    for (let at = 0; at < replaced.length; at += 2 + replaced[at + 1]!) {
      checkSnapshot(replaced[at]! < count && replaced[at + 1]! > 0, 'results of unknown sessions');
      this.replaced.set(cells[replaced[at]!]!, [...replaced.subarray(at + 2, at + 2 + replaced[at + 1]!)]);
    }
  }

  private setReplaced(cell: number, bounds: readonly number[]): void {
    if (bounds.length > 0) this.replaced.set(cell, bounds);
    this.emitted[cell] = 0;
  }

  /** Results that stand for what is in the session now. */
  private standing(cell: number): readonly number[] {
    return this.emitted[cell]! > 0 ? [this.startMs(cell), this.endMs(cell)] : this.replacedBy(cell);
  }
}

/** Bounds that hold no time. */
function noBounds(bounds: Float64Array, at: number): void {
  bounds[at] = Infinity;
  bounds[at + 1] = -Infinity;
}
