import type { Batch } from '../../batch/batch';
import { Dictionary } from '../../batch/batch';
import { valueAt } from '../../batch/value';
import type { Schema } from '../../schema/schema';

const IDENTITY = { name: '#identity', type: 'utf8', nullable: false } as const;

/** `schema` with a column more, in which rows with equal values of some columns have the same text. */
export function withIdentity(schema: Schema): Schema {
  return { fields: [...schema.fields, IDENTITY] };
}

/** `batch` with that column, for the columns at `indices`. Null is a value, NaN equals NaN, -0 equals 0. */
export function identified(batch: Batch, indices: readonly number[]): Batch {
  const dictionary = new Dictionary();
  const codes = new Int32Array(batch.rowCount);
  for (let row = 0; row < batch.rowCount; row++) codes[row] = dictionary.encode(indices.map(index => part(batch, index, row)).join(''));
  return { ...batch, schema: withIdentity(batch.schema), columns: [...batch.columns, { kind: 'utf8', codes, dictionary, validity: null }] };
}

/** The value with its length in front, so that two lists of values never give the same text. */
function part(batch: Batch, index: number, row: number): string {
  const value = valueAt(batch.columns[index]!, row);
  if (value === null) return 'n';
  const text = String(value);
  return `${text.length}:${text}`;
}
