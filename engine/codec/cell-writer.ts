import { assert } from '../error';
import type { Field } from '../schema/schema';
import { isList, typeName } from '../schema/schema';
import { copyBytes } from './byte-reader';
import type { AnyColumnBuilder } from './column-builder';
import { BinaryBuilder, Int64Builder, ListBuilder, NumberBuilder, Utf8Builder } from './column-builder';
import type { DecodeFault } from './decode-failure';
import { DecodeProblem } from './decode-problem';
import { hashBytes } from './text-interner';
import { utf8ErrorOffset } from './utf8';
import type { ValueTarget } from './value-target';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * Writes the values of one column under the rules of a column's type, the same for every binary format: whole numbers go
 * into float columns as the nearest double, nothing else changes its type, and what leaves the range is refused.
 */
export abstract class CellWriter implements ValueTarget {
  readonly name: string;
  private readonly wanted: string;

  constructor(readonly field: Field) {
    this.name = field.name;
    this.wanted = `${typeName(field.type)} for column "${field.name}"`;
  }

  abstract bind(builder: AnyColumnBuilder): void;
  protected abstract get builder(): AnyColumnBuilder;

  putNull(): void {
    if (!this.field.nullable) throw this.problem('MISSING_FIELD', `column "${this.name}" is required; send a value or declare the column nullable`);
    this.builder.appendNull();
  }
  putBool(_value: boolean): void {
    throw this.wrongType('a bool');
  }
  putInteger(_value: number): void {
    throw this.wrongType('a whole number');
  }
  putBigInt(_value: bigint): void {
    throw this.wrongType('a whole number');
  }
  putDouble(_value: number): void {
    throw this.wrongType('a floating-point number');
  }
  putText(_bytes: Uint8Array, _start: number, _end: number): void {
    throw this.wrongType('a text');
  }
  putBytes(_bytes: Uint8Array, _start: number, _end: number): void {
    throw this.wrongType('bytes');
  }
  putTime(_timeMs: number): void {
    throw this.wrongType('a point in time');
  }
  openList(): void {
    throw this.wrongType('a list');
  }
  closeList(): void {
    throw this.wrongType('a list');
  }
  openMap(): void {
    throw this.wrongType('an object');
  }
  key(): void {
    throw this.wrongType('an object');
  }
  closeMap(): void {
    throw this.wrongType('an object');
  }

  wrongType(seen: string): DecodeProblem {
    return this.problem('TYPE', `saw ${seen} where ${this.wanted} was expected`);
  }
  protected outOfRange(): DecodeProblem {
    return this.problem('RANGE', `a number is beyond the range of ${this.wanted}`);
  }
  protected problem(fault: DecodeFault, message: string): DecodeProblem {
    return new DecodeProblem(fault, message, -1, this.name);
  }
}

abstract class NumberCell extends CellWriter {
  protected target = new NumberBuilder('float64');
  bind(builder: AnyColumnBuilder): void {
    assert(builder instanceof NumberBuilder, 'a number builder');
    this.target = builder;
  }
  protected get builder(): AnyColumnBuilder {
    return this.target;
  }
}

class BoolCell extends NumberCell {
  override putBool(value: boolean): void {
    this.target.append(value ? 1 : 0);
  }
}

class Int32Cell extends NumberCell {
  override putInteger(value: number): void {
    if (value !== (value | 0)) throw this.outOfRange();
    this.target.append(value);
  }
  override putBigInt(): void {
    throw this.outOfRange();
  }
}

class Float64Cell extends NumberCell {
  override putInteger(value: number): void {
    this.target.append(value);
  }
  override putBigInt(value: bigint): void {
    this.target.append(Number(value));
  }
  override putDouble(value: number): void {
    this.target.append(value);
  }
}

class Float32Cell extends NumberCell {
  override putInteger(value: number): void {
    this.target.append(value);
  }
  override putBigInt(value: bigint): void {
    this.putDouble(Number(value));
  }
  override putDouble(value: number): void {
    if (Number.isFinite(value) && !Number.isFinite(Math.fround(value))) throw this.outOfRange();
    this.target.append(value);
  }
}

class TimestampCell extends NumberCell {
  override putInteger(value: number): void {
    this.target.append(value);
  }
  override putBigInt(): void {
    throw this.outOfRange();
  }
  override putTime(timeMs: number): void {
    if (!Number.isSafeInteger(timeMs)) throw this.outOfRange();
    this.target.append(timeMs);
  }
}

class Int64Cell extends CellWriter {
  private target = new Int64Builder();
  bind(builder: AnyColumnBuilder): void {
    assert(builder instanceof Int64Builder, 'an int64 builder');
    this.target = builder;
  }
  protected get builder(): AnyColumnBuilder {
    return this.target;
  }
  override putInteger(value: number): void {
    this.target.appendNumber(value);
  }
  override putBigInt(value: bigint): void {
    if (value < INT64_MIN || value > INT64_MAX) throw this.outOfRange();
    this.target.appendBigInt(value);
  }
}

class Utf8Cell extends CellWriter {
  private target = new Utf8Builder();
  bind(builder: AnyColumnBuilder): void {
    assert(builder instanceof Utf8Builder, 'a text builder');
    this.target = builder;
  }
  protected get builder(): AnyColumnBuilder {
    return this.target;
  }
  override putText(bytes: Uint8Array, start: number, end: number): void {
    const code = this.target.interner.encode(bytes, start, end, hashBytes(bytes, start, end));
    if (code < 0) throw new DecodeProblem('UTF8', `a text for column "${this.name}" is not well-formed UTF-8`, utf8ErrorOffset(bytes, start, end));
    this.target.appendCode(code);
  }
}

class BinaryCell extends CellWriter {
  private target = new BinaryBuilder();
  bind(builder: AnyColumnBuilder): void {
    assert(builder instanceof BinaryBuilder, 'a binary builder');
    this.target = builder;
  }
  protected get builder(): AnyColumnBuilder {
    return this.target;
  }
  override putBytes(bytes: Uint8Array, start: number, end: number): void {
    this.target.append(copyBytes(bytes, start, end));
  }
}

class ListCell extends CellWriter {
  private target = new ListBuilder('float64');
  private open = false;
  private readonly element: 'float64' | 'float32' | 'int32';
  private readonly size: number | undefined;

  constructor(field: Field) {
    super(field);
    assert(isList(field.type), 'a list type');
    this.element = field.type.list;
    this.size = field.type.size;
  }
  bind(builder: AnyColumnBuilder): void {
    assert(builder instanceof ListBuilder, 'a list builder');
    this.target = builder;
    this.open = false;
  }
  protected get builder(): AnyColumnBuilder {
    return this.target;
  }
  override putNull(): void {
    if (this.open) throw this.inside('null');
    super.putNull();
  }
  override putInteger(value: number): void {
    if (!this.open) throw this.wrongType('a whole number');
    if (this.element === 'int32' && value !== (value | 0)) throw this.outOfRange();
    this.target.appendValue(value);
  }
  override putBigInt(value: bigint): void {
    if (!this.open) throw this.wrongType('a whole number');
    if (this.element === 'int32') throw this.outOfRange();
    this.putDouble(Number(value));
  }
  override putDouble(value: number): void {
    if (!this.open || this.element === 'int32') throw this.wrongType('a floating-point number');
    if (this.element === 'float32' && Number.isFinite(value) && !Number.isFinite(Math.fround(value))) throw this.outOfRange();
    this.target.appendValue(value);
  }
  override openList(): void {
    if (this.open) throw this.inside('a list');
    this.open = true;
  }
  override closeList(): void {
    this.open = false;
    if (this.size !== undefined && this.target.openLength !== this.size) throw this.wrongType(`a list of ${this.target.openLength} numbers`);
    this.target.endList();
  }
  /** Forgets a list that was cut off by a problem. */
  abandon(): void {
    this.open = false;
  }
  private inside(seen: string): DecodeProblem {
    return this.wrongType(`${seen} in a list`);
  }
}

const SCALAR_CELLS = {
  bool: BoolCell,
  int32: Int32Cell,
  int64: Int64Cell,
  float32: Float32Cell,
  float64: Float64Cell,
  timestampMs: TimestampCell,
  utf8: Utf8Cell,
  binary: BinaryCell
};

/** The writer for a column of `field`. */
export function cellWriter(field: Field): CellWriter {
  return isList(field.type) ? new ListCell(field) : new SCALAR_CELLS[field.type](field);
}

/** Makes `cells` ready for the next payload after a problem. */
export function abandonCells(cells: readonly CellWriter[]): void {
  for (const cell of cells) if (cell instanceof ListCell) cell.abandon();
}
