import { newCounters } from './counters';
import type { Chunk, Operator, Output } from './operator';

/** Passes everything on; for operators that only change the type of the stream. */
export class PassOperator implements Operator {
  readonly counters = newCounters();

  process(chunk: Chunk, _port: number, output: Output): void {
    const { rowCount } = chunk.batch;
    this.counters.rowsIn += rowCount;
    this.counters.rowsReleased += rowCount;
    this.counters.rowsOut += rowCount;
    output.emit(chunk);
  }

  snapshot(): void {
    return;
  }

  restore(): void {
    return;
  }
}
