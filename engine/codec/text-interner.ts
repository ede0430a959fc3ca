import { Dictionary } from '../batch/batch';
import { decodeUtf8 } from './utf8';

/** Longer probing means that someone sends texts whose hashes collide; the dictionary's own hash has a secret seed. */
const PROBES_MAX = 32;
const QUOTE = 34;

/**
 * Dictionary codes of texts given as UTF-8 bytes. A text that was seen before costs one hash and one comparison, and no
 * string is made. Open addressing with linear probing; at most half full.
 */
export class TextInterner {
  readonly dictionary = new Dictionary();
  private slots = new Int32Array(64).fill(-1);
  private hashes = new Int32Array(32);
  private starts = new Int32Array(33);
  private codes = new Int32Array(32);
  /** Per entry the one that came after it last time. */
  private followers = new Int32Array(32).fill(-1);
  private lastEntry = -1;
  private arena = new Uint8Array(1024);
  private count = 0;

  /** Code of `bytes[start, end)`, whose `hash` is `hashBytes` of them, or -1 when they are not UTF-8. */
  encode(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.slots.length - 1;
    let slot = mix(hash) & mask;
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const entry = this.slots[slot]!;
      if (entry < 0) return this.add(bytes, start, end, hash, slot);
      if (this.hashes[entry] === hash && this.equals(entry, bytes, start, end)) {
        this.follow(entry);
        return this.codes[entry]!;
      }
      slot = (slot + 1) & mask;
    }
    const text = decodeUtf8(bytes, start, end);
    return text === null ? -1 : this.dictionary.encode(text);
  }

  /**
   * Guesses that the text which followed the last one before follows it again: when `bytes` has it at `start` with a double quote
   * behind, its code, and `guessedLength` are its bytes; otherwise -1. Senders repeat themselves, and this needs no hash.
   */
  guess(bytes: Uint8Array, start: number, end: number): number {
    if (this.lastEntry < 0) return -1;
    const entry = this.followers[this.lastEntry]!;
    if (entry < 0) return -1;
    const from = this.starts[entry]!;
    const length = this.starts[entry + 1]! - from;
    if (start + length >= end || bytes[start + length] !== QUOTE) return -1;
    const { arena } = this;
    for (let i = 0; i < length; i++) if (arena[from + i] !== bytes[start + i]) return -1;
    this.guessed = entry;
    this.guessedLength = length;
    return this.codes[entry]!;
  }
  guessedLength = 0;
  private guessed = -1;

  /** The last guess was taken. */
  confirm(): void {
    this.lastEntry = this.guessed;
  }

  /** Code of a text that is at hand as a string. */
  encodeText(text: string): number {
    return this.dictionary.encode(text);
  }

  /** Bytes that the texts take, for bounds. */
  get byteSize(): number {
    return this.starts[this.count]!;
  }

  private follow(entry: number): void {
    if (this.lastEntry >= 0) this.followers[this.lastEntry] = entry;
    this.lastEntry = entry;
  }

  private equals(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.starts[entry]!;
    if (this.starts[entry + 1]! - from !== end - start) return false;
    const shift = from - start;
    for (let i = start; i < end; i++) if (this.arena[i + shift] !== bytes[i]) return false;
    return true;
  }

  private add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const text = decodeUtf8(bytes, start, end);
    if (text === null) return -1;
    const code = this.dictionary.encode(text);
    const entry = this.count++;
    const from = this.starts[entry]!;
    this.reserve(entry + 1, from + end - start);
    this.arena.set(bytes.subarray(start, end), from);
    this.starts[entry + 1] = from + end - start;
    this.hashes[entry] = hash;
    this.codes[entry] = code;
    this.slots[slot] = entry;
    this.follow(entry);
    if (this.count * 2 > this.slots.length) this.rehash();
    return code;
  }

  private reserve(entries: number, arenaBytes: number): void {
    if (entries > this.hashes.length) {
      this.hashes = doubled(this.hashes, Int32Array, entries);
      this.codes = doubled(this.codes, Int32Array, entries);
      const known = this.followers.length;
      this.followers = doubled(this.followers, Int32Array, entries).fill(-1, known);
      this.starts = doubled(this.starts, Int32Array, entries + 1);
    }
    if (arenaBytes > this.arena.length) this.arena = doubled(this.arena, Uint8Array, arenaBytes);
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 4).fill(-1);
    const mask = this.slots.length - 1;
    for (let entry = 0; entry < this.count; entry++) {
      let slot = mix(this.hashes[entry]!) & mask;
      while (this.slots[slot]! >= 0) slot = (slot + 1) & mask;
      this.slots[slot] = entry;
    }
  }
}

/** First value and step of the hash that `TextInterner.encode` wants: FNV-1a over the bytes. */
export const HASH_SEED = 0x811c9dc5 | 0;
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = HASH_SEED;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 16777619);
  return hash;
}

function mix(hash: number): number {
  return (hash ^ (hash >>> 15)) >>> 0;
}

function doubled<T extends Int32Array | Uint8Array>(old: T, type: new (length: number) => T, needed: number): T {
  const grown = new type(Math.max(needed, old.length * 2));
  grown.set(old);
  return grown;
}
