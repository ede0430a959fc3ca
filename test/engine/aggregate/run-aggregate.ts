import type { Aggregate, AggregateInput, AggregateState } from '../../../engine/aggregate/aggregate';
import { StateSet } from '../../../engine/aggregate/aggregate';
import { aggregateSpecs } from '../../../engine/aggregate/registry';
import type { Batch, Column } from '../../../engine/batch/batch';
import type { Value } from '../../../engine/batch/value';
import { valueAt } from '../../../engine/batch/value';
import { columnBuilder, Int64Builder, ListBuilder, NumberBuilder, Utf8Builder } from '../../../engine/codec/column-builder';
import { SnapshotBytesReader, SnapshotBytesWriter } from '../../../engine/graph/snapshot-bytes';
import type { DataType, Field } from '../../../engine/schema/schema';

/** One use of an aggregate over columns "x" and "y" of a batch. */
export interface Use {
  readonly fn: string;
  readonly options?: AggregateInput['options'];
  /** Types of the columns that it reads, none for count(). */
  readonly types: readonly DataType[];
  readonly nullable?: boolean;
}

export type Result = Value | 'fault';

const NAMES = ['x', 'y'];

/** States and cells of one aggregate, as an operator would drive them. */
export class AggregateRun {
  readonly states = new StateSet();
  readonly input: AggregateInput;
  readonly aggregate: Aggregate;
  readonly all: readonly AggregateState[];
  readonly type: DataType;

  constructor({ fn, options = {}, types, nullable = true }: Use) {
    const fields = types.map((type, index): Field => ({ name: NAMES[index]!, type, nullable }));
    const [field = null, other] = fields;
    this.input = { name: 'result', field, columnIndex: field === null ? -1 : 0, ...(other === undefined ? {} : { other: { field: other, columnIndex: 1 } }), options, path: 'test' };
    const spec = aggregateSpecs[fn]!;
    this.type = spec.resolve(this.input).type;
    this.aggregate = spec.create(this.input, this.states);
    for (const store of this.states.stores) store.resize(8);
    this.all = this.states.all;
  }

  /** Rows [from, from + count) into `cell`, or each row into the cell of the same index. */
  add(batch: Batch, from: number, count: number, cell: number | Int32Array): void {
    const cells = typeof cell === 'number' ? new Int32Array(count).fill(cell) : cell;
    const block = { batch, from, count, cells };
    for (const column of this.states.blockColumns) column.prepare(block);
    for (const state of this.states.adders) state.add(block);
  }

  merge(into: number, from: number): void {
    for (const state of this.all) state.merge(into, from);
  }

  clear(cell: number): void {
    for (const store of this.states.stores) store.clear(cell);
  }

  /** Copies a cell's content into an empty cell through a snapshot. */
  saveAndLoad(from: number, into: number): void {
    for (const store of this.states.stores) {
      const writer = new SnapshotBytesWriter();
      store.save(Int32Array.of(from), 1, writer);
      const reader = new SnapshotBytesReader(writer.finish());
      store.load(Int32Array.of(into), 1, reader);
      reader.end();
    }
  }

  /** The result of a cell: 'fault' when its window would go to the dead letters; a list as an array. */
  read(cell: number): Result {
    if (this.aggregate.fault?.(cell)) return 'fault';
    const builder = columnBuilder(this.type);
    this.aggregate.read(Int32Array.of(cell), 1, builder);
    return valueAt(builder.build(), 0);
  }
}

/** A batch of rows that arrive one by one at their event times. */
export function batchOf(columns: readonly Column[], rowCount: number, eventTimeMs = new Float64Array(rowCount), at = Float64Array.from({ length: rowCount }, (_, row) => row)): Batch {
  return { schema: { fields: [] }, rowCount, columns, eventTimeMs, at };
}

/** A column of `type` with these values. */
export function columnOf(type: DataType, values: readonly Value[]): Column {
  const builder = columnBuilder(type);
  for (const value of values) {
    if (value === null) builder.appendNull();
    else if (builder instanceof ListBuilder) {
      for (const element of value as readonly number[]) builder.appendValue(element);
      builder.endList();
    } else if (builder instanceof Int64Builder) builder.appendBigInt(BigInt(value as number | bigint));
    else if (builder instanceof Utf8Builder) builder.append(String(value));
    else if (builder instanceof NumberBuilder) builder.append(Number(value));
  }
  return builder.build();
}
