import type { Batch, Column } from '../../batch/batch';
import type { Schema } from '../../schema/schema';
import { newCounters } from '../counters';
import type { Chunk, Operator, Output } from '../operator';

/** Gives every row other columns and remembers nothing: one row in, one row out. */
export class ReshapeOperator implements Operator {
  readonly counters = newCounters();

  constructor(
    private readonly schema: Schema,
    private readonly columnsOf: (batch: Batch) => readonly Column[]
  ) {}

  process({ batch, progress }: Chunk, _port: number, output: Output): void {
    this.counters.rowsIn += batch.rowCount;
    this.counters.rowsReleased += batch.rowCount;
    this.counters.rowsOut += batch.rowCount;
    output.emit({ batch: { ...batch, schema: this.schema, columns: this.columnsOf(batch) }, progress });
  }

  snapshot(): void {
    return;
  }

  restore(): void {
    return;
  }
}
