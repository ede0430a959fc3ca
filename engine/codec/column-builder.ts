import type { BinaryColumn, BoolColumn, Column, Float32Column, Float64Column, Int32Column, Int64Column, ListColumn, TimestampColumn, Utf8Column } from '../batch/batch';
import type { DataType, ListType } from '../schema/schema';
import { isList } from '../schema/schema';
import { TextInterner } from './text-interner';

const FIRST_CAPACITY = 64;
const DICTIONARY_SIZE_MAX = 65_536;
const DICTIONARY_BYTES_MAX = 4 * 1024 * 1024;

/** A column that grows row by row. `build` copies the rows out; `truncate(0)` makes it empty and keeps its memory. */
export abstract class ColumnBuilder {
  length = 0;
  protected capacity = FIRST_CAPACITY;
  protected validity: Uint8Array | null = null;

  abstract build(): Column;
  /** An unspecified value, so that the row can be marked null. */
  protected abstract skipValue(): void;
  protected abstract resize(capacity: number): void;

  appendNull(): void {
    const row = this.length;
    this.skipValue();
    if (this.validity === null) this.validity = new Uint8Array(this.capacity).fill(1);
    this.validity[row] = 0;
  }

  truncate(rowCount: number): void {
    this.length = rowCount;
    if (rowCount === 0) this.validity = null;
  }

  isNull(row: number): boolean {
    return this.validity !== null && this.validity[row] === 0;
  }

  protected grow(): void {
    this.capacity *= 2;
    this.resize(this.capacity);
    if (this.validity === null) return;
    const grown = new Uint8Array(this.capacity).fill(1);
    grown.set(this.validity);
    this.validity = grown;
  }

  /** Ends a row whose value has been stored. */
  protected endRow(): void {
    if (this.validity !== null) this.validity[this.length] = 1;
    this.length += 1;
  }

  protected builtValidity(): Uint8Array | null {
    if (this.validity === null) return null;
    const validity = this.validity.slice(0, this.length);
    return validity.includes(0) ? validity : null;
  }
}

type NumberColumn = BoolColumn | Int32Column | Float32Column | Float64Column | TimestampColumn;
type NumberKind = 'bool' | 'int32' | 'float32' | 'float64' | 'timestampMs';
const NUMBER_ARRAYS = { bool: Uint8Array, int32: Int32Array, float32: Float32Array, float64: Float64Array, timestampMs: Float64Array };

/** bool (0 or 1), int32, float32, float64 and timestampMs. */
export class NumberBuilder extends ColumnBuilder {
  private values: Uint8Array | Int32Array | Float32Array | Float64Array;

  constructor(private readonly kind: NumberKind) {
    super();
    this.values = new NUMBER_ARRAYS[kind](this.capacity);
  }

  append(value: number): void {
    if (this.length === this.capacity) this.grow();
    this.values[this.length] = value;
    this.endRow();
  }

  /** Appends the first `count` of `values`. */
  appendRun(values: Float64Array, count: number): void {
    while (this.length + count > this.capacity) this.grow();
    for (let i = 0; i < count; i++) this.values[this.length + i] = values[i]!;
    if (this.validity !== null) this.validity.fill(1, this.length, this.length + count);
    this.length += count;
  }

  valueAt(row: number): number {
    return this.values[row]!;
  }

  build(): Column {
    return { kind: this.kind, values: this.values.slice(0, this.length), validity: this.builtValidity() } as NumberColumn;
  }

  protected skipValue(): void {
    this.append(0);
  }

  protected resize(capacity: number): void {
    const grown = new NUMBER_ARRAYS[this.kind](capacity);
    grown.set(this.values);
    this.values = grown;
  }
}

const TWO_32 = 4_294_967_296;

/** int64; small integers are stored as two halves, without a BigInt (typed arrays are little-endian wherever we run). */
export class Int64Builder extends ColumnBuilder {
  private values = new BigInt64Array(this.capacity);
  private halves = new Int32Array(this.values.buffer);

  /** An integer within ±2^53. */
  appendNumber(value: number): void {
    if (this.length === this.capacity) this.grow();
    const high = Math.floor(value / TWO_32);
    this.halves[this.length * 2] = value - high * TWO_32;
    this.halves[this.length * 2 + 1] = high;
    this.endRow();
  }

  appendBigInt(value: bigint): void {
    if (this.length === this.capacity) this.grow();
    this.values[this.length] = value;
    this.endRow();
  }

  valueAt(row: number): bigint {
    return this.values[row]!;
  }

  build(): Int64Column {
    return { kind: 'int64', values: this.values.slice(0, this.length), validity: this.builtValidity() };
  }

  protected skipValue(): void {
    this.appendNumber(0);
  }

  protected resize(capacity: number): void {
    const grown = new BigInt64Array(capacity);
    grown.set(this.values);
    this.values = grown;
    this.halves = new Int32Array(grown.buffer);
  }
}

/** Dictionary-encoded text. The dictionary lives over many batches and is replaced between two of them when it is full. */
export class Utf8Builder extends ColumnBuilder {
  private codes = new Int32Array(this.capacity);
  interner = new TextInterner();
  /** Size beyond which an emptied builder begins a new dictionary. */
  dictionaryLimits = { texts: DICTIONARY_SIZE_MAX, bytes: DICTIONARY_BYTES_MAX };

  appendCode(code: number): void {
    if (this.length === this.capacity) this.grow();
    this.codes[this.length] = code;
    this.endRow();
  }

  append(text: string): void {
    this.appendCode(this.interner.encodeText(text));
  }

  override truncate(rowCount: number): void {
    super.truncate(rowCount);
    if (rowCount > 0) return;
    const full = this.interner.dictionary.size > this.dictionaryLimits.texts || this.interner.byteSize > this.dictionaryLimits.bytes;
    if (full) this.interner = new TextInterner();
  }

  build(): Utf8Column {
    return { kind: 'utf8', codes: this.codes.slice(0, this.length), dictionary: this.interner.dictionary, validity: this.builtValidity() };
  }

  protected skipValue(): void {
    this.appendCode(0);
  }

  protected resize(capacity: number): void {
    const grown = new Int32Array(capacity);
    grown.set(this.codes);
    this.codes = grown;
  }
}

const NO_BYTES = new Uint8Array(0);

/** Byte strings, kept as they are given. */
export class BinaryBuilder extends ColumnBuilder {
  private readonly values: Uint8Array[] = [];

  append(bytes: Uint8Array): void {
    if (this.length === this.capacity) this.grow();
    this.values.push(bytes);
    this.endRow();
  }

  override truncate(rowCount: number): void {
    super.truncate(rowCount);
    this.values.length = rowCount;
  }

  build(): BinaryColumn {
    return { kind: 'binary', values: this.values.slice(), validity: this.builtValidity() };
  }

  protected skipValue(): void {
    this.append(NO_BYTES);
  }

  protected resize(): void {
    return;
  }
}

const LIST_ARRAYS = { float64: Float64Array, float32: Float32Array, int32: Int32Array };

/** Lists of numbers: `appendValue` for each element, then `endList`. */
export class ListBuilder extends ColumnBuilder {
  private offsets = new Int32Array(this.capacity + 1);
  private values: Float64Array | Float32Array | Int32Array;
  private valueCount = 0;

  constructor(private readonly element: ListType['list']) {
    super();
    this.values = new LIST_ARRAYS[element](FIRST_CAPACITY);
  }

  /** One more element of the open list. */
  appendValue(value: number): void {
    if (this.valueCount === this.values.length) this.growValues();
    this.values[this.valueCount++] = value;
  }

  /** Appends the first `count` of `values` to the open list. */
  appendRun(values: Float64Array, count: number): void {
    while (this.valueCount + count > this.values.length) this.growValues();
    for (let i = 0; i < count; i++) this.values[this.valueCount + i] = values[i]!;
    this.valueCount += count;
  }

  /** Elements of the list that is still open. */
  get openLength(): number {
    return this.valueCount - this.offsets[this.length]!;
  }

  endList(): void {
    if (this.length === this.capacity) this.grow();
    this.offsets[this.length + 1] = this.valueCount;
    this.endRow();
  }

  override truncate(rowCount: number): void {
    super.truncate(rowCount);
    this.valueCount = this.offsets[rowCount]!;
  }

  build(): ListColumn {
    return {
      kind: 'list',
      offsets: this.offsets.slice(0, this.length + 1),
      values: this.values.slice(0, this.valueCount),
      validity: this.builtValidity()
    };
  }

  protected skipValue(): void {
    this.endList();
  }

  private growValues(): void {
    const grown = new LIST_ARRAYS[this.element](this.values.length * 2);
    grown.set(this.values);
    this.values = grown;
  }

  protected resize(capacity: number): void {
    const grown = new Int32Array(capacity + 1);
    grown.set(this.offsets);
    this.offsets = grown;
  }
}

/** A builder of every kind, so that a caller can narrow by class. */
export type AnyColumnBuilder = NumberBuilder | Int64Builder | Utf8Builder | BinaryBuilder | ListBuilder;

/** An empty builder for columns of `type`. */
export function columnBuilder(type: DataType): AnyColumnBuilder {
  if (isList(type)) return new ListBuilder(type.list);
  if (type === 'int64') return new Int64Builder();
  if (type === 'utf8') return new Utf8Builder();
  if (type === 'binary') return new BinaryBuilder();
  return new NumberBuilder(type);
}
