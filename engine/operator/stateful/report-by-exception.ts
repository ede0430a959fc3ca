import type { Batch } from '../../batch/batch';
import type { ReportByExceptionNode } from '../../plan/nodes/stateful';
import type { DataType } from '../../schema/schema';
import { onlyInput } from '../only-input';
import type { OperatorSpec, SnapshotReader, SnapshotWriter } from '../operator';
import { requireField } from '../shaping/require-field';
import type { ArrivalLogic, RowsAbout } from './arrival-operator';
import { ArrivalOperator } from './arrival-operator';
import { columnIndexOf } from './input-column';
import { BYTE_LIMIT, isFull, keysMaxFor, keysMemory } from './limits';
import { NumberState } from './number-state';
import { slotValues } from './slot-values';
import type { SlotValues } from './slots';
import { firstSlots } from './slots';

type ReportConfig = ReportByExceptionNode['config'];

/** Drops rows that say nothing new. */
export const reportByException: OperatorSpec<ReportConfig> = {
  op: 'reportByException',
  doc: 'Keeps a row when a value of the columns is another than in the last kept row of the key, and at the latest with the first row maxSilenceMs after that one. The first row is kept. By arrival; null equals null, NaN equals NaN.',
  fields: [
    { name: 'columns', type: 'column names', doc: 'Whose change is reported; columns of any type.' },
    { name: 'maxSilenceMs', type: 'number | null', unit: 'ms', default: null, doc: 'A row at least this much later in event time than the last kept one is kept though nothing has changed; null: never.' }
  ],
  drops: 'Rows without a change, counted as dropped. Rows beyond a limit: dead letters KEY_LIMIT, BYTE_LIMIT.',
  memory: keysMemory('The last kept values of each key', 'columns'),
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'reportByException', path);
    for (const name of config.columns) requireField(input.schema, name, 'reportByException', path);
    return input;
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'reportByException', node);
    const columns = config.columns.map(name => ({ index: columnIndexOf(input, name), type: requireField(input.schema, name, 'reportByException', node).type }));
    return new ArrivalOperator({ node, input, schema: input.schema, keysMax: keysMaxFor(columns.length), logic: new ReportLogic(columns, config.maxSilenceMs) });
  }
};

class ReportLogic implements ArrivalLogic {
  private readonly held: readonly { readonly index: number; readonly values: SlotValues }[];
  /** Event time of the last kept row of each key. */
  private readonly keptAtMs = new NumberState([-Infinity]);
  private readonly maxSilenceMs: number;

  constructor(columns: readonly { readonly index: number; readonly type: DataType }[], maxSilenceMs: number | null) {
    this.held = columns.map(({ index, type }) => ({ index, values: slotValues(type) }));
    this.maxSilenceMs = maxSilenceMs ?? Infinity;
  }

  resize(keyCount: number): void {
    this.keptAtMs.resize(keyCount);
    for (const { values } of this.held) values.resize(keyCount);
  }

  select(batch: Batch, keys: Int32Array, kept: Int32Array, about: RowsAbout): number {
    let count = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      const key = keys[row]!;
      if (!this.isNews(batch, row, key)) continue;
      if (isFull(this.bytesWith(batch, row))) {
        about.refuse(row, BYTE_LIMIT);
        continue;
      }
      this.keptAtMs.values[key] = batch.eventTimeMs[row]!;
      for (const { index, values } of this.held) values.put(key, batch.columns[index]!, row);
      kept[count++] = row;
    }
    return count;
  }

  save(keyCount: number, writer: SnapshotWriter): void {
    this.keptAtMs.save(keyCount, writer);
    for (const { values } of this.held) values.save(firstSlots(keyCount), keyCount, writer);
  }

  load(keyCount: number, reader: SnapshotReader): void {
    this.keptAtMs.load(keyCount, reader);
    for (const { values } of this.held) values.load(firstSlots(keyCount), keyCount, reader);
  }

  private bytesWith(batch: Batch, row: number): number {
    let bytes = 0;
    for (const { index, values } of this.held) bytes += values.bytes + values.bytesOf(batch.columns[index]!, row);
    return bytes;
  }

  private isNews(batch: Batch, row: number, key: number): boolean {
    const keptAtMs = this.keptAtMs.values[key]!;
    if (keptAtMs === -Infinity || batch.eventTimeMs[row]! - keptAtMs >= this.maxSilenceMs) return true;
    return this.held.some(({ index, values }) => !values.holds(key, batch.columns[index]!, row));
  }
}
