import { assert, LittoralError } from '../error';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { AggregateState, StateBound } from './aggregate';
import type { RowBlock } from './block';
import { DISCARD_CELL } from './block';
import type { CellStore } from './cell-bank';


/** Samples of one cell, and of all cells of one aggregate, at 8 bytes each. */
export interface SignalLimits {
  readonly cellSamplesMax: number;
  readonly samplesMax: number;
}

export const SIGNAL_LIMITS: SignalLimits = { cellSamplesMax: 1_048_576, samplesMax: 16_777_216 };

/** The samples of one window and key: pieces, one per row, in order of arrival. */
interface Signal {
  samples: Float64Array;
  sampleCount: number;
  times: Float64Array;
  /** Piece p holds samples [starts[p], starts[p + 1]). */
  starts: Float64Array;
  pieceCount: number;
}

/**
 * Keeps the samples of each cell. `samplesOf` gives them in order of event time, ties by arrival, so that blocks of a
 * signal that overtook one another on the way stand where they belong.
 */
export class SignalBuffer implements AggregateState, CellStore {
  readonly store = this;
  private readonly signals: (Signal | undefined)[] = [];
  private readonly reserved = new Map<number, number>();
  private held = 0;

  readonly bound: StateBound;

  constructor(
    private readonly columnIndex: number,
    private readonly limits: SignalLimits = SIGNAL_LIMITS
  ) {
    this.bound = {
      code: 'SAMPLE_LIMIT',
      message: `a window would keep more than ${limits.cellSamplesMax} samples, or all windows together more than ${limits.samplesMax}. Use smaller windows or fewer keys.`,
      admits: (block, index) => this.admits(block.cells[index]!, sampleCountOf(block, index, columnIndex)),
      reserve: (block, index) => this.reserve(block.cells[index]!, sampleCountOf(block, index, columnIndex))
    };
  }

  resize(): void {
    return;
  }

  clear(cell: number): void {
    this.held -= this.countIn(cell);
    this.signals[cell] = undefined;
    this.reserved.delete(cell);
  }

  add(block: RowBlock): void {
    const column = block.batch.columns[this.columnIndex]!;
    for (let i = 0; i < block.count; i++) {
      const cell = block.cells[i]!;
      if (cell === DISCARD_CELL) continue;
      const row = block.from + i;
      if (column.validity !== null && column.validity[row] === 0) continue;
      const signal = (this.signals[cell] ??= newSignal());
      if (column.kind === 'list') append(signal, block.batch.eventTimeMs[row]!, column.values, column.offsets[row]!, column.offsets[row + 1]!);
      else {
        assert(column.kind !== 'utf8' && column.kind !== 'binary', `samples, not ${column.kind}`);
        append(signal, block.batch.eventTimeMs[row]!, [Number(column.values[row])], 0, 1);
      }
    }
    this.reserved.clear();
  }

  /** The signal of `cell`; empty when it has no samples. Valid until the next `add`. */
  samplesOf(cell: number): Float64Array {
    const signal = this.signals[cell];
    if (signal === undefined) return new Float64Array(0);
    const { samples, sampleCount, times, starts, pieceCount } = signal;
    let ordered = true;
    for (let piece = 1; piece < pieceCount; piece++) if (times[piece]! < times[piece - 1]!) ordered = false;
    if (ordered) return samples.subarray(0, sampleCount);
    const order = Array.from({ length: pieceCount }, (_, piece) => piece).sort((a, b) => times[a]! - times[b]! || a - b);
    const sorted = new Float64Array(sampleCount);
    let at = 0;
    for (const piece of order) {
      sorted.set(samples.subarray(starts[piece]!, starts[piece + 1]!), at);
      at += starts[piece + 1]! - starts[piece]!;
    }
    return sorted;
  }

  merge(into: number, from: number): void {
    const source = this.signals[from];
    if (source === undefined) return;
    const signal = (this.signals[into] ??= newSignal());
    for (let piece = 0; piece < source.pieceCount; piece++) append(signal, source.times[piece]!, source.samples, source.starts[piece]!, source.starts[piece + 1]!);
    this.held += source.sampleCount;
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    for (let i = 0; i < count; i++) {
      const signal = this.signals[cells[i]!] ?? newSignal();
      writer.f64s(signal.times.subarray(0, signal.pieceCount));
      writer.f64s(signal.starts.subarray(0, signal.pieceCount + 1));
      writer.f64s(signal.samples.subarray(0, signal.sampleCount));
    }
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    for (let i = 0; i < count; i++) {
      const times = reader.f64s();
      const starts = reader.f64s();
      const samples = reader.f64s();
      if (starts.length !== times.length + 1 || starts.at(-1) !== samples.length) throw new LittoralError('SNAPSHOT_CORRUPT', 'the snapshot holds a signal whose pieces do not fit its samples; it cannot be restored. Restore an older one or replay the inbox.');
      if (times.length > 0) this.signals[cells[i]!] = { samples, sampleCount: samples.length, times, starts, pieceCount: times.length };
      this.held += samples.length;
    }
  }

  private admits(cell: number, added: number): boolean {
    return this.held + added <= this.limits.samplesMax && this.countIn(cell) + added <= this.limits.cellSamplesMax;
  }

  private reserve(cell: number, added: number): void {
    this.held += added;
    this.reserved.set(cell, this.countIn(cell) + added);
  }

  private countIn(cell: number): number {
    return this.reserved.get(cell) ?? this.signals[cell]?.sampleCount ?? 0;
  }
}

function sampleCountOf(block: RowBlock, index: number, columnIndex: number): number {
  const column = block.batch.columns[columnIndex]!;
  const row = block.from + index;
  if (column.validity !== null && column.validity[row] === 0) return 0;
  return column.kind === 'list' ? column.offsets[row + 1]! - column.offsets[row]! : 1;
}

function newSignal(): Signal {
  return { samples: new Float64Array(0), sampleCount: 0, times: new Float64Array(0), starts: new Float64Array(1), pieceCount: 0 };
}

function append(signal: Signal, timeMs: number, values: ArrayLike<number>, from: number, to: number): void {
  const sampleCount = signal.sampleCount + to - from;
  if (sampleCount > signal.samples.length) signal.samples = roomier(signal.samples, sampleCount);
  if (signal.pieceCount === signal.times.length) {
    signal.times = roomier(signal.times, signal.pieceCount + 1);
    signal.starts = roomier(signal.starts, signal.pieceCount + 2);
  }
  for (let i = from; i < to; i++) signal.samples[signal.sampleCount + i - from] = values[i]!;
  signal.times[signal.pieceCount] = timeMs;
  signal.pieceCount += 1;
  signal.sampleCount = sampleCount;
  signal.starts[signal.pieceCount] = sampleCount;
}

function roomier(values: Float64Array, needed: number): Float64Array {
  const grown = new Float64Array(Math.max(needed, values.length * 2, 16));
  grown.set(values);
  return grown;
}
