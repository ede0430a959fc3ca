import { assert } from '../../error';
import type { LeadNode } from '../../plan/nodes/stateful';
import { onlyInput } from '../only-input';
import type { OperatorSpec, SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import { requireField } from '../shaping/require-field';
import { columnIndexOf, withFields } from './input-column';
import { HELD_ROWS, STATEFUL_LIMITS } from './limits';
import type { OrderedLogic, OrderedWork } from './ordered-operator';
import { OrderedOperator } from './ordered-operator';

type LeadConfig = LeadNode['config'];

/** The value some rows later. */
export const lead: OperatorSpec<LeadConfig> = {
  op: 'lead',
  doc: 'Adds the value that a column has `rows` rows of the key later, by arrival: rows wait for that row. At the end of a bounded input, and after withinMs, they leave with null. As pandas Series.shift with a negative number. The watermark that leaves stays behind the rows that wait.',
  fields: [
    { name: 'column', type: 'column name', doc: 'Whose later value is wanted; a column of any type.' },
    { name: 'as', type: 'column name', doc: 'Name of the new column.' },
    { name: 'rows', type: 'number', unit: 'rows', default: 1, doc: `How many rows ahead, 1 to ${STATEFUL_LIMITS.leadRowsMax}.` },
    { name: 'withinMs', type: 'number | null', unit: 'ms', default: null, doc: 'How long a row waits in event time, so that a silent key does not hold up the watermark; null: for ever.' }
  ],
  drops: 'Nothing. Rows beyond a limit: dead letters KEY_LIMIT, ROW_LIMIT.',
  memory: `The last \`rows\` rows of each key: ${HELD_ROWS}. At most ${STATEFUL_LIMITS.keysMax} keys, which are never forgotten.`,
  resolve(config, inputs, path) {
    return leadType(config, onlyInput(inputs, 'lead', path), path);
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'lead', node);
    return new OrderedOperator({ node, input, schema: leadType(config, input, node).schema, order: 'arrival', logic: new LeadLogic(columnIndexOf(input, config.column), config) });
  }
};

function leadType(config: LeadConfig, input: StreamType, path: string): StreamType {
  const field = requireField(input.schema, config.column, 'lead', path);
  return { schema: withFields(input.schema, [{ ...field, name: config.as, nullable: true }], 'lead', path), keys: input.keys };
}

class LeadLogic implements OrderedLogic {
  /** Slots of the rows of each key that wait, by arrival. */
  private readonly waiting: number[][] = [];
  private readonly withinMs: number;

  constructor(
    private readonly columnIndex: number,
    private readonly config: LeadConfig
  ) {
    this.withinMs = config.withinMs ?? Infinity;
  }

  resize(keyCount: number): void {
    while (this.waiting.length < keyCount) this.waiting.push([]);
  }

  row(key: number, slot: number, work: OrderedWork): void {
    const queue = this.waiting[key]!;
    queue.push(slot);
    if (queue.length > this.config.rows) this.leave(key, slot, work);
    else this.settle(key, work);
  }

  deadline(key: number, _deadlineMs: number, work: OrderedWork): void {
    this.leave(key, null, work);
  }

  end(work: OrderedWork): void {
    this.waiting.forEach((queue, key) => {
      while (queue.length > 0) this.leave(key, null, work);
    });
  }

  save(keyCount: number, work: OrderedWork, writer: SnapshotWriter): void {
    work.rows.save(Int32Array.from(this.waiting.slice(0, keyCount).flat()), writer);
  }

  load(_keyCount: number, work: OrderedWork, reader: SnapshotReader): void {
    for (const slot of work.rows.load(reader)) this.waiting[work.rows.keys[slot]!]!.push(slot);
  }

  /** The first row that waits leaves, with the value of the row in `later`. */
  private leave(key: number, later: number | null, work: OrderedWork): void {
    const slot = this.waiting[key]!.shift();
    const into = work.out.columns.at(-1);
    assert(slot !== undefined && into !== undefined, 'a row waits, and has a column for the later value');
    if (later === null) into.appendNull();
    else work.rows.columns[this.columnIndex]!.append(later, into);
    work.pass(slot);
    this.settle(key, work);
  }

  private settle(key: number, work: OrderedWork): void {
    const { timeMs } = work.rows;
    const queue = this.waiting[key]!;
    const [first] = queue;
    let earliestMs = Infinity;
    for (const slot of queue) earliestMs = Math.min(earliestMs, timeMs[slot]!);
    work.holds.set(key, earliestMs);
    work.deadlines.set(key, first === undefined ? Infinity : timeMs[first]! + this.withinMs);
  }
}
