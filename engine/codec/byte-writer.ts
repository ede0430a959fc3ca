import { encodeUtf8 } from './utf8';

const FIRST_CAPACITY = 256;

/** Bytes on their way out; grows as needed. `take` gives them and starts anew. */
export class ByteWriter {
  private bytes = new Uint8Array(FIRST_CAPACITY);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  u8(value: number): void {
    const at = this.reserve(1);
    this.bytes[at] = value;
  }
  u16(value: number): void {
    const at = this.reserve(2);
    this.view.setUint16(at, value);
  }
  u32(value: number, littleEndian = false): void {
    const at = this.reserve(4);
    this.view.setUint32(at, value, littleEndian);
  }
  u64(value: bigint, littleEndian = false): void {
    const at = this.reserve(8);
    this.view.setBigUint64(at, BigInt.asUintN(64, value), littleEndian);
  }
  float(value: number, littleEndian = false): void {
    const at = this.reserve(4);
    this.view.setFloat32(at, value, littleEndian);
  }
  double(value: number, littleEndian = false): void {
    const at = this.reserve(8);
    this.view.setFloat64(at, value, littleEndian);
  }
  append(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.bytes.set(bytes, at);
  }
  text(text: string): void {
    this.append(encodeUtf8(text));
  }

  /** 7-bit groups, least first. */
  varint(value: bigint): void {
    let left = BigInt.asUintN(64, value);
    for (; left > 127n; left >>= 7n) this.u8(Number(left & 127n) | 128);
    this.u8(Number(left));
  }
  zigzag(value: bigint): void {
    this.varint((value << 1n) ^ (value >> 63n));
  }
  /** A varint of the length, then the bytes. */
  sized(bytes: Uint8Array): void {
    this.varint(BigInt(bytes.length));
    this.append(bytes);
  }

  /** Makes room; afterwards `bytes` and `view` may be others than before. */
  private reserve(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, this.bytes.length * 2));
      grown.set(this.bytes);
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    return at;
  }
}
