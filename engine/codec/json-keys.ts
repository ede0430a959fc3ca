import type { DriftCounts } from './drift-counts';
import type { JsonScanner } from './json-scanner';
import { encodeUtf8 } from './utf8';
import { hashBytes, TextInterner } from './text-interner';

const KEYS_MAX = 4096;

/**
 * From key bytes to a number: below `known.length` the index of a column, from there on an unknown key. Also finds
 * duplicates and counts unknown keys, without making a string for a key that was seen before.
 */
export class KeyTable {
  private interner!: TextInterner;
  private stamps!: Int32Array;
  private counts!: Float64Array;
  private stamp = 0;

  /** Unknown keys are counted in `drift`, once `fold` is called. */
  constructor(
    private readonly known: readonly string[],
    private readonly drift: DriftCounts
  ) {
    this.reset();
  }

  /** Starts a new object; keys of the one before are forgotten. */
  nextObject(): void {
    if (this.interner.dictionary.size > this.known.length + KEYS_MAX) this.reset();
    this.stamp++;
  }

  /** Code of the scanner's last string, or -1 when it is not text. */
  lookup(scanner: JsonScanner): number {
    if (scanner.textEscaped) {
      const text = scanner.text();
      if (text === null) return -1;
      const bytes = encodeUtf8(text);
      return this.lookupBytes(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length));
    }
    const code = this.lookupBytes(scanner.bytes, scanner.textStart, scanner.textEnd, scanner.textHash);
    if (code < 0) scanner.notUtf8();
    return code;
  }

  /** Code of the key `bytes[start, end)`, whose hash is given, or -1 when it is not UTF-8. */
  lookupBytes(bytes: Uint8Array, start: number, end: number, hash = hashBytes(bytes, start, end)): number {
    const code = this.interner.encode(bytes, start, end, hash);
    if (code >= this.stamps.length) this.grow();
    return code;
  }

  /** Marks a key of the current object; false when it was marked before. */
  mark(code: number): boolean {
    if (this.stamps[code] === this.stamp) return false;
    this.stamps[code] = this.stamp;
    if (code >= this.known.length) this.counts[code]! += 1;
    return true;
  }

  describe(code: number): string {
    return JSON.stringify(this.interner.dictionary.values[code]);
  }

  has(code: number): boolean {
    return this.stamps[code] === this.stamp;
  }

  /** Brings the counts of the unknown keys into `drift`. */
  fold(): void {
    this.interner.dictionary.values.forEach((name, code) => {
      if (this.counts[code]! > 0) this.drift.add('unknown', name, this.counts[code]);
      this.counts[code] = 0;
    });
  }

  private reset(): void {
    if (this.interner) this.fold();
    this.interner = new TextInterner();
    this.stamps = new Int32Array(this.known.length + 64);
    this.counts = new Float64Array(this.known.length + 64);
    this.stamp = 0;
    for (const name of this.known) {
      const bytes = encodeUtf8(name);
      this.interner.encode(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length));
    }
  }

  private grow(): void {
    const stamps = new Int32Array(this.stamps.length * 2);
    stamps.set(this.stamps);
    this.stamps = stamps;
    const counts = new Float64Array(stamps.length);
    counts.set(this.counts);
    this.counts = counts;
  }
}
