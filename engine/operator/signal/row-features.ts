import type { Aggregate } from '../../aggregate/aggregate';
import { StateSet } from '../../aggregate/aggregate';
import type { UsedAggregate } from '../../aggregate/aggregate-inputs';
import type { Batch, Column } from '../../batch/batch';
import type { AnyColumnBuilder } from '../../codec/column-builder';
import { columnBuilder } from '../../codec/column-builder';

/** The one cell that all rows use in turn; cell 0 takes what is not counted. */
const CELL = 1;

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** Aggregates of one row at a time: the elements of its lists are what the rows of a window are to them otherwise. */
export class RowFeatures {
  private readonly states = new StateSet();
  private readonly aggregates: readonly Aggregate[];
  private readonly builders: readonly AnyColumnBuilder[];
  private readonly cells = Int32Array.of(CELL);

  constructor(uses: readonly UsedAggregate[]) {
    this.aggregates = uses.map(({ spec, input }) => spec.create(input, this.states));
    this.builders = uses.map(({ spec, input }) => columnBuilder(spec.resolve(input).type));
    for (const store of this.states.stores) store.resize(CELL + 1);
  }

  /** Appends the results of `row`, or says why it has none. */
  append(batch: Batch, row: number): Refusal | null {
    const refusal = this.take(batch, row);
    if (refusal === null) this.aggregates.forEach((aggregate, index) => aggregate.read(this.cells, 1, this.builders[index]!));
    for (const store of this.states.stores) store.clear(CELL);
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

  private take(batch: Batch, row: number): Refusal | null {
    const block = { batch, from: row, count: 1, cells: this.cells };
    for (const { bound } of this.states.all) {
      if (bound === undefined) continue;
      if (!bound.admits(block, 0)) return bound;
      bound.reserve(block, 0);
    }
    for (const column of this.states.blockColumns) column.prepare(block);
    for (const state of this.states.adders) state.add(block);
    for (const aggregate of this.aggregates) {
      const fault = aggregate.fault?.(CELL) ?? null;
      if (fault !== null) return fault;
    }
    return null;
  }
}
