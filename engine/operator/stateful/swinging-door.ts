import type { SwingingDoorNode } from '../../plan/nodes/stateful';
import { onlyInput } from '../only-input';
import type { OperatorSpec, SnapshotReader, SnapshotWriter } from '../operator';
import { columnIndexOf, numberField } from './input-column';
import { KeptSlots } from './kept-slots';
import { orderedMemory } from './limits';
import { NumberState } from './number-state';
import { numberIn } from './number-slots';
import type { OrderedLogic, OrderedWork } from './ordered-operator';
import { OrderedOperator } from './ordered-operator';

type SwingingDoorConfig = SwingingDoorNode['config'];

/** Compression of a slowly changing series. */
export const swingingDoor: OperatorSpec<SwingingDoorConfig> = {
  op: 'swingingDoor',
  doc: 'Keeps the rows that a historian would archive: straight lines between the kept rows of a key are never further than `deviation` from the dropped ones. A row is kept when the next one can no longer be reached from the last kept one without leaving that corridor (swinging door, as the snapshot test of a historian). The first row, rows around a null or NaN, and the last one are kept. Rows are taken in order of event time, ties by arrival; the watermark that leaves stays behind the newest row of each key.',
  fields: [
    { name: 'column', type: 'column name', doc: 'A column of numbers.' },
    { name: 'deviation', type: 'number', doc: 'Largest error of a dropped value, in the unit of the column.' },
    { name: 'maxSilenceMs', type: 'number | null', unit: 'ms', default: null, doc: 'At the latest this long after a kept row the newest one is kept as well, so that the watermark goes on; null: no bound.' }
  ],
  drops: 'Rows on a straight line, counted as dropped. Rows at or before the watermark, counted as late. Rows beyond a limit: dead letters KEY_LIMIT, ROW_LIMIT.',
  memory: orderedMemory('one row and 5 numbers for each key'),
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'swingingDoor', path);
    numberField(input, config.column, 'swingingDoor', path);
    return input;
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'swingingDoor', node);
    return new OrderedOperator({ node, input, schema: input.schema, order: 'eventTime', logic: new SwingingDoorLogic(columnIndexOf(input, config.column), config) });
  }
};

/** Places in the state of a key: the last kept row, and the slopes of lines from it that are near enough to all rows since. */
const TIME = 0;
const VALUE = 1;
const LOWEST = 2;
const HIGHEST = 3;
const WIDTH = 4;

class SwingingDoorLogic implements OrderedLogic {
  private readonly state = new NumberState([-Infinity, NaN, -Infinity, Infinity]);
  /** The newest row of a key, not kept yet. */
  private readonly newest = new KeptSlots();
  private readonly maxSilenceMs: number;

  constructor(
    private readonly columnIndex: number,
    private readonly config: SwingingDoorConfig
  ) {
    this.maxSilenceMs = config.maxSilenceMs ?? Infinity;
  }

  resize(keyCount: number): void {
    this.state.resize(keyCount);
    this.newest.resize(keyCount);
  }

  row(key: number, slot: number, work: OrderedWork): void {
    const { values } = this.state;
    const from = key * WIDTH;
    const timeMs = work.rows.timeMs[slot]!;
    const value = this.valueIn(slot, work);
    if (!Number.isFinite(value) || !Number.isFinite(values[from + VALUE]!)) {
      this.keepNewest(key, work);
      this.keep(key, slot, work);
      return;
    }
    const elapsedMs = timeMs - values[from + TIME]!;
    const slope = (value - values[from + VALUE]!) / elapsedMs;
    if (elapsedMs > 0 && slope >= values[from + LOWEST]! && slope <= values[from + HIGHEST]!) {
      this.hold(key, slot, work);
      return;
    }
    if (this.newest.of(key) >= 0) {
      this.keepNewest(key, work);
      this.row(key, slot, work);
    } else if (elapsedMs === 0 && Math.abs(value - values[from + VALUE]!) <= this.config.deviation) work.drop(slot);
    else this.keep(key, slot, work);
  }

  deadline(key: number, _deadlineMs: number, work: OrderedWork): void {
    this.keepNewest(key, work);
  }

  end(work: OrderedWork): void {
    for (let key = work.holds.firstKey; key >= 0; key = work.holds.firstKey) this.keepNewest(key, work);
  }

  save(keyCount: number, work: OrderedWork, writer: SnapshotWriter): void {
    this.state.save(keyCount, writer);
    this.newest.save(keyCount, work.rows, writer);
  }

  load(keyCount: number, work: OrderedWork, reader: SnapshotReader): void {
    this.state.load(keyCount, reader);
    this.newest.load(work.rows, reader);
  }

  /** The row is on a line near enough: it takes the place of the newest, and narrows the door. */
  private hold(key: number, slot: number, work: OrderedWork): void {
    const { values } = this.state;
    const from = key * WIDTH;
    const timeMs = work.rows.timeMs[slot]!;
    const elapsedMs = timeMs - values[from + TIME]!;
    const rise = this.valueIn(slot, work) - values[from + VALUE]!;
    const before = this.newest.of(key);
    if (before >= 0) work.drop(before);
    if (elapsedMs >= this.maxSilenceMs) {
      this.newest.clear(key);
      this.keep(key, slot, work);
      return;
    }
    values[from + LOWEST] = Math.max(values[from + LOWEST]!, (rise - this.config.deviation) / elapsedMs);
    values[from + HIGHEST] = Math.min(values[from + HIGHEST]!, (rise + this.config.deviation) / elapsedMs);
    this.newest.set(key, slot);
    work.holds.set(key, timeMs);
    work.deadlines.set(key, values[from + TIME]! + this.maxSilenceMs);
  }

  private keepNewest(key: number, work: OrderedWork): void {
    const slot = this.newest.of(key);
    if (slot < 0) return;
    this.newest.clear(key);
    this.keep(key, slot, work);
  }

  /** The row leaves, and lines begin from it. */
  private keep(key: number, slot: number, work: OrderedWork): void {
    this.state.values.set([work.rows.timeMs[slot]!, this.valueIn(slot, work), -Infinity, Infinity], key * WIDTH);
    work.holds.clear(key);
    work.deadlines.clear(key);
    work.pass(slot);
  }

  private valueIn(slot: number, work: OrderedWork): number {
    return numberIn(work.rows.columns[this.columnIndex]!, slot);
  }
}
