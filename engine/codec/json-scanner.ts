import type { DecodeCode, DecodeFailure, DecodeLimits } from './decode-failure';
import { EXACT_POWERS, parseDecimal } from './decimal';
import { HASH_SEED } from './text-interner';
import { decodeUtf8, utf8ErrorOffset } from './utf8';
import { unescapeJson } from './json-escape';

export const QUOTE = 34;
export const COMMA = 44;
export const COLON = 58;
export const OPEN_LIST = 91;
export const CLOSE_LIST = 93;
export const OPEN_OBJECT = 123;
export const CLOSE_OBJECT = 125;
const BACKSLASH = 92;
const RUN_MAX = 1024;
export const MINUS = 45;
export const PLUS = 43;
export const ZERO = 48;
export const NINE = 57;
export const DOT = 46;

const EXACT_MAX = 9_007_199_254_740_992;

/**
 * A cursor over the UTF-8 bytes of one JSON text. Readers return NaN, -1 or false once something is wrong and leave the
 * reason in `failure`; nothing throws. Every reader expects `position` at the first byte of its token.
 */
export class JsonScanner {
  bytes: Uint8Array = new Uint8Array(0);
  position = 0;
  end = 0;
  failure: DecodeFailure | null = null;
  /** Of the last string: its bytes between the quotes, their hash, whether it holds escapes. */
  textStart = 0;
  textEnd = 0;
  textHash = 0;
  textEscaped = false;
  private runBuffer: Float64Array | null = null;

  constructor(readonly limits: DecodeLimits) {}

  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.position = 0;
    this.end = bytes.length;
    this.failure = null;
  }

  /** As `open`, for a part of the bytes. */
  openRange(bytes: Uint8Array, start: number, end: number): void {
    this.open(bytes);
    this.position = start;
    this.end = end;
  }

  /** Numbers on their way from a list to a builder. */
  get run(): Float64Array {
    this.runBuffer ??= new Float64Array(RUN_MAX);
    return this.runBuffer;
  }

  /** Records the first failure. */
  fail(code: DecodeCode, message: string, offset = this.position): false {
    this.failure ??= { code, message: `${message} (byte ${offset})`, offset };
    return false;
  }

  /** Names the column whose value has failed, when its type or range is the reason. */
  blame(column: string): false {
    const { failure } = this;
    if (failure?.code === 'JSON_TYPE' || failure?.code === 'JSON_RANGE') this.failure = { ...failure, column: failure.column ?? column };
    return false;
  }

  /** The next byte that is not white space, not taken; -1 at the end of the text. */
  peek(): number {
    const bytes = this.bytes;
    let position = this.position;
    while (position < this.end) {
      const byte = bytes[position]!;
      if (byte > 32 || (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9)) {
        this.position = position;
        return byte;
      }
      position++;
    }
    this.position = position;
    return -1;
  }

  /** Takes `byte` after white space. */
  expect(byte: number, where: string): boolean {
    const seen = this.peek();
    if (seen === byte) {
      this.position++;
      return true;
    }
    return this.unexpected(seen, `"${String.fromCharCode(byte)}" ${where}`);
  }

  unexpected(seen: number, wanted: string): false {
    if (seen < 0) return this.fail('JSON_TRUNCATED', `the payload ends where ${wanted} was expected`);
    return this.fail('JSON_SYNTAX', `saw ${describeByte(seen)} where ${wanted} was expected`);
  }

  /** The value at `position` is of another type than `wanted`, or no JSON value at all. */
  wrongType(wanted: string): false {
    const seen = this.peek();
    const kind = valueKind(seen);
    if (kind === null) return this.unexpected(seen, wanted);
    return this.fail('JSON_TYPE', `saw ${kind} where ${wanted} was expected`);
  }

  /** A number as the nearest double; NaN after a failure. */
  readDouble(wanted: string): number {
    const bytes = this.bytes;
    const end = this.end;
    const start = this.position;
    let position = start;
    const negative = bytes[position] === MINUS;
    if (negative) position++;
    const first = position;
    let mantissa = 0;
    let exponent = 0;
    let byte = 0;
    while (position < end && (byte = bytes[position]!) >= ZERO && byte <= NINE) {
      mantissa = mantissa * 10 + (byte - ZERO);
      position++;
    }
    if (position === first) return this.noDigits(position, negative, wanted);
    if (bytes[first] === ZERO && position - first > 1) return this.leadingZero(first);
    if (byte === DOT && position < end) {
      const fraction = ++position;
      while (position < end && (byte = bytes[position]!) >= ZERO && byte <= NINE) {
        mantissa = mantissa * 10 + (byte - ZERO);
        position++;
      }
      if (position === fraction) return this.noDigits(position, true, wanted);
      exponent = fraction - position;
    }
    this.position = position;
    if (position < end && (byte | 32) === 101) return this.withExponent(start);
    if (mantissa < EXACT_MAX && exponent >= -22) {
      const value = exponent === 0 ? mantissa : mantissa / EXACT_POWERS[-exponent]!;
      return negative ? -value : value;
    }
    return this.slowDouble(start);
  }

  /** An integer within ±2^53 by its digits; NaN after a failure, ±Infinity for one that is larger. */
  readInteger(wanted: string): number {
    const bytes = this.bytes;
    const end = this.end;
    let position = this.position;
    const negative = bytes[position] === MINUS;
    if (negative) position++;
    const first = position;
    let value = 0;
    let byte = 0;
    while (position < end && (byte = bytes[position]!) >= ZERO && byte <= NINE) {
      value = value * 10 + (byte - ZERO);
      position++;
    }
    if (position === first) return this.noDigits(position, negative, wanted);
    if (bytes[first] === ZERO && position - first > 1) return this.leadingZero(first);
    if (position < end && (byte === DOT || (byte | 32) === 101)) {
      this.fail('JSON_TYPE', `saw a number with a fraction or exponent where ${wanted} was expected`);
      return NaN;
    }
    this.position = position;
    if (value >= EXACT_MAX) return negative ? -Infinity : Infinity;
    return negative ? 0 - value : value;
  }

  /** Reads `true` or `false` as 1 or 0; NaN after a failure. */
  readBool(wanted: string): number {
    const first = this.bytes[this.position];
    if (first === 116 && this.takeWord('true')) return 1;
    if (first === 102 && this.takeWord('false')) return 0;
    this.wrongType(wanted);
    return NaN;
  }

  /** Takes `null` if it is next. Any other word that begins with n is left for the reader to refuse. */
  takeNull(): boolean {
    return this.bytes[this.position] === 110 && this.takeWord('null');
  }

  /** Finds the end of the string that begins at `position` and leaves its bytes in `textStart`… `textHash`. */
  scanString(wanted: string): boolean {
    const bytes = this.bytes;
    const end = this.end;
    let position = this.position;
    if (bytes[position] !== QUOTE || position >= end) return this.wrongType(wanted);
    position++;
    const start = position;
    let hash = HASH_SEED;
    let escaped = false;
    while (position < end) {
      const byte = bytes[position]!;
      if (byte === QUOTE) break;
      if (byte < 32) return this.fail('JSON_SYNTAX', `a string holds the control character ${describeByte(byte)}`, position);
      if (byte === BACKSLASH) {
        escaped = true;
        position++;
      }
      hash = Math.imul(hash ^ byte, 16777619);
      position++;
    }
    if (position >= end) return this.fail('JSON_TRUNCATED', 'the payload ends inside a string', end);
    if (position - start > this.limits.stringBytesMax) {
      return this.fail('JSON_SIZE', `a string of ${position - start} bytes exceeds the limit of ${this.limits.stringBytesMax}`, start);
    }
    this.textStart = start;
    this.textEnd = position;
    this.textHash = hash;
    this.textEscaped = escaped;
    this.position = position + 1;
    return true;
  }

  /** The last string as text; null after a failure. */
  text(): string | null {
    if (this.textEscaped) return unescapeJson(this);
    const text = decodeUtf8(this.bytes, this.textStart, this.textEnd);
    if (text === null) this.notUtf8();
    return text;
  }

  notUtf8(): false {
    const offset = utf8ErrorOffset(this.bytes, this.textStart, this.textEnd);
    return this.fail('JSON_UTF8', 'a string is not well-formed UTF-8', offset);
  }

  /** As `unexpected`, after the byte has been taken. */
  unexpectedBefore(byte: number, wanted: string): false {
    this.position--;
    return this.unexpected(byte, wanted);
  }

  /** Takes one digit or more. */
  skipDigits(): boolean {
    const first = this.position;
    while (this.position < this.end && this.bytes[this.position]! >= ZERO && this.bytes[this.position]! <= NINE) this.position++;
    if (this.position > first) return true;
    return this.unexpected(first < this.end ? this.bytes[first]! : -1, 'a digit');
  }

  private takeWord(word: string): boolean {
    const end = this.position + word.length;
    if (end > this.end) {
      this.fail('JSON_TRUNCATED', `the payload ends inside ${word}`, this.end);
      return false;
    }
    for (let i = 0; i < word.length; i++) if (this.bytes[this.position + i] !== word.charCodeAt(i)) return false;
    this.position = end;
    return true;
  }

  private noDigits(position: number, inNumber: boolean, wanted: string): number {
    this.position = position;
    if (!inNumber) this.wrongType(wanted);
    else this.unexpected(position < this.end ? this.bytes[position]! : -1, 'a digit');
    return NaN;
  }

  leadingZero(first: number): number {
    this.fail('JSON_SYNTAX', 'a number begins with 0', first);
    return NaN;
  }

  private withExponent(start: number): number {
    this.position++;
    const sign = this.bytes[this.position];
    if (this.position < this.end && (sign === MINUS || sign === PLUS)) this.position++;
    if (!this.skipDigits()) return NaN;
    return this.slowDouble(start);
  }

  private slowDouble(start: number): number {
    const length = this.position - start;
    if (length > this.limits.numberBytesMax) {
      this.fail('JSON_SIZE', `a number of ${length} characters exceeds the limit of ${this.limits.numberBytesMax}`, start);
      return NaN;
    }
    const value = parseDecimal(this.bytes, start, this.position);
    if (Number.isFinite(value)) return value;
    this.fail('JSON_RANGE', 'a number is beyond the range of float64', start);
    return NaN;
  }
}

function describeByte(byte: number): string {
  return byte > 32 && byte < 127 ? `"${String.fromCharCode(byte)}"` : `0x${byte.toString(16).padStart(2, '0')}`;
}

function valueKind(byte: number): string | null {
  if (byte === QUOTE) return 'a string';
  if (byte === OPEN_OBJECT) return 'an object';
  if (byte === OPEN_LIST) return 'a list';
  if (byte === 116 || byte === 102) return 'a bool';
  if (byte === 110) return 'null';
  if (byte === MINUS || (byte >= ZERO && byte <= NINE)) return 'a number';
  return null;
}
