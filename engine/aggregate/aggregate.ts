import type { AnyColumnBuilder } from '../codec/column-builder';
import type { FieldSpec } from '../operator/operator';
import type { AggregateOptions } from '../plan/nodes/aggregate-use';
import type { DataType, Field } from '../schema/schema';
import { ArrivalBlock } from './arrival';
import type { BlockColumn, RowBlock } from './block';
import { Int64Block, NumberBlock, TextBlock } from './block';
import type { CellStore } from './cell-bank';
import { CellBank } from './cell-bank';
import { RowCount } from './row-count';

/** A column that an aggregate reads. */
export interface AggregateColumn {
  readonly field: Field;
  readonly columnIndex: number;
}

/** One use of an aggregate in a Plan. */
export interface AggregateInput {
  /** Name of the result column. */
  readonly name: string;
  /** The column it aggregates; null for those without one. */
  readonly field: Field | null;
  readonly columnIndex: number;
  /** The second column of those that take two. */
  readonly other?: AggregateColumn;
  readonly options: AggregateOptions;
  /** Where in the Plan, for errors. */
  readonly path: string;
}

/**
 * The single source about an aggregate: documentation, validation and the editor's forms come from it.
 * Nulls are skipped; over a list column an aggregate takes every element as a value.
 */
export interface AggregateSpec {
  readonly fn: string;
  readonly doc: string;
  readonly column: 'none' | 'optional' | 'required';
  /** Present when it takes a second column. */
  readonly otherColumn?: 'required';
  readonly options: readonly FieldSpec[];
  /** Unit of the result, null for none; absent: that of the column. */
  readonly resultUnit?: string | null;
  /** Type of the result, and whether it can be null; PlanError when the column does not fit. */
  resolve(input: AggregateInput): { readonly type: DataType; readonly nullable: boolean };
  create(input: AggregateInput, states: StateSet): Aggregate;
  /** The call in Flink SQL; absent or null when Flink has none with this meaning. Flink adds plainly, wraps integers and lets NaN depend on the order of arrival. */
  sql?(call: SqlCall): string | null;
}

/** What an aggregate's SQL is made of. */
export interface SqlCall {
  /** The column as SQL; empty without one. */
  readonly column: string;
  readonly type: DataType | null;
  readonly options: AggregateOptions;
}

/** Reads results out of states. */
export interface Aggregate {
  /** Appends the result of each of `cells[0 … count - 1]`. */
  read(cells: Int32Array, count: number, into: AnyColumnBuilder): void;
  /** Why the cell has no result that may leave, or null. */
  fault?(cell: number): { readonly code: string; readonly message: string } | null;
}

/**
 * Accumulators of one kind, one per cell; their numbers stand in a `CellBank`.
 *
 * The law of merging: however the rows of a key are dealt to two cells, merging one into the other, whichever way, gives
 * the cell that all the rows in one would have given (floats: within the tolerance of the aggregate). Neither cell needs
 * to be the earlier one; what depends on the order of arrival keeps it (`arrival`). `from` is left as it was.
 */
export interface AggregateState {
  add(block: RowBlock): void;
  /** Adds the content of cell `from` to that of `into`. */
  merge(into: number, from: number): void;
  /** Where it keeps what is not a number. */
  readonly store?: CellStore;
  /** Only for states whose cells grow with their rows. */
  readonly bound?: StateBound;
}

/** A row that exceeds a bound is not added to any state. A row is reserved room for before it is added. */
export interface StateBound {
  readonly code: string;
  readonly message: string;
  admits(block: RowBlock, index: number): boolean;
  reserve(block: RowBlock, index: number): void;
}

/** The states behind a set of aggregates; those that several aggregates need exist once. */
export class StateSet {
  readonly bank = new CellBank();
  readonly rows = new RowCount(this.bank);
  private readonly states = new Map<string, AggregateState>([['rows', this.rows]]);
  private readonly columns = new Map<string, BlockColumn>();
  private rowsClaimed = false;

  /** True once: the caller's `add` counts the rows, too, so that they are not counted in a loop of their own. */
  claimRows(): boolean {
    if (this.rowsClaimed) return false;
    this.rowsClaimed = true;
    return true;
  }

  use<T extends AggregateState>(key: string, make: () => T): T {
    const known = this.states.get(key);
    if (known !== undefined) return known as T;
    const state = make();
    this.states.set(key, state);
    return state;
  }

  numbers(columnIndex: number): NumberBlock {
    return this.column(`number:${columnIndex}`, () => new NumberBlock(columnIndex));
  }

  int64(columnIndex: number): Int64Block {
    return this.column(`int64:${columnIndex}`, () => new Int64Block(columnIndex));
  }

  text(columnIndex: number): TextBlock {
    return this.column(`text:${columnIndex}`, () => new TextBlock(columnIndex));
  }

  /** When the rows arrived. */
  arrival(): ArrivalBlock {
    return this.column('arrival', () => new ArrivalBlock());
  }

  /** A further kind of column of the current block, made once per `key`. */
  block<T extends BlockColumn>(key: string, make: () => T): T {
    return this.column(key, make);
  }

  /** In the order of first use. */
  get all(): readonly AggregateState[] {
    return [...this.states.values()];
  }

  /** Those that a block is to be added to. */
  get adders(): readonly AggregateState[] {
    return this.all.filter(state => state !== this.rows || !this.rowsClaimed);
  }

  /** The bank and what states keep beside it. */
  get stores(): readonly CellStore[] {
    return [this.bank, ...this.all.flatMap(state => state.store ?? [])];
  }

  get blockColumns(): readonly BlockColumn[] {
    return [...this.columns.values()];
  }

  private column<T extends BlockColumn>(key: string, make: () => T): T {
    const known = this.columns.get(key);
    if (known !== undefined) return known as T;
    const column = make();
    this.columns.set(key, column);
    return column;
  }
}
