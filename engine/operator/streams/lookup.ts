import type { Batch } from '../../batch/batch';
import { gatherBatch } from '../../batch/gather';
import type { LookupNode } from '../../plan/nodes/streams';
import { TABLE_LIMITS } from '../../plan/nodes/lookup-table';
import type { Schema } from '../../schema/schema';
import { saysNothing } from '../../time/progress-search';
import { WatermarkLog } from '../../time/watermark-log';
import { newCounters } from '../counters';
import { onlyInput } from '../only-input';
import type { Chunk, Operator, OperatorSpec, Output, SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import { rowLetter } from '../row-letter';
import { COLUMNS_FIELD, LOOKUP_AS_FIELD, LOOKUP_ON_FIELD, MISSING_FIELD } from './join-fields';
import type { JoinedColumn } from './joined-type';
import { lookedUpColumns } from './joined-type';
import { rowByKey, tableRows } from './lookup-table';
import { missingReason } from './missing';
import type { RowKey } from './row-keys';
import { RowKeys } from './row-keys';
import { RowStore } from './row-store';

type LookupConfig = LookupNode['config'];

/** Adds columns of a table that is part of the Plan. */
export const lookup: OperatorSpec<LookupConfig> = {
  op: 'lookup',
  doc: 'Adds to each row the columns of the row of a table that has the same key. The table is part of the Plan: it is signed, validated and replayed with it. A null key finds nothing.',
  fields: [
    { name: 'table', type: 'lookupTable({ schema, rows })', doc: `At most ${TABLE_LIMITS.rowsMax} rows, each with its own key.` },
    LOOKUP_ON_FIELD,
    COLUMNS_FIELD,
    LOOKUP_AS_FIELD,
    MISSING_FIELD
  ],
  drops: 'Rows without a row of the table, with missing drop: counted as dropped; with deadLetter: dead letters LOOKUP_MISSING.',
  memory: 'The table.',
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'lookup', path);
    rowByKey(tableRows(config.table), config.on, `${path}.table`);
    return { schema: { fields: columnsOf(config, input.schema, path).map(({ field }) => field) }, keys: input.keys };
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'lookup', node);
    return new LookupOperator(node, config, input, columnsOf(config, input.schema, node));
  }
};

function columnsOf({ table, on, columns, as, missing }: LookupConfig, left: Schema, path: string): readonly JoinedColumn[] {
  return lookedUpColumns({ on, as: { left: '', right: as.right }, columns, rightMayMiss: missing === 'null' }, left, table.schema, { op: 'lookup', path });
}

const NONE = -1;

class LookupOperator implements Operator {
  readonly counters = newCounters();
  private readonly log = new WatermarkLog();
  private readonly keys: RowKeys;
  private readonly store: RowStore;
  private readonly slots: ReadonlyMap<RowKey, number>;
  private readonly schema: Schema;

  constructor(
    private readonly node: string,
    private readonly config: LookupConfig,
    input: StreamType,
    private readonly columns: readonly JoinedColumn[]
  ) {
    const table = tableRows(config.table);
    this.schema = { fields: columns.map(({ field }) => field) };
    this.keys = new RowKeys(input.schema, config.on);
    this.store = new RowStore(table.schema);
    for (let row = 0; row < table.rowCount; row++) this.store.add(table, row);
    this.slots = rowByKey(table, config.on, node);
  }

  process(chunk: Chunk, _port: number, output: Output): void {
    const { batch, progress } = chunk;
    const { rowCount } = batch;
    const slots = new Int32Array(rowCount);
    const kept = new Int32Array(rowCount);
    let count = 0;
    for (let row = 0; row < rowCount; row++) {
      const key = this.keys.keyOf(batch, row);
      const slot = (key === null ? undefined : this.slots.get(key)) ?? NONE;
      if (slot === NONE && this.config.missing !== 'null') {
        this.miss(chunk, row, output);
        continue;
      }
      slots[count] = slot;
      kept[count++] = row;
    }
    this.log.follow(progress);
    this.counters.rowsIn += rowCount;
    this.counters.rowsReleased += count;
    this.counters.rowsOut += count;
    if (count > 0 || !saysNothing(progress)) output.emit({ batch: this.join(count === rowCount ? batch : gatherBatch(batch, kept, count), slots), progress });
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.log.watermarkMs);
  }

  restore(reader: SnapshotReader): void {
    this.log.restore(reader.f64());
  }

  private join(batch: Batch, slots: Int32Array): Batch {
    const columns = this.columns.map(({ side, index }) => (side === 'left' ? batch.columns[index]! : this.store.gather(index, slots, batch.rowCount)));
    return { ...batch, schema: this.schema, columns };
  }

  private miss({ batch, progress }: Chunk, row: number, output: Output): void {
    const at = batch.at[row]!;
    if (this.config.missing === 'deadLetter') {
      this.counters.deadLetters += 1;
      output.deadLetter(rowLetter(this.node, batch, row, missingReason(this.config.on)));
      return;
    }
    this.counters.dropped += 1;
    output.dropped({ at, node: this.node, reason: 'dropped', eventTimeMs: batch.eventTimeMs[row]!, watermarkMs: this.log.watermarkAt(progress, at), windowEndMs: null });
  }
}
