import { ByteReader } from './byte-reader';
import { DecodeProblem } from './decode-problem';
import type { ItemReader } from './item-reader';
import type { ValueTarget } from './value-target';

const TIMESTAMP = 255;
const NANOS_MAX = 999_999_999;
const LIST_OR_MAP: Readonly<Record<number, { readonly map: boolean; readonly size: 2 | 4 }>> = {
  0xdc: { map: false, size: 2 },
  0xdd: { map: false, size: 4 },
  0xde: { map: true, size: 2 },
  0xdf: { map: true, size: 4 }
};
const TEXT_SIZES: Readonly<Record<number, 1 | 2 | 4>> = { 0xd9: 1, 0xda: 2, 0xdb: 4 };
const BYTES_SIZES: Readonly<Record<number, 1 | 2 | 4>> = { 0xc4: 1, 0xc5: 2, 0xc6: 4 };
const EXTENSION_SIZES: Readonly<Record<number, 1 | 2 | 4>> = { 0xc7: 1, 0xc8: 2, 0xc9: 4 };

/** Reads MessagePack (msgpack specification of 2017, with the timestamp extension). Lengths are checked before anything is taken. */
export class MessagePackReader implements ItemReader {
  private readonly input = new ByteReader();
  keyStart = 0;
  keyEnd = 0;

  constructor(private readonly depthMax: number) {}

  get position(): number {
    return this.input.position;
  }
  get atEnd(): boolean {
    return this.input.atEnd;
  }
  get keyBytes(): Uint8Array {
    return this.input.bytes;
  }

  open(bytes: Uint8Array): void {
    this.input.open(bytes);
  }

  peek(): 'map' | 'list' | 'other' {
    const head = this.input.u8();
    this.input.position--;
    if (head >= 0x80 && head <= 0x8f) return 'map';
    if (head >= 0x90 && head <= 0x9f) return 'list';
    const kind = LIST_OR_MAP[head];
    return kind === undefined ? 'other' : kind.map ? 'map' : 'list';
  }

  openMap(): number {
    return this.openHead(true, 0x80, 2);
  }

  openList(): number {
    return this.openHead(false, 0x90, 1);
  }

  takeBreak(): boolean {
    return false;
  }

  readKey(): void {
    const head = this.input.u8();
    const length = this.textLength(head);
    if (length < 0) throw new DecodeProblem('TYPE', 'expected a text as the key of a map');
    this.keyStart = this.input.take(length);
    this.keyEnd = this.input.position;
  }

  read(target: ValueTarget, depth: number): void {
    const kind = this.peek();
    if (kind === 'other') {
      this.readScalar(this.input.u8(), target);
      return;
    }
    if (depth >= this.depthMax) throw new DecodeProblem('DEPTH', `values are nested deeper than ${this.depthMax}`);
    if (kind === 'list') {
      target.openList();
      for (let left = this.openList(); left > 0; left--) this.read(target, depth + 1);
      target.closeList();
      return;
    }
    target.openMap();
    for (let left = this.openMap(); left > 0; left--) {
      this.readKey();
      target.key(this.keyBytes, this.keyStart, this.keyEnd);
      this.read(target, depth + 1);
    }
    target.closeMap();
  }

  /** The declared number of entries, which the rest of the payload must be able to hold. */
  private openHead(map: boolean, fixed: number, bytesPerEntry: number): number {
    const head = this.input.u8();
    const kind = LIST_OR_MAP[head];
    const count = kind === undefined ? head - fixed : this.input.uint(kind.size);
    if (kind === undefined ? head < fixed || head > fixed + 15 : kind.map !== map) throw new DecodeProblem('TYPE', `expected a ${map ? 'map' : 'list'}`);
    const left = this.input.end - this.input.position;
    if (count * bytesPerEntry > left) throw new DecodeProblem('TRUNCATED', `${count} entries are declared, ${left} bytes are left`);
    return count;
  }

  private textLength(head: number): number {
    if (head >= 0xa0 && head <= 0xbf) return head - 0xa0;
    const size = TEXT_SIZES[head];
    return size === undefined ? -1 : this.input.uint(size);
  }

  private readScalar(head: number, target: ValueTarget): void {
    const { input } = this;
    if (head < 0x80) target.putInteger(head);
    else if (head >= 0xe0) target.putInteger(head - 256);
    else if (head === 0xc0) target.putNull();
    else if (head === 0xc2 || head === 0xc3) target.putBool(head === 0xc3);
    else if (head === 0xca) target.putDouble(input.float());
    else if (head === 0xcb) target.putDouble(input.double());
    else if (head >= 0xcc && head <= 0xd3) this.readInteger(head, target);
    else if (BYTES_SIZES[head] !== undefined) {
      const start = input.take(input.uint(BYTES_SIZES[head]));
      target.putBytes(input.bytes, start, input.position);
    } else if (head >= 0xd4 && head <= 0xd8) this.readExtension(1 << (head - 0xd4), target);
    else if (EXTENSION_SIZES[head] !== undefined) this.readExtension(input.uint(EXTENSION_SIZES[head]), target);
    else {
      const length = this.textLength(head);
      if (length < 0) throw new DecodeProblem('SYNTAX', `byte 0x${head.toString(16)} begins no MessagePack value`);
      const start = input.take(length);
      target.putText(input.bytes, start, input.position);
    }
  }

  private readInteger(head: number, target: ValueTarget): void {
    const { input } = this;
    if (head === 0xcf || head === 0xd3) {
      const value = head === 0xcf ? input.uint64() : input.int64();
      if (typeof value === 'number') target.putInteger(value);
      else target.putBigInt(value);
      return;
    }
    const size = (1 << ((head - 0xcc) & 3)) as 1 | 2 | 4;
    target.putInteger(head < 0xd0 ? input.uint(size) : input.int(size));
  }

  private readExtension(length: number, target: ValueTarget): void {
    const { input } = this;
    const type = input.u8();
    const end = input.take(length) + length;
    if (type !== TIMESTAMP) throw new DecodeProblem('TYPE', `extension type ${type > 127 ? type - 256 : type} is not read; only timestamps (-1) are`);
    input.position = end - length;
    if (length === 4) target.putTime(input.uint(4) * 1000);
    else if (length === 8) {
      const high = input.uint(4);
      const low = input.uint(4);
      this.putTime((high & 3) * 4_294_967_296 + low, high >>> 2, target);
    } else if (length === 12) {
      const nanos = input.uint(4);
      this.putTime(Number(input.int64()), nanos, target);
    } else throw new DecodeProblem('TYPE', `a timestamp of ${length} bytes; 4, 8 or 12 were expected`);
    input.position = end;
  }

  /** Time in whole milliseconds, rounded down. */
  private putTime(seconds: number, nanos: number, target: ValueTarget): void {
    if (nanos > NANOS_MAX) throw new DecodeProblem('RANGE', `a timestamp with ${nanos} nanoseconds`);
    target.putTime(seconds * 1000 + Math.floor(nanos / 1e6));
  }
}
