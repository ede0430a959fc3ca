import type { Batch } from '../batch/batch';
import { gatherBatch } from '../batch/gather';
import { newCounters } from '../operator/counters';
import type { Chunk, Output } from '../operator/operator';
import { rowLetter } from '../operator/row-letter';
import { emptyBatch } from '../batch/empty';
import { NO_PROGRESS, saysNothing } from '../time/progress-search';
import { WatermarkLog } from '../time/watermark-log';
import type { Reason } from './state-cells';
import type { WindowOptions } from './window-options';

/** A row that is too late, and since when. */
export interface LateRow {
  readonly batch: Batch;
  readonly row: number;
  /** End of the window that it would have opened. */
  readonly windowEndMs: number;
}

/** Accounts of an operator of windows for the rows that go into none: late ones, those in gaps, those that were refused. */
export class RowAccounts {
  readonly counters = newCounters();
  readonly log = new WatermarkLog();
  private chunk: Chunk | null = null;
  private lateRows = new Int32Array(64);
  private lateCount = 0;

  constructor(private readonly options: Pick<WindowOptions, 'node' | 'input' | 'latePolicy'>) {}

  /** Begins with a chunk. */
  begin(chunk: Chunk): void {
    this.chunk = chunk;
    this.counters.rowsIn += chunk.batch.rowCount;
  }

  /** Ends the chunk: late rows go to their side output. */
  end({ batch, progress }: Chunk, output: Output): void {
    this.log.follow(progress);
    this.chunk = null;
    if (this.options.latePolicy !== 'sideOutput') return;
    const late = this.lateCount === 0 ? emptyBatch(this.options.input.schema) : gatherBatch(batch, this.lateRows, this.lateCount);
    this.lateCount = 0;
    if (late.rowCount > 0 || !saysNothing(progress)) output.emitSide('late', { batch: late, progress });
  }

  /** The watermark under which rows of input `at` of the present chunk stand. */
  watermarkAt(at: number): number {
    return this.log.watermarkAt(this.chunk?.progress ?? NO_PROGRESS, at);
  }

  dropLate({ batch, row, windowEndMs }: LateRow, output: Output): void {
    const { node, latePolicy } = this.options;
    const at = batch.at[row]!;
    const eventTimeMs = batch.eventTimeMs[row]!;
    const watermarkMs = this.watermarkAt(at);
    output.dropped({ at, node, reason: 'late', eventTimeMs, watermarkMs, windowEndMs });
    if (latePolicy === 'deadLetter') {
      this.reject(batch, row, { code: 'LATE', message: `the record of ${eventTimeMs} is late: its window ended at ${windowEndMs}, the watermark is ${watermarkMs}. Raise maxOutOfOrdernessMs or allowedLatenessMs to count such records in.` }, output);
      return;
    }
    this.counters.late += 1;
    if (latePolicy === 'sideOutput') this.keepLate(row);
  }

  dropInGap(batch: Batch, row: number, output: Output): void {
    const at = batch.at[row]!;
    output.dropped({ at, node: this.options.node, reason: 'gap', eventTimeMs: batch.eventTimeMs[row]!, watermarkMs: this.watermarkAt(at), windowEndMs: null });
    this.counters.inGap += 1;
  }

  reject(batch: Batch, row: number, reason: Reason, output: Output): void {
    this.counters.deadLetters += 1;
    output.deadLetter(rowLetter(this.options.node, batch, row, reason));
  }

  /** `rows` rows leave the state: with a result, or with one that had a fault. */
  release(rows: number, isFaulty: boolean): void {
    this.counters.rowsInState -= rows;
    if (isFaulty) this.counters.deadLetters += rows;
    else this.counters.rowsReleased += rows;
  }

  private keepLate(row: number): void {
    if (this.lateCount === this.lateRows.length) {
      const grown = new Int32Array(this.lateCount * 2);
      grown.set(this.lateRows);
      this.lateRows = grown;
    }
    this.lateRows[this.lateCount++] = row;
  }
}
