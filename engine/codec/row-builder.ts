import type { Batch } from '../batch/batch';
import type { Schema } from '../schema/schema';
import { assert } from '../error';
import type { AnyColumnBuilder } from './column-builder';
import { columnBuilder, Int64Builder, NumberBuilder } from './column-builder';

/**
 * Rows on their way to a Batch: one growable builder per column of `schema`. A writer fills all columns to the same
 * length; `truncate` takes back what a failed message has left.
 */
export class RowBuilder {
  readonly columns: readonly AnyColumnBuilder[];

  constructor(readonly schema: Schema) {
    this.columns = schema.fields.map(field => columnBuilder(field.type));
  }

  get rowCount(): number {
    return this.columns[0]?.length ?? 0;
  }

  truncate(rowCount: number): void {
    for (const column of this.columns) column.truncate(rowCount);
  }

  /** Value of a timestampMs, int64 or number column as a double; NaN for null. For the event time of fresh rows. */
  numberAt(column: number, row: number): number {
    const builder = this.columns[column];
    assert(builder instanceof NumberBuilder || builder instanceof Int64Builder, `column ${column} holds numbers`);
    return builder.isNull(row) ? NaN : Number(builder.valueAt(row));
  }

  /** The rows as a Batch; the builder is empty afterwards. `eventTimeMs` and `at` have one value per row. */
  build(eventTimeMs: Float64Array, at: Float64Array): Batch {
    const rowCount = this.rowCount;
    assert(eventTimeMs.length === rowCount && at.length === rowCount, 'one event time and one position per row');
    const columns = this.columns.map(column => {
      assert(column.length === rowCount, 'columns of equal length');
      return column.build();
    });
    this.truncate(0);
    return { schema: this.schema, rowCount, columns, eventTimeMs, at };
  }
}
