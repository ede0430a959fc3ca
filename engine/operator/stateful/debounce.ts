import type { DebounceNode } from '../../plan/nodes/stateful';
import { onlyInput } from '../only-input';
import type { OperatorSpec, SnapshotReader, SnapshotWriter } from '../operator';
import { KeptSlots } from './kept-slots';
import { orderedMemory } from './limits';
import type { OrderedLogic, OrderedWork } from './ordered-operator';
import { OrderedOperator } from './ordered-operator';

type DebounceConfig = DebounceNode['config'];

/** The last row before a silence. */
export const debounce: OperatorSpec<DebounceConfig> = {
  op: 'debounce',
  doc: 'Keeps the last row of each burst: a row comes out when no other row of its key has an event time in [t, t + quietMs), as soon as the watermark shows that. Rows are taken in order of event time, ties by arrival. The watermark that leaves may be up to quietMs behind.',
  fields: [{ name: 'quietMs', type: 'number', unit: 'ms', doc: 'How long a key must be silent after a row.' }],
  drops: 'Rows that are followed by another within quietMs, counted as dropped. Rows at or before the watermark, counted as late. Rows beyond a limit: dead letters KEY_LIMIT, ROW_LIMIT.',
  memory: orderedMemory('one row for each key'),
  resolve(_config, inputs, path) {
    return onlyInput(inputs, 'debounce', path);
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'debounce', node);
    return new OrderedOperator({ node, input, schema: input.schema, order: 'eventTime', logic: new DebounceLogic(config.quietMs) });
  }
};

class DebounceLogic implements OrderedLogic {
  private readonly kept = new KeptSlots();

  constructor(private readonly quietMs: number) {}

  resize(keyCount: number): void {
    this.kept.resize(keyCount);
  }

  row(key: number, slot: number, work: OrderedWork): void {
    const before = this.kept.of(key);
    if (before >= 0) work.drop(before);
    const timeMs = work.rows.timeMs[slot]!;
    this.kept.set(key, slot);
    work.deadlines.set(key, timeMs + this.quietMs);
    work.holds.set(key, timeMs);
  }

  deadline(key: number, _deadlineMs: number, work: OrderedWork): void {
    work.pass(this.kept.of(key));
    work.holds.clear(key);
    this.kept.clear(key);
  }

  save(keyCount: number, work: OrderedWork, writer: SnapshotWriter): void {
    this.kept.save(keyCount, work.rows, writer);
  }

  load(_keyCount: number, work: OrderedWork, reader: SnapshotReader): void {
    this.kept.load(work.rows, reader);
  }
}
