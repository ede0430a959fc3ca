import { assert } from '../error';
import { Int64Builder, NumberBuilder } from '../codec/column-builder';
import type { Aggregate, AggregateInput, AggregateSpec, StateSet } from './aggregate';
import { IntegerSum } from './integer-sum';
import { summaryOf } from './number-summary';
import { numericValueType } from './numeric-input';
import { countValues } from './value-count';

/** Sum of the values that are not null. */
export const sum: AggregateSpec = {
  fn: 'sum',
  doc: 'Sum of the values that are not null; null when there are none. Floats: float64 by Neumaier (error ≤ 2 ulp + n²·eps²·Σ|x|), may reach Infinity. Integers: exact int64; a sum outside int64 sends the window to the dead letters (SUM_OVERFLOW).',
  column: 'required',
  options: [],
  resolve(input) {
    const type = numericValueType('sum', input);
    return { type: type === 'int32' || type === 'int64' ? 'int64' : 'float64', nullable: true };
  },
  create(input, states) {
    const type = numericValueType('sum', input);
    return type === 'int32' || type === 'int64' ? integerSum(input, states, type) : floatSum(input, states);
  },
  sql({ column, type }) {
    return `SUM(CAST(${column} AS ${type === 'int32' || type === 'int64' ? 'BIGINT' : 'DOUBLE'}))`;
  }
};

function floatSum(input: AggregateInput, states: StateSet): Aggregate {
  const summary = summaryOf(input, states);
  return {
    read(cells, count, into) {
      assert(into instanceof NumberBuilder, 'a sum of floats is float64');
      for (let i = 0; i < count; i++) {
        const cell = cells[i]!;
        if (summary.count(cell) === 0) into.appendNull();
        else into.append(summary.sum(cell));
      }
    }
  };
}

function integerSum(input: AggregateInput, states: StateSet, type: 'int32' | 'int64'): Aggregate {
  const counted = countValues(input, states);
  const source = type === 'int64' ? states.int64(input.columnIndex) : states.numbers(input.columnIndex);
  const sums = states.use(`integerSum:${input.columnIndex}`, () => new IntegerSum(states.bank, source));
  return {
    read(cells, count, into) {
      assert(into instanceof Int64Builder, 'a sum of integers is int64');
      for (let i = 0; i < count; i++) {
        const cell = cells[i]!;
        const value = counted.count(cell) === 0 ? null : sums.value(cell);
        if (value === null) into.appendNull();
        else into.appendBigInt(value);
      }
    },
    fault(cell) {
      if (sums.value(cell) !== null) return null;
      return { code: 'SUM_OVERFLOW', message: `sum("${input.field!.name}"): the exact sum is outside int64 (±2^63). Convert the column to float64 with select, or use smaller windows.` };
    }
  };
}
