import type { AggregateSpec } from './aggregate';
import { EndValues } from './end-values';
import { numberResult } from './number-result';
import { numericValueType } from './numeric-input';

/** Change from the earliest to the latest value per second. */
export const rateOfChange: AggregateSpec = {
  fn: 'rateOfChange',
  doc: 'Latest minus earliest value by event time, over the seconds between them, float64; of equal times the first to arrive is the earliest and the last to arrive the latest. Nulls are skipped; null when all values have one time. Of lists the first element of the earliest and the last of the latest.',
  column: 'required',
  resultUnit: null,
  options: [],
  resolve(input) {
    numericValueType('rateOfChange', input);
    return { type: 'float64', nullable: true };
  },
  create(input, states) {
    const numbers = states.numbers(input.columnIndex);
    const ends = states.use(`ends:${input.columnIndex}`, () => new EndValues(states.bank, numbers, states.arrival()));
    return numberResult(cell => ends.ratePerSecond(cell));
  }
};
