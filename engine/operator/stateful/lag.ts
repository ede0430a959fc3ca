import type { Batch, Column } from '../../batch/batch';
import type { AnyColumnBuilder } from '../../codec/column-builder';
import { columnBuilder } from '../../codec/column-builder';
import type { LagNode } from '../../plan/nodes/stateful';
import type { DataType } from '../../schema/schema';
import { onlyInput } from '../only-input';
import type { OperatorSpec, SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import { requireField } from '../shaping/require-field';
import type { ArrivalLogic, RowsAbout } from './arrival-operator';
import { ArrivalOperator } from './arrival-operator';
import { columnIndexOf, withFields } from './input-column';
import { BYTE_LIMIT, isFull, keysMaxFor, keysMemory, STATEFUL_LIMITS } from './limits';
import { slotValues } from './slot-values';
import type { SlotValues } from './slots';
import { firstSlots } from './slots';

type LagConfig = LagNode['config'];

/** The value some rows ago. */
export const lag: OperatorSpec<LagConfig> = {
  op: 'lag',
  doc: 'Adds the value that a column had `rows` rows of the key before, by arrival; null where there is no such row. As pandas Series.shift.',
  fields: [
    { name: 'column', type: 'column name', doc: 'Whose earlier value is wanted; a column of any type.' },
    { name: 'as', type: 'column name', doc: 'Name of the new column.' },
    { name: 'rows', type: 'number', unit: 'rows', default: 1, doc: `How many rows back, 1 to ${STATEFUL_LIMITS.rowsMax}.` }
  ],
  drops: 'Nothing. Rows beyond a limit: dead letters KEY_LIMIT, BYTE_LIMIT.',
  memory: keysMemory('The last `rows` values of each key', 'rows'),
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'lag', path);
    return laggedType(config, input, path);
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'lag', node);
    const { type } = requireField(input.schema, config.column, 'lag', node);
    const logic = new LagLogic(columnIndexOf(input, config.column), type, config.rows);
    return new ArrivalOperator({ node, input, schema: laggedType(config, input, node).schema, keysMax: keysMaxFor(config.rows), logic });
  }
};

function laggedType(config: LagConfig, input: StreamType, path: string): StreamType {
  const field = requireField(input.schema, config.column, 'lag', path);
  return { schema: withFields(input.schema, [{ ...field, name: config.as, nullable: true }], 'lag', path), keys: input.keys };
}

/** The last values of each key in a ring of `rows` slots. */
class LagLogic implements ArrivalLogic {
  private readonly ring: SlotValues;
  private readonly into: AnyColumnBuilder;
  /** Rows of each key so far. */
  private seen = new Float64Array(0);

  constructor(
    private readonly columnIndex: number,
    type: DataType,
    private readonly rows: number
  ) {
    this.ring = slotValues(type);
    this.into = columnBuilder(type);
  }

  resize(keyCount: number): void {
    this.ring.resize(keyCount * this.rows);
    const seen = new Float64Array(keyCount);
    seen.set(this.seen);
    this.seen = seen;
  }

  select(batch: Batch, keys: Int32Array, kept: Int32Array, about: RowsAbout): number {
    const { ring, into, rows, seen } = this;
    const column = batch.columns[this.columnIndex]!;
    let count = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      if (isFull(ring.bytes + ring.bytesOf(column, row))) {
        about.refuse(row, BYTE_LIMIT);
        continue;
      }
      const key = keys[row]!;
      const slot = key * rows + (seen[key]! % rows);
      ring.append(slot, into);
      ring.put(slot, column, row);
      seen[key]! += 1;
      kept[count++] = row;
    }
    return count;
  }

  columns(): readonly Column[] {
    const added = this.into.build();
    this.into.truncate(0);
    return [added];
  }

  save(keyCount: number, writer: SnapshotWriter): void {
    writer.f64s(this.seen.slice(0, keyCount));
    this.ring.save(firstSlots(keyCount * this.rows), keyCount * this.rows, writer);
  }

  load(keyCount: number, reader: SnapshotReader): void {
    this.seen.set(reader.f64s());
    this.ring.load(firstSlots(keyCount * this.rows), keyCount * this.rows, reader);
  }
}
