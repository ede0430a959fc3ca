import type { Batch } from '../batch/batch';
import { valueAt, type Value } from '../batch/value';
import type { SequenceConfig } from '../plan/nodes/source';
import { fieldIndex, type Schema } from '../schema/schema';
import { GapDetector, type GapFigures } from '../time/gap-detector';
import type { SnapshotReader, SnapshotWriter } from './operator';

/** Reads the numbers that devices gave their records from decoded rows and hands them to the gap detector. */
export class SequenceWatch {
  private readonly detector: GapDetector;
  private readonly column: number;
  /** Columns that tell devices apart; null: the topic does. */
  private readonly per: readonly number[] | null;
  /** Topics of the rows that are to come, and how many each has. */
  private topics: { readonly topic: string; readonly rowCount: number }[] = [];

  constructor({ column, per, maxGap }: SequenceConfig, { schema, maxOutOfOrdernessMs }: { readonly schema: Schema; readonly maxOutOfOrdernessMs: number }) {
    this.detector = new GapDetector({ maxOutOfOrdernessMs, ...(maxGap === undefined ? {} : { maxGap }) });
    this.column = fieldIndex(schema, column);
    this.per = per?.map(name => fieldIndex(schema, name)) ?? null;
  }

  /** The next `rowCount` rows are of `topic`. */
  note(topic: string, rowCount: number): void {
    if (this.per === null && rowCount > 0) this.topics.push({ topic, rowCount });
  }

  /** All rows noted so far, refused ones included: they came. */
  take(batch: Batch): void {
    let index = 0;
    let left = this.topics[0]?.rowCount ?? 0;
    for (let row = 0; row < batch.rowCount; row++) {
      while (this.per === null && left === 0) left = this.topics[++index]?.rowCount ?? batch.rowCount;
      left--;
      const number = this.valueAt(batch, this.column, row);
      this.detector.observe(this.per === null ? (this.topics[index]?.topic ?? '') : this.deviceAt(batch, this.per, row), number === null ? NaN : Number(number), batch.eventTimeMs[row]!);
    }
    this.topics = [];
  }

  end(): void {
    this.detector.end();
  }

  figures(): GapFigures {
    return this.detector.figures();
  }

  snapshot(writer: SnapshotWriter): void {
    this.detector.snapshot(writer);
  }

  restore(reader: SnapshotReader): void {
    this.detector.restore(reader);
  }

  private deviceAt(batch: Batch, columns: readonly number[], row: number): string {
    if (columns.length === 1) return String(this.valueAt(batch, columns[0]!, row));
    return JSON.stringify(columns.map(column => String(this.valueAt(batch, column, row))));
  }

  private valueAt(batch: Batch, column: number, row: number): Value {
    return valueAt(batch.columns[column]!, row);
  }
}
