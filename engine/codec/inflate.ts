import { DecodeProblem } from './decode-problem';

/** Python's writers of Avro files leave parts of zlib's checksum behind the stream. */
const CHECKSUM_BYTES = 4;
const BITS_MAX = 15;
const LITERALS = 288;
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const DISTANCE_EXTRA = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];

/** A canonical Huffman code: how many codes each length has, and the symbols in the order of their codes. */
interface Huffman {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

/**
 * The bytes of a raw DEFLATE stream (RFC 1951) that fills `input`, but for a checksum behind it; `bytesMax` at most. Throws DecodeProblem `SIZE` as soon
 * as there would be more, `TRUNCATED` or `SYNTAX` for what is no such stream.
 */
export function inflate(input: Uint8Array, bytesMax: number): Uint8Array {
  return new Inflater(input, bytesMax).run();
}

class Inflater {
  private position = 0;
  private bits = 0;
  private bitCount = 0;
  private output: Uint8Array;
  private length = 0;

  constructor(
    private readonly input: Uint8Array,
    private readonly bytesMax: number
  ) {
    this.output = new Uint8Array(Math.min(bytesMax, Math.max(1024, input.length * 4)));
  }

  run(): Uint8Array {
    for (let last = 0; last === 0; ) {
      last = this.take(1);
      const kind = this.take(2);
      if (kind === 0) this.stored();
      else if (kind === 1) this.codes(FIXED_LITERALS, FIXED_DISTANCES);
      else if (kind === 2) this.dynamic();
      else throw broken('a block of unknown kind');
    }
    if (this.position - (this.bitCount >> 3) < this.input.length - CHECKSUM_BYTES) throw broken('bytes follow the last block');
    return this.output.subarray(0, this.length);
  }

  private take(count: number): number {
    while (this.bitCount < count) {
      if (this.position >= this.input.length) throw new DecodeProblem('TRUNCATED', 'a compressed block is cut');
      this.bits |= this.input[this.position++]! << this.bitCount;
      this.bitCount += 8;
    }
    const value = this.bits & ((1 << count) - 1);
    this.bits >>>= count;
    this.bitCount -= count;
    return value;
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed > this.bytesMax) throw new DecodeProblem('SIZE', `a compressed block holds more than ${this.bytesMax} bytes`);
    if (needed <= this.output.length) return;
    const grown = new Uint8Array(Math.min(this.bytesMax, Math.max(needed, this.output.length * 2)));
    grown.set(this.output.subarray(0, this.length));
    this.output = grown;
  }

  private stored(): void {
    this.position -= this.bitCount >> 3;
    this.bits = 0;
    this.bitCount = 0;
    const [a, b, c, d] = this.input.subarray(this.position, this.position + 4);
    if (d === undefined) throw new DecodeProblem('TRUNCATED', 'a compressed block is cut');
    const length = a! | (b! << 8);
    if (length !== (~(c! | (d << 8)) & 0xffff)) throw broken('a stored block whose lengths differ');
    this.position += 4;
    if (this.position + length > this.input.length) throw new DecodeProblem('TRUNCATED', 'a compressed block is cut');
    this.reserve(length);
    this.output.set(this.input.subarray(this.position, this.position + length), this.length);
    this.position += length;
    this.length += length;
  }

  private dynamic(): void {
    const literals = this.take(5) + 257;
    const distances = this.take(5) + 1;
    const lengthCodes = this.take(4) + 4;
    const lengths = new Uint8Array(19);
    for (let i = 0; i < lengthCodes; i++) lengths[CODE_LENGTH_ORDER[i]!] = this.take(3);
    const code = huffman(lengths);
    const all = new Uint8Array(literals + distances);
    for (let i = 0; i < all.length; ) {
      const symbol = this.symbol(code);
      if (symbol < 16) {
        all[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw broken('a repetition of nothing');
      const value = symbol === 16 ? all[i - 1]! : 0;
      const times = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7);
      if (i + times > all.length) throw broken('too many code lengths');
      all.fill(value, i, i + times);
      i += times;
    }
    if (all[256] === 0) throw broken('a block without an end');
    this.codes(huffman(all.subarray(0, literals)), huffman(all.subarray(literals)));
  }

  private codes(literals: Huffman, distances: Huffman): void {
    for (;;) {
      const symbol = this.symbol(literals);
      if (symbol === 256) return;
      if (symbol < 256) {
        this.reserve(1);
        this.output[this.length++] = symbol;
        continue;
      }
      const lengthBase = LENGTH_BASE[symbol - 257];
      if (lengthBase === undefined) throw broken('an unknown length');
      const length = lengthBase + this.take(LENGTH_EXTRA[symbol - 257]!);
      const code = this.symbol(distances);
      const distanceBase = DISTANCE_BASE[code];
      if (distanceBase === undefined) throw broken('an unknown distance');
      const distance = distanceBase + this.take(DISTANCE_EXTRA[code]!);
      if (distance > this.length) throw broken('a distance before the beginning');
      this.reserve(length);
      for (let i = 0; i < length; i++, this.length++) this.output[this.length] = this.output[this.length - distance]!;
    }
  }

  private symbol({ counts, symbols }: Huffman): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= BITS_MAX; length++) {
      code |= this.take(1);
      const count = counts[length]!;
      if (code - count < first) return symbols[index + (code - first)]!;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw broken('a code that stands for nothing');
  }
}

function huffman(lengths: Uint8Array): Huffman {
  const counts = new Uint16Array(BITS_MAX + 1);
  for (const length of lengths) counts[length]! += 1;
  counts[0] = 0;
  let left = 1;
  for (let length = 1; length <= BITS_MAX; length++) {
    left = left * 2 - counts[length]!;
    if (left < 0) throw broken('more codes than there can be');
  }
  const offsets = new Uint16Array(BITS_MAX + 2);
  for (let length = 1; length <= BITS_MAX; length++) offsets[length + 1] = offsets[length]! + counts[length]!;
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((length, symbol) => {
    if (length > 0) symbols[offsets[length]!++] = symbol;
  });
  return { counts, symbols };
}

const FIXED_LITERALS = huffman(Uint8Array.from({ length: LITERALS }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)));
const FIXED_DISTANCES = huffman(new Uint8Array(30).fill(5));

function broken(what: string): DecodeProblem {
  return new DecodeProblem('SYNTAX', `a compressed block is broken: ${what}`);
}
