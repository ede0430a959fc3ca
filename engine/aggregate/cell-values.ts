import { compareTexts } from '../expression/text-tables';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { AggregateInput, StateSet } from './aggregate';
import type { BlockColumn } from './block';
import { corruptSnapshot } from './corrupt';

const ENTRY_NUMBERS = 5;

/** A value as a key: numbers, bools and times as numbers, int64 as bigint. NaN equals itself, -0 and 0 are one. */
export type CellValue = number | bigint | string;
export type ValueKind = 'number' | 'bigint' | 'text';

/** Numbers of 8 bytes that a value takes as an entry of a set or map. */
export function entrySize(value: CellValue): number {
  return typeof value === 'string' ? ENTRY_NUMBERS + Math.ceil(value.length / 4) : ENTRY_NUMBERS;
}

/** The values of the current block, whatever their type. */
export interface ValueSource {
  readonly kind: ValueKind;
  readonly column: BlockColumn;
  valueAt(index: number): CellValue;
}

/** The values of `input`'s column; of a list its elements. */
export function valuesOf(input: AggregateInput, states: StateSet): ValueSource {
  const { field, columnIndex } = input;
  if (field?.type === 'int64') {
    const column = states.int64(columnIndex);
    return { kind: 'bigint', column, valueAt: index => column.values[index]! };
  }
  if (field?.type === 'utf8') {
    const column = states.text(columnIndex);
    return { kind: 'text', column, valueAt: index => column.dictionary!.values[column.codes[index]!]! };
  }
  const column = states.numbers(columnIndex);
  return { kind: 'number', column, valueAt: index => column.values[column.from + index]! };
}

/** Writes values of one kind. */
export function saveValues(kind: ValueKind, values: Iterable<CellValue>, writer: SnapshotWriter): void {
  const list = [...values];
  writer.u32(list.length);
  if (kind === 'number') writer.f64s(Float64Array.from(list, Number));
  else if (kind === 'bigint') writer.bytes(new Uint8Array(BigInt64Array.from(list, BigInt).buffer));
  else for (const text of list) writer.text(String(text));
}

/** Reads what `saveValues` wrote. */
export function loadValues(kind: ValueKind, reader: SnapshotReader): readonly CellValue[] {
  const count = reader.u32();
  const values = kind === 'number' ? [...reader.f64s()] : kind === 'bigint' ? bigints(reader.bytes()) : Array.from({ length: count }, () => reader.text());
  if (values.length === count) return values;
  throw corruptSnapshot(`${values.length} different values instead of ${count}`);
}

function bigints(bytes: Uint8Array): readonly bigint[] {
  const copy = bytes.slice();
  return [...new BigInt64Array(copy.buffer, 0, Math.floor(copy.length / 8))];
}

/** Order of two values of one kind: numbers with NaN last, texts by code points. */
export function orderOf(a: CellValue, b: CellValue): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (a < b || (a === a && b !== b)) return -1;
  return a > b || (a !== a && b === b) ? 1 : 0;
}
