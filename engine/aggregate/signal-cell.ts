import { LittoralError } from '../error';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import { arrivedBefore } from './arrival';
import type { Growing } from './growing';
import { growing, push } from './growing';
import type { CellContent } from './object-cells';

/** Numbers that are kept of a piece beside its samples. */
export const PIECE_NUMBERS = 4;

/**
 * The samples of one window and key: pieces, one per row, each with its event time and its arrival, as they were added.
 *
 *   samples | a a a a | b b b | c c c c |
 *   starts  0         4       7         11
 */
export class SignalCell implements CellContent {
  private samples = growing();
  private times = growing();
  private ats = growing();
  private places = growing();
  private starts = growing();

  get sampleCount(): number {
    return this.samples.count;
  }

  /** Numbers held, 8 bytes each. */
  get size(): number {
    return this.samples.count + PIECE_NUMBERS * this.times.count;
  }

  /** Begins a piece, to which samples are then appended. */
  begin(timeMs: number, at: number, place: number): void {
    push(this.times, timeMs);
    push(this.ats, at);
    push(this.places, place);
    push(this.starts, this.samples.count);
  }

  append(value: number): void {
    push(this.samples, value);
  }

  merge(other: SignalCell): void {
    for (let piece = 0; piece < other.times.count; piece++) {
      this.begin(other.times.values[piece]!, other.ats.values[piece]!, other.places.values[piece]!);
      for (let i = other.starts.values[piece]!; i < other.endOf(piece); i++) push(this.samples, other.samples.values[i]!);
    }
  }

  /** The samples in order of event time, ties by arrival. Valid until the next change. */
  ordered(): Float64Array {
    const samples = this.samples.values.subarray(0, this.samples.count);
    const { count } = this.times;
    let inOrder = true;
    for (let piece = 1; piece < count; piece++) if (this.isBefore(piece, piece - 1)) inOrder = false;
    if (inOrder) return samples;
    const order = Array.from({ length: count }, (_, piece) => piece).sort((a, b) => (this.isBefore(a, b) ? -1 : 1));
    const sorted = new Float64Array(samples.length);
    let at = 0;
    for (const piece of order) {
      sorted.set(samples.subarray(this.starts.values[piece]!, this.endOf(piece)), at);
      at += this.endOf(piece) - this.starts.values[piece]!;
    }
    return sorted;
  }

  save(writer: SnapshotWriter): void {
    for (const column of this.columns) writer.f64s(column.values.subarray(0, column.count));
  }

  load(reader: SnapshotReader): void {
    for (const column of this.columns) {
      column.values = reader.f64s();
      column.count = column.values.length;
    }
    const pieces = this.times.count;
    const fit = [this.ats, this.places, this.starts].every(column => column.count === pieces) && this.starts.values.every((start, piece) => start >= (this.starts.values[piece - 1] ?? 0) && start <= this.samples.count);
    if (!fit) throw new LittoralError('SNAPSHOT_CORRUPT', 'the snapshot holds a signal whose pieces do not fit its samples; it cannot be restored. Restore an older one or replay the inbox.');
  }

  private get columns(): readonly Growing[] {
    return [this.times, this.ats, this.places, this.starts, this.samples];
  }

  private endOf(piece: number): number {
    return piece + 1 < this.starts.count ? this.starts.values[piece + 1]! : this.samples.count;
  }

  private isBefore(a: number, b: number): boolean {
    const timeA = this.times.values[a]!;
    const timeB = this.times.values[b]!;
    return timeA < timeB || (timeA === timeB && arrivedBefore(this.ats.values[a]!, this.places.values[a]!, this.ats.values[b]!, this.places.values[b]!));
  }
}
