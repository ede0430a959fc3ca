import { aggregatesJson } from '../aggregate-json';
import type { Aggregate, ListAggregate, NumericAggregate } from '../aggregates';
import { given } from '../given';
import type { Flat, NamesOf, Row, Signal } from '../row-types';
import type { SampledOptions } from '../signal-aggregates';
import type { ButterworthDesign, NotchDesign } from '../signal-transforms';
import type { StreamOf } from '../stages';
import type { StepTable } from '../step-table';
import type { StreamBuilder } from '../stream-builder';
import type { FreeName } from './stateful-options';

/** What can be computed from the signals of a row: every aggregate of numbers, and the functions that give signals. */
export type SignalFeature<R extends Row> = NumericAggregate<NamesOf<R>['signals']> | ListAggregate<NamesOf<R>['signals']>;
type FeatureColumns<F> = { readonly [N in keyof F]: F[N] extends ListAggregate<string> ? Signal : number };

/** Where a filter whose state goes on reads and writes. */
export interface CarriedFilterOptions<R extends Row, A extends string> extends SampledOptions {
  /** A column of numbers, one sample per row, or of signals, one block per row. */
  readonly column: NamesOf<R>['numbers'];
  /** Name of the new column. */
  readonly as: A & FreeName<R, A>;
  /** How a key begins: as if its first sample had been there for ever (`settled`, default), or at rest. */
  readonly start?: 'settled' | 'rest';
}

export interface ResampleOptions<C extends string, A extends string> {
  /** What to give at each time, beside the keys: numbers for `linear`, any columns otherwise. */
  readonly columns: readonly C[];
  /** Distance of the times, which are multiples of it since the epoch. */
  readonly everyMs: number;
  /** How far a row reaches, at most 1 000 times everyMs; between rows further apart there is nothing. */
  readonly maxGapMs: number;
  /** `linear` (default): on the line between the rows before and after; `hold`: the last value; `null`: only values at that very time. */
  readonly method?: 'linear' | 'hold' | 'null';
  /** Name of the column with the time. Default `timeMs`. */
  readonly timeAs?: A;
}

/** What `signalSteps` does, with types that know the columns `R` and the keys `K`. */
export interface SignalSteps<R extends Row, K extends string> {
  /**
   * Adds what is computed from the signal in each row, each row for itself:
   * `.signal({ rms: rms('x'), peakHz: welchPeak('x', { sampleHz: 1_000 }), flat: detrend('x') })`.
   */
  signal<const F extends Readonly<Record<string, SignalFeature<R>>>>(features: F): StreamOf<Flat<R & FeatureColumns<F>>, K>;

  /**
   * Adds a column through a Butterworth filter whose state goes on from row to row of a key, without a seam between blocks:
   * `.butterworth({ column: 'x', as: 'smooth', sampleHz: 1_000, cutoffHz: 50 })`.
   */
  butterworth<const A extends string, const C extends NamesOf<R>['numbers']>(options: CarriedFilterOptions<R, A> & ButterworthDesign & { readonly column: C }): StreamOf<Flat<R & { readonly [N in A]: R[C] }>, K>;

  /** Adds a column without one frequency, by a filter whose state goes on from row to row of a key: `.notch({ column: 'x', as: 'clean', sampleHz: 1_000, frequencyHz: 50 })`. */
  notch<const A extends string, const C extends NamesOf<R>['numbers']>(options: CarriedFilterOptions<R, A> & NotchDesign & { readonly column: C }): StreamOf<Flat<R & { readonly [N in A]: R[C] }>, K>;

  /** Gives the rows of each key at regular times, on lines between them or with the last value: `.resample({ columns: ['x'], everyMs: 100, maxGapMs: 1_000 })`. */
  resample<const C extends keyof R & string, const A extends string = 'timeMs'>(options: ResampleOptions<C, A>): StreamOf<Flat<Pick<R, (K | C) & keyof R> & { readonly [N in A]: number }>, K>;
}

type Options = Readonly<Record<string, unknown>>;

export const signalSteps: StepTable = {
  signal(this: StreamBuilder, features: Readonly<Record<string, Aggregate<string>>>) {
    return this.step('signal', { features: aggregatesJson(given(features, 'signal', "features by name, e.g. { rms: rms('x'), flat: detrend('x') }"), 'signal') });
  },
  butterworth(this: StreamBuilder, options: Options) {
    const { cutoffHz, lowHz, highHz, ...others } = given(options, 'butterworth', "{ column, as, sampleHz, cutoffHz }, e.g. butterworth({ column: 'x', as: 'smooth', sampleHz: 1_000, cutoffHz: 50 })");
    return this.step('butterworth', { ...others, edgesHz: [cutoffHz, lowHz, highHz].filter(edge => edge !== undefined) });
  },
  notch(this: StreamBuilder, options: Options) {
    return this.step('notch', given(options, 'notch', "{ column, as, sampleHz, frequencyHz }, e.g. notch({ column: 'x', as: 'clean', sampleHz: 1_000, frequencyHz: 50 })"));
  },
  resample(this: StreamBuilder, options: Options) {
    return this.step('resample', given(options, 'resample', "{ columns, everyMs, maxGapMs }, e.g. resample({ columns: ['x'], everyMs: 100, maxGapMs: 1_000 })"));
  }
};
