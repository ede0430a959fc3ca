import type { Aggregate, AggregateState, StateBound, StateSet } from '../aggregate/aggregate';
import type { BlockColumn, RowBlock } from '../aggregate/block';
import type { CellStore } from '../aggregate/cell-bank';
import type { DirectSummary } from '../aggregate/number-summary';
import { NumberSummary } from '../aggregate/number-summary';
import type { Batch } from '../batch/batch';

/** Why a row, or a result, does not go its way. */
export interface Reason {
  readonly code: string;
  readonly message: string;
}

/** The accumulators behind a set of aggregates, taken as one: rows are added to cells, cells are merged and read. */
export class StateCells {
  readonly stores: readonly CellStore[];
  /** Whether a row may be refused because a cell would hold too much. */
  readonly isBounded: boolean;
  /** Whether a cell may have no result that may leave. */
  readonly canFail: boolean;
  private readonly all: readonly AggregateState[];
  private readonly adders: readonly AggregateState[];
  private readonly bounds: readonly StateBound[];
  private readonly columns: readonly BlockColumn[];

  constructor(
    private readonly states: StateSet,
    private readonly aggregates: readonly Aggregate[]
  ) {
    this.all = states.all;
    this.stores = states.stores;
    this.adders = states.adders;
    this.columns = states.blockColumns;
    this.bounds = states.all.flatMap(state => state.bound ?? []);
    this.isBounded = this.bounds.length > 0;
    this.canFail = aggregates.some(aggregate => aggregate.fault !== undefined);
  }

  rowsIn(cell: number): number {
    return this.states.rows.count(cell);
  }

  add(block: RowBlock): void {
    for (const column of this.columns) column.prepare(block);
    for (const state of this.adders) state.add(block);
  }

  /** Where the values of `batch` go if all that is kept is the summary of one column. */
  direct(batch: Batch): DirectSummary | null {
    const [only] = this.adders;
    return this.adders.length === 1 && !this.isBounded && only instanceof NumberSummary ? only.direct(batch) : null;
  }

  /** Adds the content of cell `from` to that of `into`. */
  merge(into: number, from: number): void {
    for (const state of this.all) state.merge(into, from);
  }

  /** Why row `index` of `blocks`, which are the same rows in other cells, must not be added, or null: then there is room reserved for it. */
  refusalOf(blocks: readonly RowBlock[], index: number): Reason | null {
    for (const bound of this.bounds) for (const block of blocks) if (!bound.admits(block, index)) return bound;
    for (const block of blocks) for (const bound of this.bounds) bound.reserve(block, index);
    return null;
  }

  clear(cell: number): void {
    for (const store of this.stores) store.clear(cell);
  }

  /** Why the cell has no result that may leave, or null. */
  faultOf(cell: number): Reason | null {
    if (!this.canFail) return null;
    for (const aggregate of this.aggregates) {
      const fault = aggregate.fault?.(cell) ?? null;
      if (fault !== null) return fault;
    }
    return null;
  }
}
