import type { AnyColumnBuilder } from '../codec/column-builder';
import type { FieldSpec, SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { DataType, Field } from '../schema/schema';
import type { BlockColumn, RowBlock } from './block';
import { Int64Block, NumberBlock, TextBlock } from './block';

export type AggregateOptions = Readonly<Record<string, number | string | boolean | null>>;

/** One use of an aggregate in a Plan. */
export interface AggregateInput {
  /** Name of the result column. */
  readonly name: string;
  /** The column it aggregates; null for those without one. */
  readonly field: Field | null;
  readonly columnIndex: number;
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
  readonly options: readonly FieldSpec[];
  /** Type of the result, and whether it can be null; PlanError when the column does not fit. */
  resolve(input: AggregateInput): { readonly type: DataType; readonly nullable: boolean };
  create(input: AggregateInput, states: StateSet): Aggregate;
}

/** Reads results out of states. */
export interface Aggregate {
  /** Appends the result of each of `cells[0 … count - 1]`. */
  read(cells: Int32Array, count: number, into: AnyColumnBuilder): void;
  /** Why the cell has no result that may leave, or null. */
  fault?(cell: number): { readonly code: string; readonly message: string } | null;
}

/** A column of accumulators, one per cell, in flat arrays. New and cleared cells are empty. */
export interface AggregateState {
  resize(cellCount: number): void;
  clear(cell: number): void;
  add(block: RowBlock): void;
  /** Adds the content of cell `from` to `into`; `from` came later. */
  merge(into: number, from: number): void;
  save(cells: Int32Array, count: number, writer: SnapshotWriter): void;
  load(cells: Int32Array, count: number, reader: SnapshotReader): void;
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
  private readonly states = new Map<string, AggregateState>();
  private readonly columns = new Map<string, BlockColumn>();

  constructor(readonly rows: RowCount) {
    this.states.set('rows', rows);
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

  /** In the order of first use. */
  get all(): readonly AggregateState[] {
    return [...this.states.values()];
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

/** Rows per cell; every window keeps them, because the accounts of the operator hang on it. */
export class RowCount implements AggregateState {
  counts: Float64Array = new Float64Array(0);

  resize(cellCount: number): void {
    this.counts = resized(this.counts, cellCount);
  }

  clear(cell: number): void {
    this.counts[cell] = 0;
  }

  add(block: RowBlock): void {
    const { counts } = this;
    const { cells, count } = block;
    for (let i = 0; i < count; i++) counts[cells[i]!]! += 1;
  }

  merge(into: number, from: number): void {
    this.counts[into]! += this.counts[from]!;
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    saveCells(this.counts, cells, count, writer);
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    loadCells(this.counts, cells, count, reader);
  }
}

/** `values` with room for `cellCount` cells; new ones hold `empty`. */
export function resized(values: Float64Array, cellCount: number, empty = 0): Float64Array {
  const grown = new Float64Array(cellCount);
  if (empty !== 0) grown.fill(empty, values.length);
  grown.set(values);
  return grown;
}

export function saveCells(values: Float64Array, cells: Int32Array, count: number, writer: SnapshotWriter): void {
  const saved = new Float64Array(count);
  for (let i = 0; i < count; i++) saved[i] = values[cells[i]!]!;
  writer.f64s(saved);
}

export function loadCells(values: Float64Array, cells: Int32Array, count: number, reader: SnapshotReader): void {
  const saved = reader.f64s();
  for (let i = 0; i < count; i++) values[cells[i]!] = saved[i] ?? NaN;
}
