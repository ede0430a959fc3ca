import { assert } from '../error';
import { Int64Builder, NumberBuilder } from '../codec/column-builder';
import { isNumeric } from '../schema/schema';
import type { Aggregate, AggregateInput, AggregateState, StateSet } from './aggregate';
import type { Int64Block } from './block';
import { Int64Cells } from './int64-cells';
import { summaryOf } from './number-summary';
import { notFitting, valueType } from './numeric-input';
import { countValues } from './value-count';

export type Direction = 'min' | 'max';

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

/** Type of the values that `min`, `max` and `range` compare; PlanError for what has no order here. */
export function extremeType(fn: Direction | 'range', input: AggregateInput): 'int32' | 'int64' | 'float32' | 'float64' | 'timestampMs' {
  const type = valueType(input);
  if (isNumeric(type) || type === 'timestampMs') return type;
  throw notFitting(fn, input, 'numbers, a list of numbers or timestamps');
}

/** The aggregate behind `min` and `max`. */
export function extremeOf(direction: Direction, input: AggregateInput, states: StateSet): Aggregate {
  return extremeType(direction, input) === 'int64' ? int64Extreme(direction, input, states) : numberExtreme(direction, input, states);
}

function numberExtreme(direction: Direction, input: AggregateInput, states: StateSet): Aggregate {
  const summary = summaryOf(input, states);
  return {
    read(cells, count, into) {
      assert(into instanceof NumberBuilder, `${direction} of numbers is a number`);
      for (let i = 0; i < count; i++) {
        const cell = cells[i]!;
        if (summary.count(cell) === 0) into.appendNull();
        else into.append(direction === 'min' ? summary.least(cell) : summary.greatest(cell));
      }
    }
  };
}

function int64Extreme(direction: Direction, input: AggregateInput, states: StateSet): Aggregate {
  const counted = countValues(input, states);
  const state = int64ExtremeOf(direction, input, states);
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

/** Least or greatest value of an int64 column. */
export function int64ExtremeOf(direction: Direction, input: AggregateInput, states: StateSet): Int64Extreme {
  const source = states.int64(input.columnIndex);
  return states.use(`${direction}:${input.columnIndex}`, () => new Int64Extreme(source, direction));
}
