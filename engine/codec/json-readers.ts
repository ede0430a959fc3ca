import { assert } from '../error';
import type { Field } from '../schema/schema';
import { isList } from '../schema/schema';
import { decodeBase64 } from './base64';
import type { AnyColumnBuilder } from './column-builder';
import { BinaryBuilder, ListBuilder, Utf8Builder } from './column-builder';
import { FieldReader } from './field-reader';
import type { JsonScanner } from './json-scanner';
import { CLOSE_LIST, COMMA, OPEN_LIST, QUOTE } from './json-scanner';
import { BoolReader, Float32Reader, Float64Reader, Int32Reader, Int64Reader, TimestampReader } from './number-readers';
import { takeNumberRun } from './number-run';
import { HASH_SEED } from './text-interner';

const BACKSLASH = 92;
const SPACE = 32;
const INT32_MAX = 2 ** 31 - 1;

class Utf8Reader extends FieldReader {
  private target = new Utf8Builder();
  bind(builder: AnyColumnBuilder): void {
    assert(builder instanceof Utf8Builder, 'a text builder');
    this.target = builder;
  }
  get builder(): AnyColumnBuilder {
    return this.target;
  }
  protected override takeRun(max: number): number {
    const { scanner, target } = this;
    const { bytes, end } = scanner;
    const { interner } = target;
    let count = 0;
    for (let position = scanner.position; count < max && bytes[position] === QUOTE; count++) {
      const start = position + 1;
      let code = interner.guess(bytes, start, end);
      let at = start + interner.guessedLength;
      if (code >= 0 && bytes[at + 1] === COMMA) interner.confirm();
      else if (code < 0) {
        let hash = HASH_SEED;
        let byte = 0;
        for (at = start; at < end && (byte = bytes[at]!) !== QUOTE && byte !== BACKSLASH && byte >= SPACE; at++) hash = Math.imul(hash ^ byte, 16777619);
        if (byte !== QUOTE || bytes[at + 1] !== COMMA || at - start > scanner.limits.stringBytesMax) break;
        code = interner.encode(bytes, start, at, hash);
      }
      if (code < 0 || at + 1 >= end || bytes[at + 1] !== COMMA) break;
      target.appendCode(code);
      position = at + 2;
      while (position < end && bytes[position] === SPACE) position++;
      scanner.position = position;
    }
    return count;
  }

  protected readValue(): boolean {
    const scanner = this.scanner;
    if (!scanner.scanString(this.wanted)) return false;
    if (scanner.textEscaped) {
      const text = scanner.text();
      if (text === null) return false;
      this.target.append(text);
      return true;
    }
    const code = this.target.interner.encode(scanner.bytes, scanner.textStart, scanner.textEnd, scanner.textHash);
    if (code < 0) return scanner.notUtf8();
    this.target.appendCode(code);
    return true;
  }
}

class BinaryReader extends FieldReader {
  private target = new BinaryBuilder();
  bind(builder: AnyColumnBuilder): void {
    assert(builder instanceof BinaryBuilder, 'a binary builder');
    this.target = builder;
  }
  get builder(): AnyColumnBuilder {
    return this.target;
  }
  protected readValue(): boolean {
    if (!this.scanner.scanString(this.wanted)) return false;
    const text = this.scanner.text();
    if (text === null) return false;
    const bytes = decodeBase64(text);
    if (bytes === null) return this.scanner.fail('JSON_TYPE', `saw a string that is not base64 where ${this.wanted} was expected`, this.scanner.textStart);
    this.target.append(bytes);
    return true;
  }
}

class ListReader extends FieldReader {
  private target = new ListBuilder('float64');
  private readonly element: 'float64' | 'float32' | 'int32';
  private readonly size: number | undefined;

  constructor(field: Field, scanner: JsonScanner) {
    super(field, scanner);
    assert(isList(field.type), 'a list type');
    this.element = field.type.list;
    this.size = field.type.size;
  }
  bind(builder: AnyColumnBuilder): void {
    assert(builder instanceof ListBuilder, 'a list builder');
    this.target = builder;
  }
  get builder(): AnyColumnBuilder {
    return this.target;
  }
  protected readValue(): boolean {
    const scanner = this.scanner;
    if (scanner.peek() !== OPEN_LIST) return scanner.wrongType(this.wanted);
    scanner.position++;
    if (scanner.peek() === CLOSE_LIST) {
      scanner.position++;
      return this.endList();
    }
    for (;;) {
      scanner.peek();
      this.takeElements();
      scanner.peek();
      if (!this.readElement()) return false;
      const byte = scanner.peek();
      scanner.position++;
      if (byte === CLOSE_LIST) return this.endList();
      if (byte !== COMMA) return scanner.unexpectedBefore(byte, '"," or "]"');
    }
  }
  private takeElements(): void {
    const { run } = this.scanner;
    const max = this.element === 'int32' ? INT32_MAX : null;
    let count = 0;
    do {
      count = takeNumberRun(this.scanner, run, max);
      this.target.appendRun(run, count);
    } while (count === run.length);
  }
  private readElement(): boolean {
    const value = this.element === 'int32' ? this.scanner.readInteger(this.wanted) : this.scanner.readDouble(this.wanted);
    if (value !== value) return false;
    if (this.element === 'int32' && value !== (value | 0)) return this.outOfRange();
    if (this.element === 'float32' && !Number.isFinite(Math.fround(value))) return this.outOfRange();
    this.target.appendValue(value);
    return true;
  }
  private endList(): boolean {
    if (this.size !== undefined && this.target.openLength !== this.size) {
      return this.scanner.fail('JSON_TYPE', `saw a list of ${this.target.openLength} numbers where ${this.wanted} was expected`);
    }
    this.target.endList();
    return true;
  }
}

const SCALAR_READERS = {
  bool: BoolReader,
  int32: Int32Reader,
  int64: Int64Reader,
  float32: Float32Reader,
  float64: Float64Reader,
  timestampMs: TimestampReader,
  utf8: Utf8Reader,
  binary: BinaryReader
};

/** The reader for a column of `field`. */
export function fieldReader(field: Field, scanner: JsonScanner): FieldReader {
  return isList(field.type) ? new ListReader(field, scanner) : new SCALAR_READERS[field.type](field, scanner);
}
