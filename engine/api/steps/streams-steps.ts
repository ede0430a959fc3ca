import { PlanError } from '../../error';
import { given } from '../given';
import type { LookupTable } from '../lookup-table';
import type { Flat, NamesOf, Row } from '../row-types';
import type { Pipeline, RevisedBounds, Stream, StreamOf, WindowBounds } from '../stages';
import type { StepTable } from '../step-table';
import type { StreamBuilder } from '../stream-builder';
import type { FeatureViewOptions, IntervalJoinOptions, LookupOptions, WindowJoinOptions } from './join-options';
import type { AnyStream, BothSidesHaveTheColumn, JoinedRow, LetterRow, Prefixed, SharedNames, TwiceInJoin } from './stream-columns';

/** One or more of `N`. */
type Names<N extends string> = readonly [N, ...N[]];
/** A stream of the rows `J`, unless columns would be there twice. */
type Unless<Twice, J extends Row, K extends string> = [Twice] extends [never] ? StreamOf<J, K> : Twice extends infer Name ? BothSidesHaveTheColumn<Name> : never;
type BoundsOf<O> = O extends { readonly allowedLatenessMs: number } ? RevisedBounds : WindowBounds;

/** What `streamsSteps` does, with types that know the columns `R` and the keys `K`. */
export interface StreamsSteps<R extends Row, K extends string> extends AnyStream<R> {
  /**
   * The rows of this stream and of others with the same columns, in the order in which they come: `north.union(south)`.
   * The watermark is the smallest of the streams that are not idle. Throws PlanError `UNION_COLUMNS`.
   */
  union(...others: readonly [StreamOf<R, K>, ...StreamOf<R, K>[]]): StreamOf<R, K>;

  /**
   * Pairs of rows of this stream and another with equal keys that are close in time:
   * `orders.intervalJoin(payments, { on: ['order'], lowerMs: 0, upperMs: 60_000 })` wants lowerMs <= time of payment - time of order <= upperMs.
   * A pair leaves when the second of the two comes in, with the later of both times. Throws PlanError `JOIN_KEY`, `JOIN_INTERVAL`, `DUPLICATE_COLUMN`.
   */
  intervalJoin<S extends Row, const On extends Names<SharedNames<R, S>['keys']>, const L extends string = '', const P extends string = ''>(
    other: AnyStream<S>,
    options: IntervalJoinOptions<On, L, P>
  ): Unless<TwiceInJoin<R, S, On[number], L, P>, JoinedRow<R, S, On[number], L, P>, On[number]>;

  /**
   * All pairs of rows of this stream and another with equal keys in one window: `left.windowJoin(right, { on: ['device'], window: tumbling({ sizeMs: 1_000 }) })`.
   * They leave when the watermark of both streams reaches the end of the window. Throws PlanError `JOIN_KEY`, `WINDOW`, `DUPLICATE_COLUMN`.
   */
  windowJoin<S extends Row, const On extends Names<SharedNames<R, S>['keys']>, const L extends string = '', const P extends string = '', const O extends { readonly allowedLatenessMs?: number } = Record<never, never>>(
    other: AnyStream<S>,
    options: O & WindowJoinOptions<On, L, P>
  ): Unless<TwiceInJoin<R, S, On[number], L, P, BoundsOf<O>>, JoinedRow<R, S, On[number], L, P, BoundsOf<O>>, On[number]>;

  /**
   * Adds columns of a table, `rows.lookup(lookupTable({ … }), { on: ['device'], columns: ['limit'] })`, or of the newest update of another stream
   * at each row's time, `rows.lookup(settings, { on: ['device'], columns: ['limit'] })`. With updates a row waits until the watermark of both
   * streams reaches its time, so set `idleTimeoutMs` of a source that is often silent. Throws PlanError `JOIN_KEY`, `LOOKUP_KEY`, `DUPLICATE_COLUMN`.
   */
  lookup<T extends Row, const On extends Names<SharedNames<R, T>['keys']>, const C extends Names<keyof T & string>, const P extends string = ''>(
    from: AnyStream<T> | LookupTable<T>,
    options: LookupOptions<On, C, P>
  ): Unless<keyof R & keyof Prefixed<T, C[number], P>, Flat<R & Prefixed<T, C[number], P>>, K>;

  /**
   * The newest row of each key, for a store that is asked for the features of now: `features.featureView({ keys: ['device'], ttlMs: 60_000 }).to(publish('features/{device}', { retain: true }))`.
   * Rows older than the newest of their key are counted as dropped. For the features at the time of a record, take `records.lookup(features, { … })`.
   */
  featureView<const N extends Names<NamesOf<R>['keys']>, const T extends number | null = null>(options: FeatureViewOptions<N, T>): StreamOf<T extends number ? Flat<R & { readonly validUntilMs: number }> : R, N[number]>;

  /**
   * What could not be used by any step up to here, as rows: `.deadLetters(letters => letters.to(lake('refused')))`. The main line goes on as it is.
   * Letters stay counted as dead letters; those of the branch itself do not come back into it.
   */
  deadLetters(steps: (letters: Stream<LetterRow>) => Pipeline): this;
}

export const streamsSteps: StepTable = {
  union(this: StreamBuilder, ...others: readonly StreamBuilder[]) {
    return this.stepOnto(others.map(other => streamOf(other, 'union', 'other streams, e.g. north.union(south)')), 'union', {});
  },
  intervalJoin(this: StreamBuilder, other: StreamBuilder, options: Readonly<Record<string, unknown>>) {
    return this.stepOnto([streamOf(other, 'intervalJoin')], 'intervalJoin', withPrefixes(given(options, 'intervalJoin', "{ on, lowerMs, upperMs }, e.g. { on: ['device'], lowerMs: 0, upperMs: 1_000 }")));
  },
  windowJoin(this: StreamBuilder, other: StreamBuilder, options: Readonly<Record<string, unknown>>) {
    const { window, ...rest } = given(options, 'windowJoin', "{ on, window }, e.g. { on: ['device'], window: tumbling({ sizeMs: 1_000 }) }");
    const { spec } = given(window as { spec: unknown }, 'windowJoin.window', 'a window, e.g. tumbling({ sizeMs: 1_000 })');
    return this.stepOnto([streamOf(other, 'windowJoin')], 'windowJoin', withPrefixes({ ...rest, window: spec }));
  },
  lookup(this: StreamBuilder, from: StreamBuilder | LookupTable<Row>, options: Readonly<Record<string, unknown>>) {
    const config = withPrefixes(given(options, 'lookup', "{ on, columns }, e.g. { on: ['device'], columns: ['limit'] }"), false);
    given(from, 'lookup', 'a table or a stream of updates, e.g. lookup(lookupTable({ schema, rows }), { on, columns })');
    if ('table' in from) return this.step('lookup', { ...config, table: from.table });
    return this.stepOnto([streamOf(from, 'lookup')], 'temporalLookup', config, 'lookup');
  },
  featureView(this: StreamBuilder, options: Readonly<Record<string, unknown>>) {
    return this.step('featureView', given(options, 'featureView', "{ keys }, e.g. { keys: ['device'], ttlMs: 60_000 }"));
  },
  deadLetters(this: StreamBuilder, steps: (letters: StreamBuilder) => Pipeline) {
    if (typeof steps !== 'function') throw new PlanError('PLAN_BRANCH', `deadLetters: got ${steps === undefined ? 'nothing' : `a ${typeof steps}`}; expected a function. Write .deadLetters(letters => letters.to(…)).`, { details: { path: 'deadLetters' } });
    return this.branch(rows => steps(rows.letters()));
  }
};

function streamOf(other: StreamBuilder, step: string, example = `the other stream first, e.g. left.${step}(right, { on: ['device'], … })`): StreamBuilder {
  if (typeof given(other, step, example).stepOnto === 'function') return other;
  throw new PlanError('PLAN_INVALID', `${step}: got something else than a stream; expected ${example}.`, { details: { path: step } });
}

/** The options with the beginnings of column names that are not given. */
function withPrefixes(options: Readonly<Record<string, unknown>>, both = true): Readonly<Record<string, unknown>> {
  const { as } = options;
  if (as === undefined || typeof as !== 'object') return options;
  return { ...options, as: { ...(both ? { left: '' } : {}), right: '', ...as } };
}
