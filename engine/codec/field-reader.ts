import type { Field } from '../schema/schema';
import { typeName } from '../schema/schema';
import type { AnyColumnBuilder } from './column-builder';
import type { JsonScanner } from './json-scanner';
import { CLOSE_LIST, COMMA, OPEN_LIST } from './json-scanner';

const LETTER_N = 110;

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
    if (byte === LETTER_N && this.scanner.takeNull()) return this.appendNull();
    return this.readValue() || this.scanner.blame(this.name);
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
