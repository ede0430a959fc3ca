import { ByteReader, joinBytes, narrow } from './byte-reader';
import { DecodeProblem } from './decode-problem';
import type { ElementType } from './element';
import { ELEMENT_BYTES, halfToDouble, putElement, readElement } from './element';
import { parseInstant } from './instant';
import type { ItemReader } from './item-reader';
import type { ValueTarget } from './value-target';
import { NO_TARGET, textOf } from './value-target';

const BREAK = 0xff;
const OPEN = 31;
const SELF_DESCRIBED_TAG = 55_799;
/** URI, base64url, base64, regular expression, MIME message: texts that say what they mean (RFC 8949 §3.4.5.3). */
const FIRST_TEXT_TAG = 32;
const LAST_TEXT_TAG = 36;
/** Tag 55799, which some senders put before everything. */
const SELF_DESCRIBED = [0xd9, 0xd9, 0xf7];
const BIGNUM_BYTES_MAX = 64;
const UINT = 0;
const NINT = 1;
const BYTES = 2;
const TEXT = 3;
const LIST = 4;
const MAP = 5;
const TAG = 6;
/** Element types of tags 64 to 87 (RFC 8746); bit 2 of the tag says little-endian. */
const TYPED_ARRAYS: readonly (ElementType | undefined)[] = [
  'uint8', 'uint16', 'uint32', 'uint64', 'uint8', 'uint16', 'uint32', 'uint64',
  'int8', 'int16', 'int32', 'int64', undefined, 'int16', 'int32', 'int64',
  'float16', 'float32', 'float64', undefined, 'float16', 'float32', 'float64', undefined
];

/**
 * Reads CBOR (RFC 8949): indefinite lengths, half floats, bignums (tags 2, 3), times (tags 0, 1) and typed arrays (RFC 8746,
 * tags 64 to 87). Other tags are refused in columns and read through where no column wants the value.
 */
export class CborReader implements ItemReader {
  private readonly input = new ByteReader();
  keyBytes: Uint8Array = this.input.bytes;
  keyStart = 0;
  keyEnd = 0;
  /** Argument of the last head: its count or value. */
  private argument: number | bigint = 0;
  private info = 0;

  constructor(private readonly depthMax: number) {}

  get position(): number {
    return this.input.position;
  }
  get atEnd(): boolean {
    return this.input.atEnd;
  }

  open(bytes: Uint8Array): void {
    this.input.open(bytes);
    if (SELF_DESCRIBED.every((byte, i) => bytes[i] === byte)) this.input.position = SELF_DESCRIBED.length;
  }

  peek(): 'map' | 'list' | 'other' {
    const major = this.input.u8() >> 5;
    this.input.position--;
    return major === MAP ? 'map' : major === LIST ? 'list' : 'other';
  }

  openMap(): number {
    return this.openHead(MAP, 2);
  }

  openList(): number {
    return this.openHead(LIST, 1);
  }

  takeBreak(): boolean {
    if (this.input.u8() === BREAK) return true;
    this.input.position--;
    return false;
  }

  readKey(): void {
    if (this.head() !== TEXT) throw new DecodeProblem('TYPE', 'expected a text as the key of a map');
    this.readString(TEXT);
    this.keyBytes = this.stringBytes;
    this.keyStart = this.stringStart;
    this.keyEnd = this.stringEnd;
  }

  read(target: ValueTarget, depth: number): void {
    if (depth >= this.depthMax) throw new DecodeProblem('DEPTH', `values are nested deeper than ${this.depthMax}`);
    const kind = this.peek();
    if (kind === 'other') this.readScalar(this.head(), target, depth);
    else if (kind === 'list') {
      target.openList();
      const count = this.openList();
      for (let i = 0; count < 0 ? !this.takeBreak() : i < count; i++) this.read(target, depth + 1);
      target.closeList();
    } else {
      target.openMap();
      const count = this.openMap();
      for (let i = 0; count < 0 ? !this.takeBreak() : i < count; i++) {
        this.readKey();
        target.key(this.keyBytes, this.keyStart, this.keyEnd);
        this.read(target, depth + 1);
      }
      target.closeMap();
    }
  }

  private openHead(major: number, bytesPerEntry: number): number {
    if (this.head() !== major) throw new DecodeProblem('TYPE', `expected a ${major === MAP ? 'map' : 'list'}`);
    if (this.info === OPEN) return -1;
    const left = this.input.end - this.input.position;
    if (!(Number(this.argument) * bytesPerEntry <= left)) throw new DecodeProblem('TRUNCATED', `${this.argument} entries are declared, ${left} bytes are left`);
    return Number(this.argument);
  }

  /** Takes a head: returns the major type, leaves the argument. */
  private head(): number {
    const { input } = this;
    const byte = input.u8();
    const major = byte >> 5;
    this.info = byte & 31;
    if (this.info < 24) this.argument = this.info;
    else if (this.info === 27) this.argument = input.uint64();
    else if (this.info < 27) this.argument = input.uint((1 << (this.info - 24)) as 1 | 2 | 4);
    else if (this.info !== OPEN || major < BYTES || major === TAG || major === 7) {
      throw new DecodeProblem('SYNTAX', byte === BREAK ? 'a break where a value was expected' : `byte 0x${byte.toString(16)} begins no CBOR value`, input.position - 1);
    }
    return major;
  }

  private readScalar(major: number, target: ValueTarget, depth: number): void {
    const { argument } = this;
    if (major === UINT) putWhole(target, argument);
    else if (major === NINT) putWhole(target, typeof argument === 'number' && argument < Number.MAX_SAFE_INTEGER ? -1 - argument : -1n - BigInt(argument));
    else if (major === BYTES || major === TEXT) {
      this.readString(major);
      if (major === BYTES) target.putBytes(this.stringBytes, this.stringStart, this.stringEnd);
      else target.putText(this.stringBytes, this.stringStart, this.stringEnd);
    } else if (major === TAG) this.readTag(Number(argument), target, depth);
    else this.readSimple(target);
  }

  private readSimple(target: ValueTarget): void {
    const { info } = this;
    if (info === 20 || info === 21) target.putBool(info === 21);
    else if (info === 22 || info === 23) target.putNull();
    else if (info >= 25 && info <= 27) target.putDouble(this.float());
    else throw new DecodeProblem(info === 24 && Number(this.argument) < 32 ? 'SYNTAX' : 'TYPE', `simple value ${this.argument} has no meaning here`);
  }

  /** The float whose head was taken. */
  private float(): number {
    const { input, info } = this;
    if (info === 25) return halfToDouble(Number(this.argument));
    input.position -= info === 26 ? 4 : 8;
    return info === 26 ? input.float() : input.double();
  }

  /** The number behind tag 1 as ms since the epoch, to the nearest. */
  private readEpoch(): number {
    const major = this.head();
    if (major === UINT) return Number(this.argument) * 1000;
    if (major === NINT) return (-1 - Number(this.argument)) * 1000;
    if (major === 7 && this.info >= 25 && this.info <= 27) return Math.round(this.float() * 1000);
    throw new DecodeProblem('TYPE', 'expected a number of seconds behind tag 1');
  }

  private readTag(tag: number, target: ValueTarget, depth: number): void {
    if (tag >= 64 && tag <= 87) this.readTypedArray(tag, target);
    else if (tag === 2 || tag === 3) this.readBignum(tag === 3, target);
    else if (tag === 0) {
      if (this.head() !== TEXT) throw new DecodeProblem('TYPE', 'expected a text behind tag 0');
      this.readString(TEXT);
      const timeMs = parseInstant(textOf(this.stringBytes, this.stringStart, this.stringEnd));
      if (timeMs === null) throw new DecodeProblem('TYPE', 'a date and time (tag 0) that is not as in RFC 3339');
      target.putTime(timeMs);
    } else if (tag === 1) target.putTime(this.readEpoch());
    else if (target === NO_TARGET || tag === SELF_DESCRIBED_TAG || (tag >= FIRST_TEXT_TAG && tag <= LAST_TEXT_TAG && this.nextIsText())) this.read(target, depth + 1);
    else throw new DecodeProblem('TYPE', `tag ${tag} is not read`);
  }

  private nextIsText(): boolean {
    return this.input.bytes[this.input.position]! >> 5 === TEXT;
  }

  private readBignum(negative: boolean, target: ValueTarget): void {
    if (this.head() !== BYTES) throw new DecodeProblem('TYPE', 'expected bytes behind the tag of a bignum');
    this.readString(BYTES);
    const length = this.stringEnd - this.stringStart;
    if (length > BIGNUM_BYTES_MAX) throw new DecodeProblem('RANGE', `a whole number of ${length} bytes`);
    let value = 0n;
    for (let i = this.stringStart; i < this.stringEnd; i++) value = (value << 8n) | BigInt(this.stringBytes[i]!);
    putWhole(target, narrow(negative ? -1n - value : value));
  }

  private readTypedArray(tag: number, target: ValueTarget): void {
    if (this.head() !== BYTES) throw new DecodeProblem('TYPE', 'expected bytes behind the tag of a typed array');
    this.readString(BYTES);
    const { stringBytes, stringStart, stringEnd } = this;
    const type = TYPED_ARRAYS[tag - 64];
    const size = type === undefined ? 0 : ELEMENT_BYTES[type];
    if (type === undefined || (stringEnd - stringStart) % size !== 0) throw new DecodeProblem('TYPE', `a typed array of tag ${tag} and ${stringEnd - stringStart} bytes`);
    const view = new DataView(stringBytes.buffer, stringBytes.byteOffset, stringBytes.byteLength);
    target.openList();
    for (let at = stringStart; at < stringEnd; at += size) putElement(target, readElement(view, at, type, ((tag - 64) & 4) !== 0), type);
    target.closeList();
  }

  private stringBytes: Uint8Array = this.input.bytes;
  private stringStart = 0;
  private stringEnd = 0;

  /** Takes the string whose head was taken; chunks are joined. */
  private readString(major: number): void {
    const { input } = this;
    if (this.info !== OPEN) {
      this.stringStart = input.take(Number(this.argument));
      this.stringEnd = input.position;
      this.stringBytes = input.bytes;
      return;
    }
    const chunks: Uint8Array[] = [];
    while (!this.takeBreak()) {
      if (this.head() !== major || this.info === OPEN) throw new DecodeProblem('SYNTAX', 'a string in chunks holds something else than its chunks');
      const start = input.take(Number(this.argument));
      if (major === TEXT) textOf(input.bytes, start, input.position);
      chunks.push(input.bytes.subarray(start, input.position));
    }
    this.stringBytes = joinBytes(chunks);
    this.stringStart = 0;
    this.stringEnd = this.stringBytes.length;
  }
}

function putWhole(target: ValueTarget, value: number | bigint): void {
  if (typeof value === 'number') target.putInteger(value);
  else target.putBigInt(value);
}
