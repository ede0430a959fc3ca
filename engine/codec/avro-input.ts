import { ByteReader, signed64 } from './byte-reader';
import type { DecodeLimits } from './decode-failure';
import { DecodeProblem } from './decode-problem';

const INT32_MAX = 2 ** 31 - 1;

/** Reads the primitives of Avro's binary encoding, within limits. */
export class AvroInput extends ByteReader {
  /** Items of lists and maps that took no bytes, over the whole payload. */
  private emptyItems = 0;

  constructor(readonly limits: DecodeLimits) {
    super();
  }

  override open(bytes: Uint8Array, start = 0, end = bytes.length): void {
    super.open(bytes, start, end);
    this.emptyItems = 0;
  }

  bool(): boolean {
    const byte = this.u8();
    if (byte > 1) throw new DecodeProblem('SYNTAX', `byte ${byte} is neither true nor false`, this.position - 1);
    return byte === 1;
  }

  int32(): number {
    const value = this.long();
    if (typeof value === 'bigint' || value > INT32_MAX || value < -INT32_MAX - 1) throw new DecodeProblem('RANGE', 'an int has more than 32 bits');
    return value;
  }

  /** A zig-zag varint: a number within ±2^53, a bigint beyond. */
  long(): number | bigint {
    this.varint();
    const { varintLow: low, varintHigh: high } = this;
    const sign = -(low & 1);
    return signed64((((low >>> 1) | (high << 31)) ^ sign) >>> 0, ((high >>> 1) ^ sign) >>> 0);
  }

  /** A length or an index: not negative. */
  length(what: string): number {
    const value = this.long();
    if (value < 0) throw new DecodeProblem('SYNTAX', `${what} is negative`);
    return Number(value);
  }

  /** Takes a length and that many bytes; returns where they begin, `position` is their end. */
  sized(): number {
    const length = this.length('a length');
    const start = this.take(length);
    if (length > this.limits.stringBytesMax) throw new DecodeProblem('SIZE', `a value of ${length} bytes exceeds the limit of ${this.limits.stringBytesMax}`, start);
    return start;
  }

  /** Takes the head of the next block of a list or map: its number of items, 0 at the end. */
  blockCount(itemBytesMin: number): number {
    let count = this.long();
    if (count < 0) {
      this.length('the size of a block');
      count = -count;
    }
    const left = this.end - this.position;
    if (itemBytesMin > 0) {
      if (Number(count) * itemBytesMin > left) throw new DecodeProblem('TRUNCATED', `${count} items are declared, ${left} bytes are left`);
    } else {
      this.emptyItems += Number(count);
      if (this.emptyItems > this.limits.itemsMax) throw new DecodeProblem('SIZE', `more than ${this.limits.itemsMax} items without bytes of their own`);
    }
    return Number(count);
  }
}
