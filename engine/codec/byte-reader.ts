import { DecodeProblem } from './decode-problem';

/** A bounded cursor over a payload: it never reads beyond `end`, and what is cut short is a DecodeProblem `TRUNCATED`. */
export class ByteReader {
  bytes: Uint8Array = new Uint8Array(0);
  position = 0;
  end = 0;
  /** For floats; a DataView per payload would cost more than the decoding. */
  private readonly scratch = new Uint8Array(8);
  private readonly doubles = new Float64Array(this.scratch.buffer);
  private readonly floats = new Float32Array(this.scratch.buffer);

  open(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.position >= this.end;
  }

  /** Takes `length` bytes and returns where they begin. `length` may be anything that a payload declares. */
  take(length: number): number {
    const start = this.position;
    if (!(length <= this.end - start)) throw new DecodeProblem('TRUNCATED', `the payload ends after ${this.end - start} of ${length} bytes`, this.end);
    this.position = start + length;
    return start;
  }

  u8(): number {
    return this.bytes[this.take(1)]!;
  }

  /** `size` bytes as an unsigned whole number, at most 4, big-endian. */
  uint(size: 1 | 2 | 4): number {
    const at = this.take(size);
    const { bytes } = this;
    if (size === 1) return bytes[at]!;
    const half = (bytes[at]! << 8) | bytes[at + 1]!;
    return size === 2 ? half : half * 65_536 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
  }
  int(size: 1 | 2 | 4): number {
    const shift = 32 - size * 8;
    return (this.uint(size) << shift) >> shift;
  }
  uint32Little(): number {
    const at = this.take(4);
    const { bytes } = this;
    return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
  }
  /** 8 bytes; a number within ±2^53, a bigint beyond. */
  uint64(littleEndian = false): number | bigint {
    const first = littleEndian ? this.uint32Little() : this.uint(4);
    const second = littleEndian ? this.uint32Little() : this.uint(4);
    return littleEndian ? unsigned64(first, second) : unsigned64(second, first);
  }
  int64(littleEndian = false): number | bigint {
    const first = littleEndian ? this.uint32Little() : this.uint(4);
    const second = littleEndian ? this.uint32Little() : this.uint(4);
    return littleEndian ? signed64(first, second) : signed64(second, first);
  }
  float(littleEndian = false): number {
    this.copy(4, littleEndian);
    return this.floats[0]!;
  }
  double(littleEndian = false): number {
    this.copy(8, littleEndian);
    return this.doubles[0]!;
  }

  /** Brings the next bytes into `scratch`, little-endian as typed arrays are wherever we run. */
  private copy(size: 4 | 8, littleEndian: boolean): void {
    const at = this.take(size);
    const { bytes, scratch } = this;
    const flip = littleEndian ? 0 : size - 1;
    for (let i = 0; i < size; i++) scratch[i ^ flip] = bytes[at + i]!;
  }

  /** Bits of a varint of 7-bit groups, least first, at most 10 bytes; `low` and `high` are left in the fields below. */
  varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.u8();
      const group = byte & 127;
      if (shift < 28) low |= group << shift;
      else if (shift === 28) {
        low |= group << 28;
        high = group >>> 4;
      } else if (shift < 63) high |= group << (shift - 32);
      else if (group > 1) break;
      else high |= group << 31;
      if (byte < 128) {
        this.varintLow = low >>> 0;
        this.varintHigh = high >>> 0;
        return;
      }
    }
    throw new DecodeProblem('SYNTAX', 'a variable-length number has more than 64 bits', this.position);
  }
  varintLow = 0;
  varintHigh = 0;
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** `value` as a number when it is within ±2^53. */
export function narrow(value: bigint): number | bigint {
  return value <= SAFE && value >= -SAFE ? Number(value) : value;
}

/** The 64 bits `high`, `low` as an unsigned whole number. */
export function unsigned64(low: number, high: number): number | bigint {
  return high < 0x200000 ? high * 4_294_967_296 + low : (BigInt(high) << 32n) | BigInt(low);
}

/** The 64 bits `high`, `low` as a whole number in two's complement. */
export function signed64(low: number, high: number): number | bigint {
  const top = high | 0;
  if (top >= -0x200000 && top < 0x200000) {
    const value = top * 4_294_967_296 + low;
    if (value >= -Number.MAX_SAFE_INTEGER) return value;
  }
  return (BigInt(top) << 32n) | BigInt(low);
}

/** A copy of `bytes[start, end)`; `slice` of a Node Buffer would be a view of a packet that is reused. */
export function copyBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}

/** `parts` one after the other. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
