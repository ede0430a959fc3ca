import { assert } from '../error';
import { Int64Builder, NumberBuilder } from '../codec/column-builder';
import { isNumeric } from '../schema/schema';
import type { Aggregate, AggregateInput, AggregateState, StateSet } from './aggregate';
import type { Int64Block, NumberBlock } from './block';
import type { CellBank } from './cell-bank';
import { Int64Cells } from './int64-cells';
import { notFitting, valueType } from './numeric-input';
import { countValues } from './value-count';

export type Direction = 'min' | 'max';

/** Least or greatest double of each cell; NaN wins over everything, as semantics say it propagates. */
export class NumberExtreme implements AggregateState {
  readonly offset: number;

  constructor(
    private readonly bank: CellBank,
    readonly numbers: NumberBlock,
    readonly direction: Direction
  ) {
    this.offset = bank.reserve(direction === 'min' ? Infinity : -Infinity);
  }

  value(cell: number): number {
    return this.bank.values[cell * this.bank.width + this.offset]!;
  }

  add(): void {
    const { values: bank, width } = this.bank;
    const { offset, direction } = this;
    const { cells, values, from, count } = this.numbers;
    if (direction === 'min') for (let i = 0; i < count; i++) lower(bank, cells[i]! * width + offset, values[from + i]!);
    else for (let i = 0; i < count; i++) raise(bank, cells[i]! * width + offset, values[from + i]!);
  }

  merge(into: number, from: number): void {
    const { values, width } = this.bank;
    if (this.direction === 'min') lower(values, into * width + this.offset, this.value(from));
    else raise(values, into * width + this.offset, this.value(from));
  }
}

/** Makes the number at `at` the lesser of itself and `value`. */
export function lower(bank: Float64Array, at: number, value: number): void {
  if (value < bank[at]! || value !== value) bank[at] = value;
}

/** Makes the number at `at` the greater of itself and `value`. */
export function raise(bank: Float64Array, at: number, value: number): void {
  if (value > bank[at]! || value !== value) bank[at] = value;
}

/** Least or greatest int64 of each cell. */
export class Int64Extreme implements AggregateState {
  readonly store: Int64Cells;

  constructor(
    private readonly source: Int64Block,
    private readonly direction: Direction
  ) {
    this.store = new Int64Cells(direction === 'min' ? 2n ** 63n - 1n : -(2n ** 63n));
  }

  add(): void {
    const { cells, values, count } = this.source;
    for (let i = 0; i < count; i++) this.put(cells[i]!, values[i]!);
  }

  merge(into: number, from: number): void {
    this.put(into, this.store.values[from]!);
  }

  private put(cell: number, value: bigint): void {
    const known = this.store.values[cell]!;
    if (this.direction === 'min' ? value < known : value > known) this.store.values[cell] = value;
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
          if (counted.count(cells[i]!) === 0) into.appendNull();
          else into.appendBigInt(state.store.values[cells[i]!]!);
        }
      }
    };
  }
  const numbers = states.numbers(columnIndex);
  const state = states.use(`${direction}:${columnIndex}`, () => new NumberExtreme(states.bank, numbers, direction));
  return {
    read(cells, count, into) {
      assert(into instanceof NumberBuilder, `${direction} of numbers is a number`);
      for (let i = 0; i < count; i++) {
        if (counted.count(cells[i]!) === 0) into.appendNull();
        else into.append(state.value(cells[i]!));
      }
    }
  };
}
