import { assert } from '../error';
import { Int64Builder, NumberBuilder } from '../codec/column-builder';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import { isNumeric } from '../schema/schema';
import type { Aggregate, AggregateInput, AggregateState, StateSet } from './aggregate';
import { loadCells, resized, saveCells } from './aggregate';
import type { Int64Block, NumberBlock } from './block';
import { Int64Cells } from './int64-cells';
import { notFitting, valueType } from './numeric-input';
import { countValues } from './value-count';

export type Direction = 'min' | 'max';

/** Least or greatest double of each cell; NaN wins over everything, as semantics say it propagates. */
export class NumberExtreme implements AggregateState {
  values: Float64Array = new Float64Array(0);
  private readonly empty: number;

  constructor(
    readonly numbers: NumberBlock,
    readonly direction: Direction
  ) {
    this.empty = direction === 'min' ? Infinity : -Infinity;
  }

  resize(cellCount: number): void {
    this.values = resized(this.values, cellCount, this.empty);
  }

  clear(cell: number): void {
    this.values[cell] = this.empty;
  }

  add(): void {
    if (this.direction === 'min') addMinimum(this.values, this.numbers);
    else addMaximum(this.values, this.numbers);
  }

  merge(into: number, from: number): void {
    this.values[into] = this.direction === 'min' ? Math.min(this.values[into]!, this.values[from]!) : Math.max(this.values[into]!, this.values[from]!);
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    saveCells(this.values, cells, count, writer);
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    loadCells(this.values, cells, count, reader);
  }
}

function addMinimum(least: Float64Array, numbers: NumberBlock): void {
  const { cells, values, from, count } = numbers;
  for (let i = 0; i < count; i++) {
    const cell = cells[i]!;
    const value = values[from + i]!;
    if (value < least[cell]! || value !== value) least[cell] = value;
  }
}

function addMaximum(greatest: Float64Array, numbers: NumberBlock): void {
  const { cells, values, from, count } = numbers;
  for (let i = 0; i < count; i++) {
    const cell = cells[i]!;
    const value = values[from + i]!;
    if (value > greatest[cell]! || value !== value) greatest[cell] = value;
  }
}

/** Least or greatest int64 of each cell. */
export class Int64Extreme extends Int64Cells implements AggregateState {
  constructor(
    private readonly source: Int64Block,
    private readonly direction: Direction
  ) {
    super(direction === 'min' ? 2n ** 63n - 1n : -(2n ** 63n));
  }

  add(): void {
    const { cells, values, count } = this.source;
    for (let i = 0; i < count; i++) this.put(cells[i]!, values[i]!);
  }

  merge(into: number, from: number): void {
    this.put(into, this.values[from]!);
  }

  private put(cell: number, value: bigint): void {
    const known = this.values[cell]!;
    if (this.direction === 'min' ? value < known : value > known) this.values[cell] = value;
  }
}

/** Type that `min` or `max` gives for this column; PlanError for what has no order here. */
export function extremeType(direction: Direction, input: AggregateInput): 'int32' | 'int64' | 'float32' | 'float64' | 'timestampMs' {
  const type = valueType(input);
  if (isNumeric(type) || type === 'timestampMs') return type;
  throw notFitting(direction, input, 'numbers, a list of numbers or timestamps');
}

/** The aggregate behind `min` and `max`. */
export function extremeOf(direction: Direction, input: AggregateInput, states: StateSet): Aggregate {
  const { columnIndex } = input;
  const counted = countValues(input, states);
  if (extremeType(direction, input) === 'int64') {
    const source = states.int64(columnIndex);
    const state = states.use(`${direction}:${columnIndex}`, () => new Int64Extreme(source, direction));
    return {
      read(cells, count, into) {
        assert(into instanceof Int64Builder, `${direction} of int64 is int64`);
        for (let i = 0; i < count; i++) {
          if (counted.counts[cells[i]!] === 0) into.appendNull();
          else into.appendBigInt(state.values[cells[i]!]!);
        }
      }
    };
  }
  const numbers = states.numbers(columnIndex);
  const state = states.use(`${direction}:${columnIndex}`, () => new NumberExtreme(numbers, direction));
  return {
    read(cells, count, into) {
      assert(into instanceof NumberBuilder, `${direction} of numbers is a number`);
      for (let i = 0; i < count; i++) {
        if (counted.counts[cells[i]!] === 0) into.appendNull();
        else into.append(state.values[cells[i]!]!);
      }
    }
  };
}
