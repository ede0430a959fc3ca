import { assert, PlanError } from '../../error';
import { NumberBuilder } from '../../codec/column-builder';
import type { DeduplicateNode } from '../../plan/nodes/stateful';
import { isList, typeName } from '../../schema/schema';
import { onlyInput } from '../only-input';
import type { OperatorSpec, SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import { requireField } from '../shaping/require-field';
import { identified, withIdentity } from './identity';
import { columnIndexOf, withFields } from './input-column';
import { HELD_ROWS, STATEFUL_LIMITS } from './limits';
import { TextSlots } from './object-slots';
import type { OrderedLogic, OrderedWork } from './ordered-operator';
import { OrderedOperator } from './ordered-operator';
import { RememberedRows } from './remembered-rows';

type DeduplicateConfig = DeduplicateNode['config'];

/** One row instead of several equal ones. */
export const deduplicate: OperatorSpec<DeduplicateConfig> = {
  op: 'deduplicate',
  doc: "Of rows with equal keys and equal values of `by`, keeps the first in event time (ties: by arrival), which leaves when the watermark reaches it; or the last, each at once on arrival, with a `revision` that says how many it replaces. As Flink's deduplication. Null equals null, NaN equals NaN.",
  fields: [
    { name: 'by', type: 'column names', default: [], doc: 'Which columns, beside the keys of the stream, make two rows duplicates; not binary, not lists.' },
    { name: 'keep', type: "'first' | 'last'", default: 'first', doc: "'first': one row. 'last': every row that is not before the last one; it replaces that." },
    { name: 'withinMs', type: 'number | null', unit: 'ms', default: null, doc: 'A row this much later in event time than the first (last) one is no duplicate but begins anew; null: however late.' },
    { name: 'identitiesMax', type: 'number', default: STATEFUL_LIMITS.keysMax, doc: `How many different rows are remembered, 1 to ${STATEFUL_LIMITS.keysMax}; beyond it those that were kept longest ago are forgotten.` }
  ],
  drops: 'Duplicates: counted as dropped, and as duplicates in the report. Keep first: rows before the watermark, counted as late. Rows beyond the limit: dead letters ROW_LIMIT.',
  memory: `A text and a time for each remembered row, with withinMs only for as long, and at most ${STATEFUL_LIMITS.heldBytesMax} bytes of texts: those that were kept longest ago are forgotten first. Keep first: also the rows ahead of the watermark, ${HELD_ROWS}.`,
  resolve(config, inputs, path) {
    return keptType(config, onlyInput(inputs, 'deduplicate', path), path);
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'deduplicate', node);
    const indices = identityColumns(config, input).map(name => columnIndexOf(input, name));
    return new OrderedOperator({
      node,
      input: { schema: input.schema, keys: [] },
      schema: keptType(config, input, node).schema,
      order: config.keep === 'first' ? 'eventTime' : 'arrival',
      lateAtWatermark: false,
      held: { schema: withIdentity(input.schema), of: batch => identified(batch, indices) },
      logic: config.keep === 'first' ? new KeepFirst(config) : new KeepLast(config)
    });
  }
};

function identityColumns(config: DeduplicateConfig, input: StreamType): readonly string[] {
  return [...new Set([...input.keys, ...config.by])];
}

function keptType(config: DeduplicateConfig, input: StreamType, path: string): StreamType {
  for (const name of config.by) {
    const { type } = requireField(input.schema, name, 'deduplicate', path);
    if (isList(type) || type === 'binary') throw new PlanError('COLUMN_TYPE', `deduplicate("${name}") at ${path}: column "${name}" is ${typeName(type)}, which is not compared. Name columns of text, numbers, bools or times.`, { details: { path, column: name } });
  }
  if (identityColumns(config, input).length === 0) throw new PlanError('KEY_COLUMN', `deduplicate at ${path}: the stream has no key and \`by\` names no column; expected at least one of them. Say which columns make two rows duplicates.`, { details: { path } });
  if (config.keep === 'first') return input;
  return { schema: withFields(input.schema, [{ name: 'revision', type: 'int32', nullable: false }], 'deduplicate', path), keys: input.keys };
}

/** What is known of rows that were kept. */
abstract class Deduplicator implements OrderedLogic {
  protected readonly known = new RememberedRows();
  protected readonly withinMs: number;

  constructor(private readonly config: DeduplicateConfig) {
    this.withinMs = config.withinMs ?? Infinity;
  }

  abstract row(key: number, slot: number, work: OrderedWork): void;

  resize(): void {
    return;
  }

  save(_keyCount: number, _work: OrderedWork, writer: SnapshotWriter): void {
    this.known.save(writer);
  }

  load(_keyCount: number, _work: OrderedWork, reader: SnapshotReader): void {
    this.known.load(reader);
  }

  protected identityOf(slot: number, work: OrderedWork): string {
    const identities = work.rows.columns.at(-1);
    assert(identities instanceof TextSlots, 'the last column that is held is the identity');
    return identities.at(slot) ?? '';
  }

  protected remember(identity: string, timeMs: number, revision: number): void {
    this.known.set(identity, timeMs, revision);
    while (this.known.size > this.config.identitiesMax || this.known.bytes > STATEFUL_LIMITS.heldBytesMax) this.known.forgetOldest();
  }
}

class KeepFirst extends Deduplicator {
  row(_key: number, slot: number, work: OrderedWork): void {
    const timeMs = work.rows.timeMs[slot]!;
    this.forgetUntil(timeMs);
    const identity = this.identityOf(slot, work);
    if (this.known.find(identity) >= 0) work.drop(slot);
    else {
      this.remember(identity, timeMs, 0);
      work.pass(slot);
    }
  }

  /** Rows come in order of event time, so what has expired is the oldest. */
  private forgetUntil(timeMs: number): void {
    const { known } = this;
    while (known.oldestSlot >= 0 && timeMs - known.timeMs[known.oldestSlot]! >= this.withinMs) known.forgetOldest();
  }
}

class KeepLast extends Deduplicator {
  row(_key: number, slot: number, work: OrderedWork): void {
    const timeMs = work.rows.timeMs[slot]!;
    const identity = this.identityOf(slot, work);
    const last = this.known.find(identity);
    const elapsedMs = last < 0 ? Infinity : timeMs - this.known.timeMs[last]!;
    if (elapsedMs < 0) {
      work.drop(slot);
      return;
    }
    const revision = last < 0 || elapsedMs >= this.withinMs ? 0 : this.known.revision[last]! + 1;
    this.remember(identity, timeMs, revision);
    const into = work.out.columns.at(-1);
    assert(into instanceof NumberBuilder, 'the last column that leaves is the revision');
    into.append(revision);
    work.pass(slot);
  }
}
