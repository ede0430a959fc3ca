import type { Batch } from '../../batch/batch';
import { assert } from '../../error';
import { saysNothing } from '../../time/progress-search';
import { newCounters } from '../counters';
import type { Chunk, Operator, Output, Progress, SnapshotReader, SnapshotWriter } from '../operator';
import type { PortHandler } from '../port-merge';
import { PortMerge } from '../port-merge';
import { rowLetter } from '../row-letter';

export interface Reason {
  readonly code: string;
  readonly message: string;
}

/** Results that are put together at once; more leave in several pieces, so that a step takes no more memory than that. */
const PIECE_ROWS = 65_536;

/**
 * An operator that sees the rows and watermarks of several ports one after the other, as if inputs had come one by one,
 * and gives the rows of a step at its end. Every row counts as in state until it is released, dropped or refused.
 */
export abstract class MergingOperator implements Operator, PortHandler {
  readonly counters = newCounters();
  protected readonly merge: PortMerge;
  private output: Output | null = null;

  constructor(
    protected readonly node: string,
    portCount: number
  ) {
    this.merge = new PortMerge(portCount);
  }

  abstract rows(port: number, batch: Batch, from: number, to: number): void;
  abstract watermark(watermarkMs: number, at: number): void;
  /** The rows that came of the step, in order of `at`. */
  protected abstract takeResults(): Batch;
  protected abstract saveState(writer: SnapshotWriter): void;
  protected abstract loadState(reader: SnapshotReader): void;

  /** The progress of the results, when it is not that of the inputs. */
  protected progressOf(combined: Progress): Progress {
    return combined;
  }

  process(chunk: Chunk, port: number): void {
    this.counters.rowsIn += chunk.batch.rowCount;
    this.counters.rowsInState += chunk.batch.rowCount;
    this.merge.add(port, chunk);
  }

  settle(output: Output): void {
    this.output = output;
    const combined = this.merge.play(this);
    if (combined !== null) this.emit(combined);
    this.output = null;
  }

  snapshot(writer: SnapshotWriter): void {
    this.merge.snapshot(writer);
    this.saveState(writer);
  }

  restore(reader: SnapshotReader): void {
    this.merge.restore(reader);
    this.loadState(reader);
  }

  /** Lets the results go on before the end of the step when they have become many. For handlers, where nothing holds a slot that was removed. */
  protected emitMany(rowCount: number): void {
    if (rowCount >= PIECE_ROWS) this.emit(this.merge.takeProgress());
  }

  /** `count` rows have had all their effects. */
  protected release(count: number): void {
    this.counters.rowsInState -= count;
    this.counters.rowsReleased += count;
  }

  /** A row is late: counted, or a dead letter. */
  protected dropLate(batch: Batch, row: number, policy: 'drop' | 'deadLetter', windowEndMs: number | null = null): void {
    const eventTimeMs = batch.eventTimeMs[row]!;
    const { watermarkMs } = this.merge;
    this.here.dropped({ at: batch.at[row]!, node: this.node, reason: 'late', eventTimeMs, watermarkMs, windowEndMs });
    if (policy === 'deadLetter') {
      this.refuse(batch, row, { code: 'LATE', message: `the record of ${eventTimeMs} is late: the watermark of the streams together is ${watermarkMs}. Raise maxOutOfOrdernessMs of its source to count such records in.` });
      return;
    }
    this.counters.rowsInState -= 1;
    this.counters.late += 1;
  }

  /** A row is dropped by a rule of the operator. */
  protected dropByRule(batch: Batch, row: number, reason: 'gap' | 'dropped'): void {
    this.here.dropped({ at: batch.at[row]!, node: this.node, reason, eventTimeMs: batch.eventTimeMs[row]!, watermarkMs: this.merge.watermarkMs, windowEndMs: null });
    this.counters.rowsInState -= 1;
    if (reason === 'gap') this.counters.inGap += 1;
    else this.counters.dropped += 1;
  }

  protected refuse(batch: Batch, row: number, reason: Reason): void {
    this.counters.rowsInState -= 1;
    this.counters.deadLetters += 1;
    this.here.deadLetter(rowLetter(this.node, batch, row, reason));
  }

  private emit(combined: Progress): void {
    const batch = this.takeResults();
    const progress = this.progressOf(combined);
    this.counters.rowsOut += batch.rowCount;
    if (batch.rowCount > 0 || !saysNothing(progress)) this.here.emit({ batch, progress });
  }

  private get here(): Output {
    assert(this.output !== null, 'rows leave while a step settles');
    return this.output;
  }
}
