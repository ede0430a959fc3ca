import type { Batch } from '../../batch/batch';
import type { DeadbandNode } from '../../plan/nodes/stateful';
import { onlyInput } from '../only-input';
import type { OperatorSpec, SnapshotReader, SnapshotWriter } from '../operator';
import type { ArrivalLogic } from './arrival-operator';
import { ArrivalOperator } from './arrival-operator';
import { columnIndexOf, numberAt, numberField } from './input-column';
import { keysMemory, STATEFUL_LIMITS } from './limits';
import { NumberState } from './number-state';
import { isNullAt } from './slots';

type DeadbandConfig = DeadbandNode['config'];

/** Drops rows whose value has hardly changed. */
export const deadband: OperatorSpec<DeadbandConfig> = {
  op: 'deadband',
  doc: 'Keeps a row when its value is further from that of the last kept row of the key than the band; the first row is kept. Exactly the band is not further. A change between a value and null or NaN is kept, too. By arrival, as OPC UA DataChangeFilter (there a percentage is of the range of the instrument, here of the last kept value).',
  fields: [
    { name: 'column', type: 'column name', doc: 'A column of numbers.' },
    { name: 'band', type: '{ absolute } | { percent }', doc: 'Width of the band to each side: in the unit of the column, or in percent of the last kept value.' }
  ],
  drops: 'Rows within the band, counted as dropped. Rows of keys beyond the limit: dead letters KEY_LIMIT.',
  memory: keysMemory('2 numbers for each key'),
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'deadband', path);
    numberField(input, config.column, 'deadband', path);
    return input;
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'deadband', node);
    const logic = new DeadbandLogic(columnIndexOf(input, config.column), config.band);
    return new ArrivalOperator({ node, input, schema: input.schema, keysMax: STATEFUL_LIMITS.keysMax, logic });
  }
};

/** What the last kept row of a key had. */
const NONE = 0;
const VALUE = 1;
const NULL = 2;

/** State of a key: what was kept last, and its value. */
class DeadbandLogic implements ArrivalLogic {
  private readonly state = new NumberState([NONE, 0]);
  private readonly absolute: number;
  private readonly share: number;

  constructor(
    private readonly columnIndex: number,
    band: DeadbandConfig['band']
  ) {
    this.absolute = 'absolute' in band ? band.absolute : 0;
    this.share = 'percent' in band ? band.percent / 100 : 0;
  }

  resize(keyCount: number): void {
    this.state.resize(keyCount);
  }

  select(batch: Batch, keys: Int32Array, kept: Int32Array): number {
    const column = batch.columns[this.columnIndex]!;
    const { values } = this.state;
    let count = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      const from = keys[row]! * 2;
      const kind = isNullAt(column, row) ? NULL : VALUE;
      const value = kind === NULL ? 0 : numberAt(column, row);
      if (values[from] === kind && !this.isOutside(values[from + 1]!, value)) continue;
      values[from] = kind;
      values[from + 1] = value;
      kept[count++] = row;
    }
    return count;
  }

  save(keyCount: number, writer: SnapshotWriter): void {
    this.state.save(keyCount, writer);
  }

  load(keyCount: number, reader: SnapshotReader): void {
    this.state.load(keyCount, reader);
  }

  private isOutside(last: number, value: number): boolean {
    if (last === value) return false;
    const distance = Math.abs(value - last);
    if (Number.isNaN(distance)) return !(Number.isNaN(value) && Number.isNaN(last));
    return distance > this.absolute + this.share * Math.abs(last);
  }
}
