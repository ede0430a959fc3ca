import type { Batch } from '../../batch/batch';
import { Dictionary } from '../../batch/batch';
import { identityText } from '../../batch/identity-text';
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
  for (let row = 0; row < batch.rowCount; row++) codes[row] = dictionary.encode(identityText(batch, row, indices));
  return { ...batch, schema: withIdentity(batch.schema), columns: [...batch.columns, { kind: 'utf8', codes, dictionary, validity: null }] };
}
