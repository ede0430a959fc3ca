import { encodeUtf8, decodeUtf8 } from '../codec/utf8';
import { LittoralError } from '../error';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';

/** Little-endian bytes without padding; the same calls give the same bytes. */
export class SnapshotBytesWriter implements SnapshotWriter {
  private buffer = new Uint8Array(1024);
  private view = new DataView(this.buffer.buffer);
  private length = 0;

  f64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  u32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  text(value: string): void {
    this.bytes(encodeUtf8(value));
  }

  bytes(value: Uint8Array): void {
    this.u32(value.length);
    this.reserve(value.length);
    this.buffer.set(value, this.length);
    this.length += value.length;
  }

  f64s(values: Float64Array): void {
    this.bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  /** All that was written. */
  finish(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  private reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    grown.set(this.buffer);
    this.buffer = grown;
    this.view = new DataView(grown.buffer);
  }
}

/** Reads what `SnapshotBytesWriter` wrote; LittoralError SNAPSHOT_CORRUPT beyond the end. */
export class SnapshotBytesReader implements SnapshotReader {
  private readonly view: DataView;
  private offset = 0;

  constructor(private readonly buffer: Uint8Array) {
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }

  f64(): number {
    return this.view.getFloat64(this.advance(8), true);
  }

  u32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  text(): string {
    const text = decodeUtf8(this.bytes());
    if (text === null) throw corrupt('a text that is not UTF-8');
    return text;
  }

  bytes(): Uint8Array {
    const length = this.u32();
    const from = this.advance(length);
    return this.buffer.subarray(from, from + length);
  }

  f64s(): Float64Array {
    const bytes = this.bytes();
    if (bytes.length % 8 !== 0) throw corrupt(`a list of numbers of ${bytes.length} bytes`);
    return new Float64Array(bytes.slice().buffer);
  }

  /** Throws unless everything was read. */
  end(): void {
    if (this.offset !== this.buffer.length) throw corrupt(`${this.buffer.length - this.offset} bytes too many`);
  }

  private advance(bytes: number): number {
    const from = this.offset;
    if (bytes > this.buffer.length - from) throw corrupt(`${this.buffer.length} bytes where at least ${from + bytes} were expected`);
    this.offset += bytes;
    return from;
  }
}

function corrupt(seen: string): LittoralError {
  return new LittoralError('SNAPSHOT_CORRUPT', `the snapshot holds ${seen}; it cannot be restored. Restore an older one or replay the inbox.`);
}
