import { decodeBase64 } from './base64';
import type { AnyColumnBuilder } from './column-builder';
import { BinaryBuilder, Int64Builder, ListBuilder, NumberBuilder, Utf8Builder } from './column-builder';
import type { JsonScanner } from './json-scanner';
import { takeNumberRun } from './number-run';
import { CLOSE_LIST, COMMA, OPEN_LIST } from './json-scanner';
import type { Field } from '../schema/schema';
import { isList, typeName } from '../schema/schema';
import { assert } from '../error';

const LETTER_N = 110;
const INT32_MAX = 2 ** 31 - 1;
const EXACT_MAX = 2 ** 53 - 1;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** Reads the JSON value of one column. `bind` chooses the builder that takes it. */
export abstract class FieldReader {
  readonly name: string;
  protected readonly wanted: string;

  constructor(
    readonly field: Field,
    protected readonly scanner: JsonScanner
  ) {
    this.name = field.name;
    this.wanted = `${typeName(field.type)} for column "${field.name}"`;
  }

  abstract bind(builder: AnyColumnBuilder): void;
  abstract get builder(): AnyColumnBuilder;
  /** One value that is not null, at `position`. */
  protected abstract readValue(): boolean;

  read(): boolean {
    const byte = this.scanner.peek();
    return byte === LETTER_N && this.scanner.takeNull() ? this.appendNull() : this.readValue();
  }

  /** A column that the message leaves out. */
  appendNull(): boolean {
    if (!this.field.nullable) {
      return this.scanner.fail('JSON_MISSING_FIELD', `column "${this.name}" is required; send a value or declare the column nullable`);
    }
    this.builder.appendNull();
    return true;
  }

  /** A list of values, one per row, `rowsMax` at most; the number of rows or -1. */
  readColumn(rowsMax: number): number {
    const scanner = this.scanner;
    if (scanner.peek() !== OPEN_LIST) {
      scanner.wrongType(`a list of ${this.wanted}`);
      return -1;
    }
    scanner.position++;
    if (scanner.peek() === CLOSE_LIST) {
      scanner.position++;
      return 0;
    }
    for (let rows = this.takeRun(rowsMax); rows < rowsMax; rows += this.takeRun(rowsMax - rows)) {
      if (!this.read()) return -1;
      rows += 1;
      const byte = scanner.peek();
      scanner.position++;
      if (byte === CLOSE_LIST) return rows;
      if (byte !== COMMA) {
        scanner.unexpectedBefore(byte, '"," or "]"');
        return -1;
      }
      scanner.peek();
    }
    scanner.fail('JSON_SIZE', `more than ${rowsMax} rows in one payload`);
    return -1;
  }

  /** Takes plain values as long as each has a comma behind it, `max` or a few more, and returns their number. */
  protected takeRun(_max: number): number {
    return 0;
  }

  protected outOfRange(): false {
    return this.scanner.fail('JSON_RANGE', `a number is beyond the range of ${this.wanted}`);
  }
}

abstract class NumberReader extends FieldReader {
  protected target = new NumberBuilder('float64');
  bind(builder: AnyColumnBuilder): void {
    assert(builder instanceof NumberBuilder, 'a number builder');
    this.target = builder;
  }
  get builder(): AnyColumnBuilder {
    return this.target;
  }
}

/** A reader whose columns are taken in runs. */
abstract class RunReader extends NumberReader {
  /** Largest magnitude of an integer in a run; null: fractions too. */
  protected readonly runMax: number | null = null;

  protected override takeRun(max: number): number {
    const { run } = this.scanner;
    let taken = 0;
    let count = 0;
    do {
      count = takeNumberRun(this.scanner, run, this.runMax);
      this.target.appendRun(run, count);
      taken += count;
    } while (count === run.length && taken < max);
    return taken;
  }
}

class Float64Reader extends RunReader {
  protected readValue(): boolean {
    const value = this.scanner.readDouble(this.wanted);
    if (value !== value) return false;
    this.target.append(value);
    return true;
  }
}

class Float32Reader extends RunReader {
  protected readValue(): boolean {
    const value = this.scanner.readDouble(this.wanted);
    if (value !== value) return false;
    if (!Number.isFinite(Math.fround(value))) return this.outOfRange();
    this.target.append(value);
    return true;
  }
}

class Int32Reader extends RunReader {
  protected override readonly runMax = INT32_MAX;
  protected readValue(): boolean {
    const value = this.scanner.readInteger(this.wanted);
    if (value !== value) return false;
    if (value !== (value | 0)) return this.outOfRange();
    this.target.append(value);
    return true;
  }
}

class TimestampReader extends RunReader {
  protected override readonly runMax = EXACT_MAX;
  protected readValue(): boolean {
    const value = this.scanner.readInteger(this.wanted);
    if (value !== value) return false;
    if (!Number.isFinite(value)) return this.outOfRange();
    this.target.append(value);
    return true;
  }
}

class BoolReader extends NumberReader {
  protected readValue(): boolean {
    const value = this.scanner.readBool(this.wanted);
    if (value !== value) return false;
    this.target.append(value);
    return true;
  }
}

class Int64Reader extends FieldReader {
  private target = new Int64Builder();
  bind(builder: AnyColumnBuilder): void {
    assert(builder instanceof Int64Builder, 'an int64 builder');
    this.target = builder;
  }
  get builder(): AnyColumnBuilder {
    return this.target;
  }
  protected override takeRun(max: number): number {
    const { run } = this.scanner;
    let taken = 0;
    let count = 0;
    do {
      count = takeNumberRun(this.scanner, run, EXACT_MAX);
      for (let i = 0; i < count; i++) this.target.appendNumber(run[i]!);
      taken += count;
    } while (count === run.length && taken < max);
    return taken;
  }
  protected readValue(): boolean {
    const start = this.scanner.position;
    const value = this.scanner.readInteger(this.wanted);
    if (value !== value) return false;
    if (Number.isFinite(value)) {
      this.target.appendNumber(value);
      return true;
    }
    return this.readLarge(start);
  }
  private readLarge(start: number): boolean {
    const { bytes, position } = this.scanner;
    if (position - start > 20) return this.outOfRange();
    const exact = BigInt(String.fromCharCode(...bytes.subarray(start, position)));
    if (exact < INT64_MIN || exact > INT64_MAX) return this.outOfRange();
    this.target.appendBigInt(exact);
    return true;
  }
}

class Utf8Reader extends FieldReader {
  private target = new Utf8Builder();
  bind(builder: AnyColumnBuilder): void {
    assert(builder instanceof Utf8Builder, 'a text builder');
    this.target = builder;
  }
  get builder(): AnyColumnBuilder {
    return this.target;
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
