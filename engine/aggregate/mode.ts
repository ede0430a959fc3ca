import type { AnyColumnBuilder } from '../codec/column-builder';
import { Int64Builder, NumberBuilder, Utf8Builder } from '../codec/column-builder';
import { assert } from '../error';
import type { AggregateInput, AggregateSpec } from './aggregate';
import type { CellValue } from './cell-values';
import { valuesOf } from './cell-values';
import { AGGREGATE_LIMITS } from './limits';
import { notFitting, valueType } from './numeric-input';
import { ValueFrequencies } from './value-frequencies';

/** Most frequent value. */
export const mode: AggregateSpec = {
  fn: 'mode',
  doc: `Most frequent of the values that are not null (of a list, of its elements), of equally frequent ones the smallest (scipy.stats.mode); of the column's own type, null when there are none. NaN is one value and the greatest, texts are ordered by code points. Keeps at most ${AGGREGATE_LIMITS.modeValuesMax} different values per window and key and ${AGGREGATE_LIMITS.heldNumbersMax * 8} bytes in all, 40 per value and more for texts; rows beyond go to the dead letters (VALUE_LIMIT).`,
  column: 'required',
  options: [],
  resolve(input) {
    return { type: modeType(input), nullable: true };
  },
  create(input, states) {
    const source = valuesOf(input, states);
    const frequencies = states.use(`frequencies:${input.columnIndex}`, () => new ValueFrequencies(source, input.columnIndex));
    return {
      read(cells, count, into) {
        for (let i = 0; i < count; i++) append(into, frequencies.mode(cells[i]!));
      }
    };
  }
};

function modeType(input: AggregateInput): ReturnType<typeof valueType> {
  const type = valueType(input);
  if (type === 'binary') throw notFitting('mode', input, 'any column but a binary one');
  return type;
}

function append(into: AnyColumnBuilder, value: CellValue | null): void {
  if (value === null) into.appendNull();
  else if (into instanceof Int64Builder) into.appendBigInt(BigInt(value));
  else if (into instanceof Utf8Builder) into.append(String(value));
  else {
    assert(into instanceof NumberBuilder, 'a mode is a scalar');
    into.append(Number(value));
  }
}
