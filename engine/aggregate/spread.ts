import type { Aggregate, AggregateInput, SqlCall, StateSet } from './aggregate';
import { Moments } from './moments';
import { numberResult } from './number-result';
import { numericValueType } from './numeric-input';
import { numberOption } from './options';

/** The option of variance, stddev and covariance. */
export const DDOF = { name: 'ddof', type: 'number', default: 1, doc: 'Delta degrees of freedom: 1 is that of a sample (SQL), 0 that of a whole population (NumPy).' } as const;

/** Delta degrees of freedom of `input`. */
export function ddofOf(fn: string, input: AggregateInput): number {
  return numberOption(fn, input, { name: 'ddof', default: 1, min: 0, max: Number.MAX_SAFE_INTEGER, whole: true, advice: 'Use 1 for a sample, 0 for a whole population.' });
}

/** Checks column and options of `fn`, which is one of variance and stddev. */
export function spreadType(fn: string, input: AggregateInput): { readonly type: 'float64'; readonly nullable: true } {
  numericValueType(fn, input);
  ddofOf(fn, input);
  return { type: 'float64', nullable: true };
}

/** `of` the variance of each cell. */
export function spreadOf(fn: string, input: AggregateInput, states: StateSet, of: (variance: number) => number): Aggregate {
  const numbers = states.numbers(input.columnIndex);
  const moments = states.use(`moments:${input.columnIndex}`, () => new Moments(states.bank, numbers));
  const ddof = ddofOf(fn, input);
  return numberResult(cell => {
    const variance = moments.variance(cell, ddof);
    return variance === null ? null : of(variance);
  });
}

/** STDDEV or VAR of a sample or of a population. */
export function spreadSql(name: 'STDDEV' | 'VAR', { column, options }: SqlCall): string | null {
  const ddof = options['ddof'] ?? 1;
  if (ddof !== 0 && ddof !== 1) return null;
  return `${name}_${ddof === 1 ? 'SAMP' : 'POP'}(CAST(${column} AS DOUBLE))`;
}
