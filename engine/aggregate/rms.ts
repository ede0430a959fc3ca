import { assert } from '../error';
import { NumberBuilder } from '../codec/column-builder';
import type { AggregateSpec } from './aggregate';
import { numericValueType } from './numeric-input';
import { SquareSum } from './square-sum';
import { countValues } from './value-count';

/** Root mean square of the values that are not null. */
export const rms: AggregateSpec = {
  fn: 'rms',
  doc: 'Root mean square √(mean(x²)) of the values that are not null, float64; null when there are none. Over a list column it is the level of the whole signal. Relative tolerance 1e-9 against NumPy.',
  column: 'required',
  options: [],
  resolve(input) {
    numericValueType('rms', input);
    return { type: 'float64', nullable: true };
  },
  create(input, states) {
    const counted = countValues(input, states);
    const numbers = states.numbers(input.columnIndex);
    const squares = states.use(`squares:${input.columnIndex}`, () => new SquareSum(states.bank, numbers));
    return {
      read(cells, count, into) {
        assert(into instanceof NumberBuilder, 'a root mean square is float64');
        for (let i = 0; i < count; i++) {
          const cell = cells[i]!;
          const values = counted.count(cell);
          if (values === 0) into.appendNull();
          else into.append(Math.sqrt(squares.value(cell) / values));
        }
      }
    };
  }
};
