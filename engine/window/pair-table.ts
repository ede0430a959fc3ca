import type { SnapshotReader, SnapshotWriter } from '../operator/operator';

const TWO_21 = 2_097_152;

/** Most numbers that either side of a pair can have. */
export const PAIR_NUMBERS_MAX = TWO_21 - 1;

/** Numbers pairs of numbers below 2^21 in order of first arrival; beyond `pairsMax`, or for a pair with -1, it gives -1. */
export class PairTable {
  private readonly ids = new Map<number, number>();
  private readonly codes: number[] = [];

  constructor(public pairsMax: number) {}

  get size(): number {
    return this.codes.length;
  }

  leftOf(id: number): number {
    return Math.floor(this.codes[id]! / TWO_21);
  }

  rightOf(id: number): number {
    return this.codes[id]! % TWO_21;
  }

  /** Replaces each `left[i]` by the number of (left[i], right[i]). */
  resolve(left: Int32Array, right: Int32Array, count: number): void {
    for (let i = 0; i < count; i++) {
      if (left[i]! < 0 || right[i]! < 0) {
        left[i] = -1;
        continue;
      }
      const code = left[i]! * TWO_21 + right[i]!;
      left[i] = this.ids.get(code) ?? this.add(code);
    }
  }

  save(writer: SnapshotWriter): void {
    writer.f64s(Float64Array.from(this.codes));
  }

  load(reader: SnapshotReader): void {
    this.ids.clear();
    this.codes.length = 0;
    for (const code of reader.f64s()) this.add(code);
  }

  private add(code: number): number {
    const id = this.codes.length;
    if (id === this.pairsMax) return -1;
    this.codes.push(code);
    this.ids.set(code, id);
    return id;
  }
}
