import type { Batch } from '../../batch/batch';
import { emptyBatch } from '../../batch/empty';
import type { AnyColumnBuilder } from '../../codec/column-builder';
import { RowBuilder } from '../../codec/row-builder';
import type { Schema } from '../../schema/schema';

/** Rows on their way out, in the order in which they are ended. */
export class RowOutput {
  private readonly rows: RowBuilder;
  private times: number[] = [];
  private ats: number[] = [];

  constructor(private readonly schema: Schema) {
    this.rows = new RowBuilder(schema);
  }

  /** One builder per column; append one value to each, then end the row. */
  get columns(): readonly AnyColumnBuilder[] {
    return this.rows.columns;
  }

  endRow(eventTimeMs: number, at: number): void {
    this.times.push(eventTimeMs);
    this.ats.push(at);
  }

  /** The rows since the last call. */
  take(): Batch {
    if (this.times.length === 0) return emptyBatch(this.schema);
    const batch = this.rows.build(Float64Array.from(this.times), Float64Array.from(this.ats));
    this.times = [];
    this.ats = [];
    return batch;
  }
}
