import type { Batch, Column } from '../../batch/batch';
import { emptyBatch } from '../../batch/empty';
import { gatherBatch } from '../../batch/gather';
import type { Schema } from '../../schema/schema';
import { saysNothing } from '../../time/progress-search';
import { WatermarkLog } from '../../time/watermark-log';
import { newCounters } from '../counters';
import type { Chunk, Operator, Output, Progress, SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import { rowLetter } from '../row-letter';
import { DropFacts, FACTS_PER_CHUNK_MAX } from './drop-facts';
import { KeyedRows } from './keyed-rows';

/** What a logic may ask and tell about the rows of a batch. */
export interface RowsAbout {
  /** Sends the row to the dead letters. */
  refuse(row: number, reason: { readonly code: string; readonly message: string }): void;
  /** The watermark under which the row came. */
  watermarkAt(row: number): number;
}

/** What an operator does with rows in the order of their arrival; its state has one place per key. */
export interface ArrivalLogic {
  /** Room for the keys 0 … keyCount - 1. */
  resize(keyCount: number): void;
  /** Writes the rows that stay to `kept` and says how many; absent: all stay. Others are dropped on purpose unless they are refused. */
  select?(batch: Batch, keys: Int32Array, kept: Int32Array, about: RowsAbout): number;
  /** Columns to be added to the rows that stayed. */
  columns?(batch: Batch, keys: Int32Array): readonly Column[];
  save(keyCount: number, writer: SnapshotWriter): void;
  load(keyCount: number, reader: SnapshotReader): void;
}

export interface ArrivalOptions {
  readonly node: string;
  readonly input: StreamType;
  readonly schema: Schema;
  readonly keysMax: number;
  readonly logic: ArrivalLogic;
}

/** Takes rows in the order in which they come: drops some, adds columns to the others, releases them at once. */
export class ArrivalOperator implements Operator {
  readonly counters = newCounters();
  private readonly keyed: KeyedRows;
  private readonly log = new WatermarkLog();
  private readonly facts: DropFacts;
  private kept = new Int32Array(64);

  constructor(private readonly options: ArrivalOptions) {
    const { input, node, keysMax, logic } = options;
    this.keyed = new KeyedRows({ input, node, keysMax, counters: this.counters, resize: keyCount => logic.resize(keyCount) });
    this.facts = new DropFacts(node);
  }

  process({ batch, progress }: Chunk, _port: number, output: Output): void {
    const { logic, schema } = this.options;
    const admitted = this.keyed.admit(batch, output);
    const count = this.select(admitted, progress, output);
    const isWhole = count === admitted.rowCount;
    const rows = isWhole ? admitted : gatherBatch(admitted, this.kept, count);
    const keys = isWhole ? this.keyed.keys : Int32Array.from({ length: count }, (_, i) => this.keyed.keys[this.kept[i]!]!);
    this.log.follow(progress);
    this.counters.rowsIn += batch.rowCount;
    this.counters.rowsReleased += count;
    this.counters.rowsOut += count;
    if (count > 0) output.emit({ batch: { ...rows, schema, columns: [...rows.columns, ...(logic.columns?.(rows, keys) ?? [])] }, progress });
    else if (!saysNothing(progress)) output.emit({ batch: emptyBatch(schema), progress });
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.log.watermarkMs);
    this.keyed.save(writer);
    this.options.logic.save(this.keyed.keyCount, writer);
  }

  restore(reader: SnapshotReader): void {
    this.log.restore(reader.f64());
    this.keyed.load(reader);
    this.options.logic.load(this.keyed.keyCount, reader);
  }

  /** Writes the rows that stay to `kept`; how many. */
  private select(batch: Batch, progress: Progress, output: Output): number {
    const { logic } = this.options;
    if (logic.select === undefined || batch.rowCount === 0) return batch.rowCount;
    if (this.kept.length < batch.rowCount) this.kept = new Int32Array(batch.rowCount * 2);
    const refused = new Set<number>();
    const watermarkAt = (row: number): number => this.log.watermarkAt(progress, batch.at[row]!);
    const refuse: RowsAbout['refuse'] = (row, reason) => {
      refused.add(row);
      output.deadLetter(rowLetter(this.options.node, batch, row, reason));
    };
    const count = logic.select(batch, this.keyed.keys, this.kept, { refuse, watermarkAt });
    this.counters.deadLetters += refused.size;
    this.counters.dropped += batch.rowCount - count - refused.size;
    this.facts.begin();
    for (let row = 0, next = 0; row < batch.rowCount && row - next < FACTS_PER_CHUNK_MAX; row++) {
      if (next < count && this.kept[next] === row) next += 1;
      else if (!refused.has(row)) this.facts.tellRow('dropped', batch, row, watermarkAt(row), output);
    }
    return count;
  }
}
