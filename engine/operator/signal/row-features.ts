import type { Aggregate, AggregateState, StateBound } from '../../aggregate/aggregate';
import { StateSet } from '../../aggregate/aggregate';
import type { UsedAggregate } from '../../aggregate/aggregate-inputs';
import type { BlockColumn } from '../../aggregate/block';
import type { CellStore } from '../../aggregate/cell-bank';
import type { Batch, Column } from '../../batch/batch';
import type { AnyColumnBuilder } from '../../codec/column-builder';
import { columnBuilder } from '../../codec/column-builder';

/** The one cell that all rows use in turn; cell 0 takes what is not counted. */
const CELL = 1;

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** Aggregates of one row, or of a few, at a time: over the elements of lists, as over the rows of a window otherwise. */
export class RowFeatures {
  private readonly stores: readonly CellStore[];
  private readonly columns: readonly BlockColumn[];
  private readonly bounds: readonly StateBound[];
  private readonly adders: readonly AggregateState[];
  private readonly aggregates: readonly Aggregate[];
  private readonly builders: readonly AnyColumnBuilder[];
  private cells = Int32Array.of(CELL);

  constructor(uses: readonly UsedAggregate[]) {
    const states = new StateSet();
    this.aggregates = uses.map(({ spec, input }) => spec.create(input, states));
    this.builders = uses.map(({ spec, input }) => columnBuilder(spec.resolve(input).type));
    this.stores = states.stores;
    this.columns = states.blockColumns;
    this.bounds = states.all.flatMap(state => state.bound ?? []);
    this.adders = states.adders;
    for (const store of this.stores) store.resize(CELL + 1);
  }

  /** Appends the results of the rows [from, from + count), null for those that `isShort`; or says why they have none. */
  append(batch: Batch, from: number, count = 1, isShort: (index: number) => boolean = never): Refusal | null {
    const refusal = this.take(batch, from, count);
    if (refusal === null) {
      this.aggregates.forEach((aggregate, index) => {
        const into = this.builders[index]!;
        if (isShort(index)) into.appendNull();
        else aggregate.read(this.cells, 1, into);
      });
    }
    for (const store of this.stores) store.clear(CELL);
    return refusal;
  }

  /** The columns of the rows appended since the last call. */
  build(): readonly Column[] {
    return this.builders.map(builder => {
      const column = builder.build();
      builder.truncate(0);
      return column;
    });
  }

  private take(batch: Batch, from: number, count: number): Refusal | null {
    if (this.cells.length < count) this.cells = new Int32Array(count * 2).fill(CELL);
    const block = { batch, from, count, cells: this.cells };
    for (const bound of this.bounds) {
      for (let index = 0; index < count; index++) {
        if (!bound.admits(block, index)) return bound;
        bound.reserve(block, index);
      }
    }
    for (const column of this.columns) column.prepare(block);
    for (const state of this.adders) state.add(block);
    for (const aggregate of this.aggregates) {
      const fault = aggregate.fault?.(CELL) ?? null;
      if (fault !== null) return fault;
    }
    return null;
  }
}

function never(): boolean {
  return false;
}
