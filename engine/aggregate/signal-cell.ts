import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import { arrivedBefore } from './arrival';
import { corruptSnapshot } from './corrupt';
import type { Growing } from './growing';
import { growing, push, reserve } from './growing';
import type { CellContent } from './object-cells';

/** Numbers that are kept of a piece beside its samples. */
export const PIECE_NUMBERS = 4;
const TIME = 0;
const AT = 1;
const PLACE = 2;
const START = 3;

/**
 * The samples of one window and key: pieces, one per row, each with its event time, its arrival and where it starts, as they
 * were added.
 *
 *   samples | a a a a | b b b | c c c c |
 *   starts  0         4       7         11
 */
export class SignalCell implements CellContent {
  private samples: Growing = growing();
  private pieces: Growing = growing();

  get sampleCount(): number {
    return this.samples.count;
  }

  /** Numbers held, 8 bytes each. */
  get size(): number {
    return this.samples.count + this.pieces.count;
  }

  /** Begins a piece, to which `sampleCount` samples are then appended. */
  begin(timeMs: number, at: number, place: number, sampleCount: number): void {
    push(this.pieces, timeMs);
    push(this.pieces, at);
    push(this.pieces, place);
    push(this.pieces, this.samples.count);
    reserve(this.samples, this.samples.count + sampleCount);
  }

  append(value: number): void {
    push(this.samples, value);
  }

  merge(other: SignalCell): void {
    for (let piece = 0; piece < other.pieceCount; piece++) {
      const from = other.numberOf(piece, START);
      const to = other.endOf(piece);
      this.begin(other.numberOf(piece, TIME), other.numberOf(piece, AT), other.numberOf(piece, PLACE), to - from);
      for (let i = from; i < to; i++) push(this.samples, other.samples.values[i]!);
    }
  }

  /** The samples in order of event time, ties by arrival. Valid until the next change. */
  ordered(): Float64Array {
    const samples = this.samples.values.subarray(0, this.samples.count);
    const { pieceCount } = this;
    let inOrder = true;
    for (let piece = 1; piece < pieceCount; piece++) if (this.isBefore(piece, piece - 1)) inOrder = false;
    if (inOrder) return samples;
    const order = Array.from({ length: pieceCount }, (_, piece) => piece).sort((a, b) => (this.isBefore(a, b) ? -1 : 1));
    const sorted = new Float64Array(samples.length);
    let at = 0;
    for (const piece of order) {
      sorted.set(samples.subarray(this.numberOf(piece, START), this.endOf(piece)), at);
      at += this.endOf(piece) - this.numberOf(piece, START);
    }
    return sorted;
  }

  save(writer: SnapshotWriter): void {
    for (const column of [this.pieces, this.samples]) writer.f64s(column.values.subarray(0, column.count));
  }

  load(reader: SnapshotReader): void {
    this.pieces = read(reader);
    this.samples = read(reader);
    const starts = Array.from({ length: this.pieceCount }, (_, piece) => this.numberOf(piece, START));
    const fit = this.pieces.count % PIECE_NUMBERS === 0 && starts.every((start, piece) => start >= (starts[piece - 1] ?? 0) && start <= this.samples.count);
    if (!fit) throw corruptSnapshot('a signal whose pieces do not fit its samples');
  }

  private get pieceCount(): number {
    return Math.floor(this.pieces.count / PIECE_NUMBERS);
  }

  private numberOf(piece: number, field: number): number {
    return this.pieces.values[piece * PIECE_NUMBERS + field]!;
  }

  private endOf(piece: number): number {
    return piece + 1 < this.pieceCount ? this.numberOf(piece + 1, START) : this.samples.count;
  }

  private isBefore(a: number, b: number): boolean {
    const timeA = this.numberOf(a, TIME);
    const timeB = this.numberOf(b, TIME);
    return timeA < timeB || (timeA === timeB && arrivedBefore(this.numberOf(a, AT), this.numberOf(a, PLACE), this.numberOf(b, AT), this.numberOf(b, PLACE)));
  }
}

function read(reader: SnapshotReader): Growing {
  const values = reader.f64s();
  return { values, count: values.length };
}
