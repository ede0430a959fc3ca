import type { Batch, Column } from '../../batch/batch';
import { ListBuilder, NumberBuilder } from '../../codec/column-builder';
import { assert, LittoralError, PlanError } from '../../error';
import type { CarriedFilter } from '../../plan/nodes/signal';
import type { Field } from '../../schema/schema';
import { isList, isNumeric, typeName } from '../../schema/schema';
import { derivedTags } from '../../schema/tags';
import type { Section } from '../../signal/sections';
import { sosFilter, steadyState } from '../../signal/sos-filter';
import type { FieldSpec, Operator, SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import { requireField } from '../shaping/require-field';
import type { ArrivalLogic } from '../stateful/arrival-operator';
import { ArrivalOperator } from '../stateful/arrival-operator';
import { columnIndexOf, unitOf, withFields } from '../stateful/input-column';
import { keysMaxFor, keysMemory } from '../stateful/limits';
import { NumberState } from '../stateful/number-state';
import { isNullAt } from '../stateful/slots';

/** What filters with carried state have in common. */
export const CARRIED_FIELDS: readonly FieldSpec[] = [
  { name: 'column', type: 'column name', doc: 'A column of numbers, one sample per row, or of signals, one block per row.' },
  { name: 'as', type: 'column name', doc: 'Name of the new column.' },
  { name: 'start', type: "'settled' | 'rest'", default: 'settled', doc: 'How a key begins: as if its first sample had been there for ever, which avoids a jump (scipy.signal.sosfilt_zi), or at rest (zeros).' },
  { name: 'sampleHz', type: 'number', unit: 'Hz', doc: 'Samples per second of each key.' }
];

export const CARRIED_DOC = 'The state goes on from row to row of a key in order of arrival, so blocks of a signal are filtered without a seam, to the very values of scipy.signal.sosfilt over the whole signal. Null rows are passed over; a NaN or infinite sample makes the rest of its row NaN, and the key begins anew.';
export const CARRIED_DROPS = 'Nothing. Rows of keys beyond the limit: dead letters KEY_LIMIT.';
export const CARRIED_MEMORY = keysMemory('Two numbers per second-order section for each key, and one', 'numbers');

/** The input with the filtered column. */
export function filteredType(config: CarriedFilter, input: StreamType, op: string, path: string): StreamType {
  const field = requireField(input.schema, config.column, op, path);
  if (!isList(field.type) && !isNumeric(field.type)) {
    throw new PlanError('COLUMN_TYPE', `${op}("${field.name}") at ${path}: column "${field.name}" is ${typeName(field.type)}, expected numbers or lists of numbers. Choose another column or convert it with cast.`, { details: { path, column: field.name } });
  }
  const filtered: Field = { name: config.as, type: isList(field.type) ? { list: 'float64' } : 'float64', nullable: field.nullable, ...unitOf(field), ...derivedTags([field]) };
  return { schema: withFields(input.schema, [filtered], op, path), keys: input.keys };
}

/** The sections that `design` gives; a PlanError when its parameters do not fit. */
export function designedFilter(op: string, path: string, design: () => readonly Section[]): readonly Section[] {
  try {
    return design();
  } catch (error) {
    if (!(error instanceof LittoralError)) throw error;
    throw new PlanError('FILTER_DESIGN', `${op} at ${path}: ${error.message}.`, { details: { path }, cause: error });
  }
}

/** An operator that filters by `sections`. */
export function carriedFilter(config: CarriedFilter, sections: readonly Section[], input: StreamType, subject: { readonly op: string; readonly node: string }): Operator {
  const { op, node } = subject;
  const { schema } = filteredType(config, input, op, node);
  const logic = new FilterLogic(columnIndexOf(input, config.column), config, sections, isList(requireField(input.schema, config.column, op, node).type));
  return new ArrivalOperator({ node, input, schema, keysMax: keysMaxFor(sections.length * 2 + 1), logic });
}

/** Whether a key has begun, then its state: two numbers per section. */
class FilterLogic implements ArrivalLogic {
  private readonly state: NumberState;
  private readonly settled: Float64Array | null;
  private readonly into: NumberBuilder | ListBuilder;
  private readonly sample = new Float64Array(1);

  constructor(
    private readonly columnIndex: number,
    { start }: CarriedFilter,
    private readonly sections: readonly Section[],
    ofLists: boolean
  ) {
    this.state = new NumberState(new Array<number>(sections.length * 2 + 1).fill(0));
    this.settled = start === 'settled' ? steadyState(sections) : null;
    this.into = ofLists ? new ListBuilder('float64') : new NumberBuilder('float64');
  }

  resize(keyCount: number): void {
    this.state.resize(keyCount);
  }

  columns(batch: Batch, keys: Int32Array): readonly Column[] {
    const column = batch.columns[this.columnIndex]!;
    for (let row = 0; row < batch.rowCount; row++) {
      if (isNullAt(column, row)) this.into.appendNull();
      else this.append(this.filter(samplesAt(column, row, this.sample), keys[row]!));
    }
    const filtered = this.into.build();
    this.into.truncate(0);
    return [filtered];
  }

  save(keyCount: number, writer: SnapshotWriter): void {
    this.state.save(keyCount, writer);
  }

  load(keyCount: number, reader: SnapshotReader): void {
    this.state.load(keyCount, reader);
  }

  /** Filters `samples` in place by the state of `key`. */
  private filter(samples: Float64Array, key: number): Float64Array {
    if (samples.length === 0) return samples;
    const from = key * this.state.width;
    const { values } = this.state;
    const state = values.subarray(from + 1, from + this.state.width);
    if (values[from] === 0) {
      values[from] = 1;
      for (let i = 0; i < state.length; i++) state[i] = this.settled === null ? 0 : this.settled[i]! * samples[0]!;
    }
    sosFilter(this.sections, samples, state);
    if (state.some(value => !Number.isFinite(value))) {
      values[from] = 0;
      state.fill(0);
    }
    return samples;
  }

  private append(samples: Float64Array): void {
    if (this.into instanceof NumberBuilder) {
      this.into.append(samples[0]!);
      return;
    }
    this.into.appendRun(samples, samples.length);
    this.into.endList();
  }
}

/** The samples of a row, to be changed: one of a scalar column, in `scratch`. */
function samplesAt(column: Column, row: number, scratch: Float64Array): Float64Array {
  if (column.kind === 'list') return Float64Array.from(column.values.subarray(column.offsets[row]!, column.offsets[row + 1]!));
  assert(column.kind !== 'utf8' && column.kind !== 'binary', `samples, not ${column.kind}`);
  scratch[0] = Number(column.values[row]);
  return scratch;
}
