import type { Batch } from './batch';
import { valueAt } from './value';

/**
 * A text for the values of a row in the columns at `indices`: equal values of the same columns give equal texts, others do not,
 * because each has its length in front. Null is a value, NaN equals NaN, -0 equals 0. For single rows; loops over keys have `KeyTable`.
 */
export function identityText(batch: Batch, row: number, indices: readonly number[]): string {
  let identity = '';
  for (const index of indices) {
    const value = valueAt(batch.columns[index]!, row);
    const text = value === null ? '' : String(value);
    identity += value === null ? 'n' : `${text.length}:${text}`;
  }
  return identity;
}
