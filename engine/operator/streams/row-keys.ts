import type { Batch, Column } from '../../batch/batch';
import { assert } from '../../error';
import type { Schema } from '../../schema/schema';
import { fieldIndex } from '../../schema/schema';
import { checkSnapshot } from '../../window/window-snapshot';

/** The key of a row, for a Map: equal keys are equal values there. NaN equals itself, -0 equals 0. */
export type RowKey = string | number | bigint;

/** Reads the values of key columns. */
export class RowKeys {
  private readonly columns: readonly number[];

  constructor(schema: Schema, names: readonly string[]) {
    this.columns = names.map(name => fieldIndex(schema, name));
  }

  /** The key of a row; null when one of its columns is null, for null equals nothing. */
  keyOf(batch: Batch, row: number): RowKey | null {
    if (this.columns.length === 1) return valueOf(batch.columns[this.columns[0]!]!, row);
    let key = '';
    for (const index of this.columns) {
      const value = valueOf(batch.columns[index]!, row);
      if (value === null) return null;
      const text = String(value);
      key += `${text.length}:${text}`;
    }
    return key;
  }
}

/** The key of a row that was kept because it has one; LittoralError `SNAPSHOT_CORRUPT` when it has none. */
export function keptKey(keys: RowKeys, batch: Batch, row: number): RowKey {
  const key = keys.keyOf(batch, row);
  checkSnapshot(key !== null, 'a row without its key');
  return key;
}

function valueOf(column: Column, row: number): RowKey | null {
  if (column.validity !== null && column.validity[row] === 0) return null;
  if (column.kind === 'utf8') return column.dictionary.values[column.codes[row]!]!;
  assert(column.kind !== 'list' && column.kind !== 'binary', `a key column, not ${column.kind}`);
  return column.values[row]!;
}
