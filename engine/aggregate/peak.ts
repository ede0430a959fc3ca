import type { Aggregate, AggregateInput, AggregateSpec, StateSet } from './aggregate';
import { numberResult } from './number-result';
import type { NumberSummary } from './number-summary';
import { summaryOf } from './number-summary';
import { numericValueType } from './numeric-input';
import { SquareSum } from './square-sum';

/** Greatest magnitude. */
export const peak: AggregateSpec = levelOf(
  'peak',
  "Greatest magnitude max(|x|) of the values that are not null, float64, in the signal's unit; null when there are none. NaN propagates. int64 is read as the nearest double.",
  (input, states) => {
    const summary = summaryOf(input, states);
    return numberResult(cell => (summary.count(cell) === 0 ? null : magnitudeOf(summary, cell)));
  }
);

/** Span between the extremes. */
export const peakToPeak: AggregateSpec = levelOf(
  'peakToPeak',
  "Greatest minus least of the values that are not null, numpy.ptp, float64, in the signal's unit; null when there are none. NaN propagates. int64 is read as the nearest double; for an exact int64 use range.",
  (input, states) => {
    const summary = summaryOf(input, states);
    return numberResult(cell => (summary.count(cell) === 0 ? null : summary.greatest(cell) - summary.least(cell)));
  }
);

/** Greatest magnitude by root mean square. */
export const crest: AggregateSpec = {
  ...levelOf('crest', 'Crest factor max(|x|) / rms of the values that are not null, float64: 1 for a square wave, √2 for a sine, more with spikes; NaN for silence, null when there are no values.', (input, states) => {
    const summary = summaryOf(input, states);
    const numbers = states.numbers(input.columnIndex);
    const squares = states.use(`squares:${input.columnIndex}`, () => new SquareSum(states.bank, numbers));
    return numberResult(cell => (summary.count(cell) === 0 ? null : magnitudeOf(summary, cell) / Math.sqrt(squares.value(cell) / summary.count(cell))));
  }),
  resultUnit: null
};

function levelOf(fn: string, doc: string, create: (input: AggregateInput, states: StateSet) => Aggregate): AggregateSpec {
  return {
    fn,
    doc,
    column: 'required',
    options: [],
    resolve(input) {
      numericValueType(fn, input);
      return { type: 'float64', nullable: true };
    },
    create
  };
}

function magnitudeOf(summary: NumberSummary, cell: number): number {
  return Math.max(Math.abs(summary.least(cell)), Math.abs(summary.greatest(cell)));
}
