import type { Batch, Column } from './batch';

/** One value of a column: int64 is a bigint, a list an array of numbers. */
export type Value = number | bigint | string | boolean | null | Uint8Array | readonly number[];

/** The value at `row`; null when it is null. For single rows, not for loops over many. */
export function valueAt(column: Column, row: number): Value {
  if (column.validity !== null && column.validity[row] === 0) return null;
  switch (column.kind) {
    case 'bool':
      return column.values[row] === 1;
    case 'utf8':
      return column.dictionary.values[column.codes[row]!]!;
    case 'list':
      return Array.from(column.values.subarray(column.offsets[row]!, column.offsets[row + 1]!));
    default:
      return column.values[row]!;
  }
}

/** What people are shown in place of a value that leaves encrypted. */
export const HIDDEN = '(encrypted)';

/** The row as JSON text for people; numbers that JSON does not have are strings, values of encrypted columns are not shown. */
export function rowText(batch: Batch, row: number): string {
  const record: Record<string, Value> = {};
  batch.schema.fields.forEach(({ name, tags }, index) => (record[name] = tags?.encryption === undefined ? valueAt(batch.columns[index]!, row) : HIDDEN));
  return JSON.stringify(record, (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    return value;
  });
}
