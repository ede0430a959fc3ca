import type { Column, Utf8Column } from '../../batch/batch';
import { Dictionary } from '../../batch/batch';
import { assert } from '../../error';
import type { DataType } from '../../schema/schema';
import { isList } from '../../schema/schema';

/** One column of rows that come and go, by slot. */
export interface StoredColumn {
  resize(capacity: number): void;
  /** Keeps the value of `row` of `column`, which is not null. */
  set(slot: number, column: Column, row: number): void;
  /** Forgets the value, which may be null. */
  clear(slot: number): void;
  /** Bytes beside the slot's own. */
  bytesOf(column: Column, row: number): number;
  bytesAt(slot: number): number;
  /** The values of `slots`; zero where `validity` is 0. */
  gather(slots: Int32Array, count: number, validity: Uint8Array | null): Column;
}

/** An empty column for values of `type`. */
export function storedColumn(type: DataType): StoredColumn {
  if (isList(type)) return new ListCells(type.list);
  if (type === 'utf8') return new TextCells();
  return type === 'binary' ? new ByteCells() : new NumberCells(type);
}

const ARRAYS = { bool: Uint8Array, int32: Int32Array, int64: BigInt64Array, float32: Float32Array, float64: Float64Array, timestampMs: Float64Array };
type NumberKind = keyof typeof ARRAYS;
type NumberValues = InstanceType<(typeof ARRAYS)[NumberKind]>;

class NumberCells implements StoredColumn {
  private values: NumberValues;

  constructor(private readonly kind: NumberKind) {
    this.values = new ARRAYS[kind](0);
  }

  resize(capacity: number): void {
    const grown = new ARRAYS[this.kind](capacity);
    copyInto(grown, this.values);
    this.values = grown;
  }

  set(slot: number, column: Column, row: number): void {
    assert(column.kind === this.kind, `a column of ${this.kind}, not ${column.kind}`);
    this.values[slot] = column.values[row] as number & bigint;
  }

  clear(): void {
    return;
  }

  bytesOf(): number {
    return 0;
  }

  bytesAt(): number {
    return 0;
  }

  gather(slots: Int32Array, count: number, validity: Uint8Array | null): Column {
    const values = new ARRAYS[this.kind](count);
    for (let i = 0; i < count; i++) if (validity === null || validity[i] === 1) values[i] = this.values[slots[i]!] as number & bigint;
    return { kind: this.kind, values, validity } as Column;
  }
}

function copyInto(into: NumberValues, from: NumberValues): void {
  if (into instanceof BigInt64Array && from instanceof BigInt64Array) into.set(from);
  else if (!(into instanceof BigInt64Array) && !(from instanceof BigInt64Array)) into.set(from);
}

const DICTIONARY_SPARE = 65_536;
const UNKNOWN = -1;

/** Texts by the codes of one dictionary, which is made anew when most of its texts are no longer kept. */
class TextCells implements StoredColumn {
  private codes = new Int32Array(0);
  private dictionary = new Dictionary();
  private known = 0;
  /** Code here of each code of `from`. */
  private from: Dictionary | null = null;
  private codeHere = new Int32Array(0);

  resize(capacity: number): void {
    const grown = new Int32Array(capacity).fill(UNKNOWN);
    grown.set(this.codes);
    this.codes = grown;
  }

  set(slot: number, column: Column, row: number): void {
    assert(column.kind === 'utf8', `a column of utf8, not ${column.kind}`);
    this.codes[slot] = this.translate(column, column.codes[row]!);
    this.known += 1;
    if (this.dictionary.size > 2 * this.known + DICTIONARY_SPARE) this.renew();
  }

  clear(slot: number): void {
    if (this.codes[slot] === UNKNOWN) return;
    this.codes[slot] = UNKNOWN;
    this.known -= 1;
  }

  bytesOf(column: Column, row: number): number {
    assert(column.kind === 'utf8', `a column of utf8, not ${column.kind}`);
    return 2 * column.dictionary.values[column.codes[row]!]!.length;
  }

  bytesAt(slot: number): number {
    return 2 * this.dictionary.values[this.codes[slot]!]!.length;
  }

  gather(slots: Int32Array, count: number, validity: Uint8Array | null): Column {
    const codes = new Int32Array(count);
    for (let i = 0; i < count; i++) if (validity === null || validity[i] === 1) codes[i] = this.codes[slots[i]!]!;
    return { kind: 'utf8', codes, dictionary: this.dictionary, validity };
  }

  private translate({ dictionary }: Utf8Column, code: number): number {
    if (dictionary !== this.from || code >= this.codeHere.length) {
      const kept = dictionary === this.from ? this.codeHere : new Int32Array(0);
      this.from = dictionary;
      this.codeHere = new Int32Array(Math.max(64, dictionary.size * 2)).fill(UNKNOWN);
      this.codeHere.set(kept);
    }
    if (this.codeHere[code] === UNKNOWN) this.codeHere[code] = this.dictionary.encode(dictionary.values[code]!);
    return this.codeHere[code]!;
  }

  private renew(): void {
    const before = this.dictionary.values;
    this.dictionary = new Dictionary();
    this.from = null;
    for (let slot = 0; slot < this.codes.length; slot++) {
      const code = this.codes[slot]!;
      if (code !== UNKNOWN) this.codes[slot] = this.dictionary.encode(before[code]!);
    }
  }
}

const LISTS = { float64: Float64Array, float32: Float32Array, int32: Int32Array };
type ListValues = Float64Array | Float32Array | Int32Array;

class ListCells implements StoredColumn {
  private readonly lists: (ListValues | undefined)[] = [];

  constructor(private readonly element: keyof typeof LISTS) {}

  resize(): void {
    return;
  }

  set(slot: number, column: Column, row: number): void {
    assert(column.kind === 'list', `a column of lists, not ${column.kind}`);
    this.lists[slot] = column.values.slice(column.offsets[row]!, column.offsets[row + 1]!);
  }

  clear(slot: number): void {
    this.lists[slot] = undefined;
  }

  bytesOf(column: Column, row: number): number {
    assert(column.kind === 'list', `a column of lists, not ${column.kind}`);
    return (column.offsets[row + 1]! - column.offsets[row]!) * column.values.BYTES_PER_ELEMENT;
  }

  bytesAt(slot: number): number {
    return this.lists[slot]!.byteLength;
  }

  gather(slots: Int32Array, count: number, validity: Uint8Array | null): Column {
    const offsets = new Int32Array(count + 1);
    const listAt = (i: number): ListValues | undefined => (validity === null || validity[i] === 1 ? this.lists[slots[i]!] : undefined);
    for (let i = 0; i < count; i++) offsets[i + 1] = offsets[i]! + (listAt(i)?.length ?? 0);
    const values = new LISTS[this.element](offsets[count]!);
    for (let i = 0; i < count; i++) values.set(listAt(i) ?? [], offsets[i]!);
    return { kind: 'list', offsets, values, validity };
  }
}

const NO_BYTES = new Uint8Array(0);

class ByteCells implements StoredColumn {
  private readonly values: (Uint8Array | undefined)[] = [];

  resize(): void {
    return;
  }

  set(slot: number, column: Column, row: number): void {
    assert(column.kind === 'binary', `a column of bytes, not ${column.kind}`);
    this.values[slot] = column.values[row]!.slice();
  }

  clear(slot: number): void {
    this.values[slot] = undefined;
  }

  bytesOf(column: Column, row: number): number {
    assert(column.kind === 'binary', `a column of bytes, not ${column.kind}`);
    return column.values[row]!.length;
  }

  bytesAt(slot: number): number {
    return this.values[slot]!.length;
  }

  gather(slots: Int32Array, count: number, validity: Uint8Array | null): Column {
    return { kind: 'binary', values: Array.from({ length: count }, (_, i) => this.values[slots[i]!] ?? NO_BYTES), validity };
  }
}
