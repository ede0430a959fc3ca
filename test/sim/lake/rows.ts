import { Dictionary, type Batch } from '../../../engine/batch/batch';
import type { Schema } from '../../../engine/schema/schema';

export const DEVICES = 3;
export const KEYS = 40;
export const SCHEMA: Schema = {
  fields: [
    { name: 'device', type: 'utf8', nullable: false },
    { name: 'n', type: 'int32', nullable: false },
    { name: 'key', type: 'int32', nullable: false },
    { name: 'value', type: 'float64', nullable: true }
  ]
};

/** Rows `first` to `first + count - 1` of the endless input of the proof; everything of a row follows from its number. */
export function rowsFrom(first: number, count: number): Batch {
  const dictionary = new Dictionary();
  const numbers = Array.from({ length: count }, (_none, index) => first + index);
  return {
    schema: SCHEMA,
    rowCount: count,
    eventTimeMs: Float64Array.from(numbers, n => Date.UTC(2026, 0, 1) + n),
    at: Float64Array.from(numbers.keys()),
    columns: [
      { kind: 'utf8', codes: Int32Array.from(numbers, n => dictionary.encode(deviceOf(n))), dictionary, validity: null },
      { kind: 'int32', values: Int32Array.from(numbers), validity: null },
      { kind: 'int32', values: Int32Array.from(numbers, keyOf), validity: null },
      { kind: 'float64', values: Float64Array.from(numbers, n => n / 7), validity: Uint8Array.from(numbers, n => (n % 11 === 0 ? 0 : 1)) }
    ]
  };
}

export function deviceOf(n: number): string {
  return `d ${n % DEVICES}`;
}

/** Keys come again and again, so that a merge replaces rows. */
export function keyOf(n: number): number {
  return (n * 7) % KEYS;
}
