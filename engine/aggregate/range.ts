import { Int64Builder } from '../codec/column-builder';
import { assert } from '../error';
import type { Aggregate, AggregateInput, AggregateSpec, StateSet } from './aggregate';
import { extremeType, int64ExtremeOf } from './extreme';
import { numberResult } from './number-result';
import { summaryOf } from './number-summary';
import { countValues } from './value-count';

const INT64_MAX = 2n ** 63n - 1n;

/** Greatest minus least value. */
export const range: AggregateSpec = {
  fn: 'range',
  doc: 'Greatest minus least of the values that are not null; null when there are none. float64 of floats, and of times in ms; exact int64 of integers, beyond int64 the window goes to the dead letters (RANGE_OVERFLOW). NaN propagates.',
  column: 'required',
  options: [],
  resolve(input) {
    return { type: isInteger(extremeType('range', input)) ? 'int64' : 'float64', nullable: true };
  },
  create(input, states) {
    const type = extremeType('range', input);
    if (type === 'int64') return int64Range(input, states);
    return type === 'int32' ? int32Range(input, states) : numberRange(input, states);
  },
  sql({ column, type }) {
    return type === 'timestampMs' ? null : `(MAX(${column}) - MIN(${column}))`;
  }
};

function isInteger(type: string): boolean {
  return type === 'int32' || type === 'int64';
}

function numberRange(input: AggregateInput, states: StateSet): Aggregate {
  const summary = summaryOf(input, states);
  return numberResult(cell => (summary.count(cell) === 0 ? null : summary.greatest(cell) - summary.least(cell)));
}

function int32Range(input: AggregateInput, states: StateSet): Aggregate {
  const summary = summaryOf(input, states);
  return {
    read(cells, count, into) {
      assert(into instanceof Int64Builder, 'a range of integers is int64');
      for (let i = 0; i < count; i++) {
        const cell = cells[i]!;
        if (summary.count(cell) === 0) into.appendNull();
        else into.appendNumber(summary.greatest(cell) - summary.least(cell));
      }
    }
  };
}

function int64Range(input: AggregateInput, states: StateSet): Aggregate {
  const counted = countValues(input, states);
  const least = int64ExtremeOf('min', input, states);
  const greatest = int64ExtremeOf('max', input, states);
  const valueOf = (cell: number): bigint => greatest.store.values[cell]! - least.store.values[cell]!;
  return {
    read(cells, count, into) {
      assert(into instanceof Int64Builder, 'a range of integers is int64');
      for (let i = 0; i < count; i++) {
        if (counted.count(cells[i]!) === 0) into.appendNull();
        else into.appendBigInt(valueOf(cells[i]!));
      }
    },
    fault(cell) {
      if (counted.count(cell) === 0 || valueOf(cell) <= INT64_MAX) return null;
      return { code: 'RANGE_OVERFLOW', message: `range("${input.field!.name}"): the difference ${valueOf(cell)} is outside int64 (±2^63). Convert the column to float64 with select.` };
    }
  };
}
