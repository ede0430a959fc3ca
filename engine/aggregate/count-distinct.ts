import { Int64Builder } from '../codec/column-builder';
import { assert } from '../error';
import type { AggregateInput, AggregateSpec } from './aggregate';
import { valuesOf } from './cell-values';
import { DistinctValues } from './distinct-values';
import { HLL_BYTES, HLL_ERROR } from './hyper-log-log';
import { AGGREGATE_LIMITS } from './limits';
import { notFitting } from './numeric-input';
import { numberOption } from './options';

/** Number of different values. */
export const countDistinct: AggregateSpec = {
  fn: 'countDistinct',
  doc: `Number of different values that are not null (of a list, of elements), int64; NaN is one value, -0 and 0 are one. Exact up to exactValuesMax per window and key; beyond, HyperLogLog with ${HLL_BYTES} bytes and a standard error of ${HLL_ERROR}. Mergeable without further error. Holds at most ${AGGREGATE_LIMITS.heldNumbersMax * 8} bytes in all, 40 per value and more for texts; rows beyond go to the dead letters (VALUE_LIMIT).`,
  column: 'required',
  resultUnit: null,
  options: [{ name: 'exactValuesMax', type: 'number', default: AGGREGATE_LIMITS.exactDistinctValues, doc: 'Different values per window and key that are kept, for an exact number; beyond it the number is estimated.' }],
  resolve(input) {
    if (input.field?.type === 'binary') throw notFitting('countDistinct', input, 'any column but a binary one');
    exactMaxOf(input);
    return { type: 'int64', nullable: false };
  },
  create(input, states) {
    const source = valuesOf(input, states);
    const exactMax = exactMaxOf(input);
    const values = states.use(`distinct:${input.columnIndex}:${exactMax}`, () => new DistinctValues(source, input.columnIndex, exactMax));
    return {
      read(cells, count, into) {
        assert(into instanceof Int64Builder, 'a count is int64');
        for (let i = 0; i < count; i++) into.appendNumber(values.count(cells[i]!));
      }
    };
  },
  sql({ column }) {
    return `COUNT(DISTINCT ${column})`;
  }
};

function exactMaxOf(input: AggregateInput): number {
  return numberOption('countDistinct', input, { name: 'exactValuesMax', default: AGGREGATE_LIMITS.exactDistinctValues, min: 0, max: AGGREGATE_LIMITS.exactValuesMax, whole: true, advice: `Leave it out for ${AGGREGATE_LIMITS.exactDistinctValues}.` });
}
