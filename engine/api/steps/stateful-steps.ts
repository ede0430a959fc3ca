import { PlanError } from '../../error';
import type { Expression } from '../../expression/ast';
import type { Parameters as ExpressionParameters } from '../../expression/parse';
import { GuardColumns } from '../../operator/stateful/pattern-guards';
import type { Aggregate } from '../aggregates';
import { aggregatesJson } from '../aggregate-json';
import { given } from '../given';
import type { Flat, Row } from '../row-types';
import type { AggregateOf, Parameters, ResultOf, StreamOf } from '../stages';
import type { StepTable } from '../step-table';
import type { StreamBuilder } from '../stream-builder';
import type { ChangeColumns, CusumOptions, DeadbandOptions, DebounceOptions, DeduplicateOptions, DiffOptions, LagOptions, LeadOptions, MatchColumns, PatternOptions, PatternRow, QuantifierOption, ReportByExceptionOptions, RollingSpan, SmoothOptions, StateMachineOptions, SwingingDoorOptions, ThrottleOptions, ZScoreOptions } from './stateful-options';

/** What `statefulSteps` does, with types that know the columns `R` and the keys `K`. */
export interface StatefulSteps<R extends Row, K extends string> {
  /** Adds the value that a column had some rows of the key before: `.lag({ column: 'x', as: 'xBefore' })`. Null where there is no such row. */
  lag<const C extends keyof R & string, const A extends string>(options: LagOptions<R, C, A>): StreamOf<Flat<R & { readonly [N in A]: R[C] }>, K>;

  /** Adds the difference from the row before of the key: `.diff({ column: 'energy', as: 'used' })`. Null for the first row and where a value is missing. */
  diff<const A extends string>(options: DiffOptions<R, A>): StreamOf<Flat<R & { readonly [N in A]: number }>, K>;

  /** Adds an exponentially weighted mean, which follows the column smoothly: `.smooth({ column: 'x', as: 'smooth', alpha: 0.2 })`. As pandas `ewm`. */
  smooth<const A extends string, const V extends string = never>(options: SmoothOptions<R, A, V>): StreamOf<Flat<R & { readonly [N in A | V]: number }>, K>;

  /**
   * Finds small lasting shifts: `.cusum({ column: 'x', as: 'drift', target: 10, slack: 0.5, threshold: 5 })` adds the sums of the deviations
   * upwards `driftHigh` and downwards `driftLow`, and `driftAlarm`, true while one is above the threshold.
   */
  cusum<const A extends string>(options: CusumOptions<R, A>): StreamOf<WithCusum<R, A>, K>;

  /** Adds how many standard deviations a value is from the mean: `.zScore({ column: 'x', as: 'z', rows: 100, against: 'before' })`. NaN without spread. */
  zScore<const A extends string>(options: ZScoreOptions<R, A>): StreamOf<Flat<R & { readonly [N in A]: number }>, K>;

  /** Keeps rows whose value is further from the last kept one than a band: `.deadband({ column: 'x', absolute: 0.5 })`; others are counted as dropped. */
  deadband(options: DeadbandOptions<R>): this;

  /** Keeps rows in which a value has changed, and one after a long silence: `.reportByException({ columns: ['state'], maxSilenceMs: 60_000 })`. */
  reportByException(options: ReportByExceptionOptions<R>): this;

  /** Keeps at most one row of each key per span of event time: `.throttle({ everyMs: 1_000 })`; others are counted as dropped. */
  throttle(options: ThrottleOptions): this;

  /** Adds the value that a column has some rows of the key later: `.lead({ column: 'x', as: 'xNext' })`. Rows wait for it; at the end it is null. */
  lead<const C extends keyof R & string, const A extends string>(options: LeadOptions<R, C, A>): StreamOf<Flat<R & { readonly [N in A]: R[C] }>, K>;

  /** Keeps the last row of each burst, once its key has been silent: `.debounce({ quietMs: 500 })`; others are counted as dropped. */
  debounce(options: DebounceOptions): this;

  /** Keeps the rows that a historian would archive: `.swingingDoor({ column: 'x', deviation: 0.1 })`. Straight lines between them are that near to all others. */
  swingingDoor(options: SwingingDoorOptions<R>): this;

  /**
   * Keeps one of several rows with equal keys and equal columns: `.deduplicate({ by: ['id'], withinMs: 60_000 })`. The first in event time,
   * or with `keep: 'last'` every later one, too, with a `revision` that counts what it replaces.
   */
  deduplicate<const W extends 'first' | 'last' = 'first'>(options: DeduplicateOptions<R, W>): [W] extends ['last'] ? StreamOf<Flat<R & { readonly revision: number }>, K> : this;

  /**
   * Keeps a state for each key and gives a row for each change, with `from`, `to`, `atMs` and `durationMs`: `.stateMachine({ initial: 'idle',
   * states: ['idle', 'running', 'lost'], transitions: [{ from: 'idle', to: 'running', when: r => r.rpm > 100 }], timeouts: { running: { afterMs: 60_000, to: 'lost' } } })`.
   */
  stateMachine<const S extends string, const C extends keyof R & string = never>(options: StateMachineOptions<S, C, (r: R) => boolean>): StreamOf<StateChanges<R, K, S, C>, K>;
  stateMachine<const S extends string, P extends Parameters, const C extends keyof R & string = never>(options: StateMachineOptions<S, C, (r: R, p: P) => boolean>, parameters: P): StreamOf<StateChanges<R, K, S, C>, K>;

  /** Adds aggregates of the last rows of the key to each row: `.rolling({ rows: 20 }, { mean: mean('x'), spread: stddev('x') })`. Null until there are enough. */
  rolling<const A extends Readonly<Record<string, AggregateOf<R>>>>(span: RollingSpan, aggregates: A): StreamOf<Flat<R & { readonly [N in keyof A]: ResultOf<R, A[N]> }>, K>;

  /**
   * Finds sequences of rows of a key: `.pattern({ sequence: [{ name: 'Hot', when: r => r.x > 90, quantifier: '+' }, { name: 'Cold', when: r => r.x < r['Hot.x'] - 50 }],
   * withinMs: 60_000, measures: { peak: { fn: 'max', of: 'Hot', column: 'x' } } })`. Gives a row per match; `absence` tells what must not follow.
   */
  pattern<const N extends string, const M extends object = object>(options: PatternOptions<R, N, M, (r: PatternRow<R, N>) => boolean>): StreamOf<Matches<R, K, M>, K>;
  pattern<const N extends string, P extends Parameters, const M extends object = object>(options: PatternOptions<R, N, M, (r: PatternRow<R, N>, p: P) => boolean>, parameters: P): StreamOf<Matches<R, K, M>, K>;
}

type Matches<R extends Row, K extends string, M> = Flat<Pick<R, K & keyof R> & MatchColumns<R, M>> extends infer F extends Row ? F : never;
type WithCusum<R extends Row, A extends string> = Flat<R & { readonly [N in `${A}High` | `${A}Low`]: number } & { readonly [N in `${A}Alarm`]: boolean }> extends infer F extends Row ? F : never;
type StateChanges<R extends Row, K extends string, S extends string, C extends string> = Flat<Pick<R, K & keyof R> & ChangeColumns<S> & Pick<R, C & keyof R>>;
type RowFunction = (...args: never[]) => unknown;
type Options = Readonly<Record<string, unknown>>;

export const statefulSteps: StepTable = {
  lag(this: StreamBuilder, options: Options) {
    return this.step('lag', given(options, 'lag', "{ column, as }, e.g. lag({ column: 'x', as: 'xBefore' })"));
  },
  diff(this: StreamBuilder, options: Options) {
    return this.step('diff', given(options, 'diff', "{ column, as }, e.g. diff({ column: 'x', as: 'dx' })"));
  },
  smooth(this: StreamBuilder, options: Options) {
    const { alpha, span, halfLifeRows, ...others } = given(options, 'smooth', "{ column, as, alpha }, e.g. smooth({ column: 'x', as: 'mean', alpha: 0.2 })");
    return this.step('smooth', { ...others, decay: present({ alpha, span, halfLifeRows }) });
  },
  cusum(this: StreamBuilder, options: Options) {
    return this.step('cusum', given(options, 'cusum', "{ column, as, target, slack, threshold }, e.g. cusum({ column: 'x', as: 'drift', target: 10, slack: 0.5, threshold: 5 })"));
  },
  zScore(this: StreamBuilder, options: Options) {
    return this.step('zScore', given(options, 'zScore', "{ column, as }, e.g. zScore({ column: 'x', as: 'z', rows: 100 })"));
  },
  deadband(this: StreamBuilder, options: Options) {
    const { absolute, percent, ...others } = given(options, 'deadband', "{ column, absolute }, e.g. deadband({ column: 'x', absolute: 0.5 })");
    return this.step('deadband', { ...others, band: present({ absolute, percent }) });
  },
  reportByException(this: StreamBuilder, options: Options) {
    return this.step('reportByException', given(options, 'reportByException', "{ columns }, e.g. reportByException({ columns: ['state'] })"));
  },
  throttle(this: StreamBuilder, options: Options) {
    return this.step('throttle', given(options, 'throttle', '{ everyMs }, e.g. throttle({ everyMs: 1_000 })'));
  },
  lead(this: StreamBuilder, options: Options) {
    return this.step('lead', given(options, 'lead', "{ column, as }, e.g. lead({ column: 'x', as: 'xNext' })"));
  },
  debounce(this: StreamBuilder, options: Options) {
    return this.step('debounce', given(options, 'debounce', '{ quietMs }, e.g. debounce({ quietMs: 500 })'));
  },
  swingingDoor(this: StreamBuilder, options: Options) {
    return this.step('swingingDoor', given(options, 'swingingDoor', "{ column, deviation }, e.g. swingingDoor({ column: 'x', deviation: 0.1 })"));
  },
  deduplicate(this: StreamBuilder, options: Options) {
    return this.step('deduplicate', given(options, 'deduplicate', "{ by }, e.g. deduplicate({ by: ['id'] })"));
  },
  stateMachine(this: StreamBuilder, options: StateMachineOptions<string, string, RowFunction>, parameters?: ExpressionParameters) {
    const { transitions, timeouts = {}, ...others } = given(options, 'stateMachine', "{ initial, states, transitions }, e.g. { initial: 'idle', states: ['idle', 'on'], transitions: [{ from: 'idle', to: 'on', when: r => r.x > 0 }] }");
    return this.step('stateMachine', {
      ...others,
      transitions: listed(transitions, 'stateMachine.transitions').map((transition, index) => ({ ...transition, when: this.expression(transition.when, `stateMachine.transitions[${index}].when`, parameters) })),
      timeouts: Object.entries(timeouts).map(([state, timeout]) => ({ state, ...timeout }))
    });
  },
  pattern(this: StreamBuilder, options: PatternOptions<Row, string, object, RowFunction>, parameters?: ExpressionParameters) {
    const { sequence, absence = null, skip = 'pastLastRow', measures = {}, ...others } = given(options, 'pattern', "{ sequence }, e.g. { sequence: [{ name: 'A', when: r => r.x > 0 }, { name: 'B', when: r => r.x < r['A.x'] }] }");
    const variables = listed(sequence, 'pattern.sequence');
    const { schema } = new GuardColumns(this.plan.type.schema, variables);
    const condition = (when: RowFunction, place: string): Expression => this.expression(when, `pattern.${place}.when`, parameters, schema);
    return this.step('pattern', {
      ...others,
      sequence: variables.map(({ name, when, quantifier }, index) => ({ name, ...boundsOf(quantifier), when: condition(when, `sequence[${index}]`) })),
      skip: skipOf(skip),
      absence: absence === null ? null : { ...absence, when: condition(absence.when, 'absence') },
      measures: Object.entries(measures).map(([name, measure]) => ({ name, ...measure }))
    });
  },
  rolling(this: StreamBuilder, options: RollingSpan, aggregates: Readonly<Record<string, Aggregate<string>>>) {
    const { presentMin, ...span } = given(options, 'rolling', "{ rows } and aggregates, e.g. rolling({ rows: 20 }, { mean: mean('x') })");
    return this.step('rolling', { span, presentMin, aggregates: aggregatesJson(given(aggregates, 'rolling', "aggregates by name, e.g. { mean: mean('x') }"), 'rolling') });
  }
};

/** The bounds that a quantifier stands for. */
function boundsOf(quantifier: QuantifierOption = { min: 1, max: 1 }): { readonly min: number; readonly max: number | null } {
  if (typeof quantifier === 'object') return { min: quantifier.min ?? 0, max: quantifier.max ?? null };
  return { min: quantifier === '+' ? 1 : 0, max: quantifier === '?' ? 1 : null };
}

/** `toLast:A` as the Plan has it; words that it does not know are left to the Plan's own check. */
function skipOf(skip: string): Options {
  if (skip === 'toNextRow') return { to: 'nextRow' };
  const [to, variable] = skip.split(':');
  return variable === undefined ? { to } : { to: to === 'toFirst' ? 'firstOf' : to === 'toLast' ? 'lastOf' : to, variable };
}

/** `list`, which the compiler promised; notebook cells run in spite of type errors. */
function listed<T>(list: readonly T[], subject: string): readonly T[] {
  const seen: unknown = list;
  if (Array.isArray(seen)) return list;
  throw new PlanError('PLAN_INVALID', `${subject}: got ${seen === undefined ? 'nothing' : typeof seen}; expected a list.`, { details: { path: subject } });
}

/** The fields of `options` that were given. */
function present(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
