import type { Flat, Row } from '../row-types';

/** Columns of `R` by use. Read by index, so that errors show the names themselves. */
export interface ScalarNames<R> {
  readonly all: keyof R & string;
  /** Columns that can be compared. */
  readonly keys: keyof { [N in keyof R as R[N] extends number | string | boolean ? N : never]: 1 } & string;
  /** Columns of numbers and times. */
  readonly numbers: keyof { [N in keyof R as R[N] extends number ? N : never]: 1 } & string;
}

/** The name `A` of a new column, or in words why it cannot be called that. */
export type FreeName<R, A extends string> = A extends keyof R ? `there is a column "${A}" already; give the new one another name` : A;
/** `A` when columns of these names may be added. */
type FreePrefix<R, A extends string, Ends extends string> = Extract<`${A}${Ends}`, keyof R> extends never ? A : `there is a column "${Extract<`${A}${Ends}`, keyof R & string>}" already; give the new ones another beginning`;

export interface LagOptions<R extends Row, C extends string, A extends string> {
  /** Whose earlier value is wanted. */
  readonly column: C;
  /** Name of the new column. */
  readonly as: FreeName<R, A>;
  /** How many rows of the key back. Default 1. */
  readonly rows?: number;
}

export interface DiffOptions<R extends Row, A extends string> {
  /** A column of numbers or times. */
  readonly column: ScalarNames<R>['numbers'];
  /** Name of the new column. */
  readonly as: FreeName<R, A>;
  /** How many times the difference is taken: 2 is the difference of the differences. Default 1. */
  readonly order?: number;
}

/** How fast older rows lose weight: one of the three. */
export type DecayOptions =
  | { /** Weight of the newest row, above 0, at most 1. */ readonly alpha: number }
  | { /** The weight is 2 / (span + 1). */ readonly span: number }
  | { /** A row counts half after this many further ones. */ readonly halfLifeRows: number };

export type SmoothOptions<R extends Row, A extends string, V extends string> = DecayOptions & {
  /** A column of numbers. */
  readonly column: ScalarNames<R>['numbers'];
  /** Name of the new column with the mean. */
  readonly as: FreeName<R, A>;
  /** True: the mean of all rows so far by their weights. False: mean = (1 - alpha) · mean + alpha · value. Default true. */
  readonly adjust?: boolean;
  /** Whether missing values are as if their rows were not there. Default false: weights decay over them, too. */
  readonly ignoreNull?: boolean;
  /** Name of a further column with the exponentially weighted variance. Default: none. */
  readonly varianceAs?: FreeName<R, V>;
  /** Whether the variance is that of the rows alone. Default false: corrected as that of a sample. */
  readonly bias?: boolean;
};

export interface CusumOptions<R extends Row, A extends string> {
  /** A column of numbers. */
  readonly column: ScalarNames<R>['numbers'];
  /** Beginning of the new columns' names: `drift` gives `driftHigh`, `driftLow` and `driftAlarm`. */
  readonly as: FreePrefix<R, A, 'High' | 'Low' | 'Alarm'>;
  /** The value that the column should have, in its unit. */
  readonly target: number;
  /** Deviations up to it do not add up; usually half the shift that is to be found. */
  readonly slack: number;
  /** An alarm is a sum above it; usually 4 or 5 standard deviations. */
  readonly threshold: number;
  /** Whether both sums begin again at 0 after an alarm. Default false. */
  readonly reset?: boolean;
}

export interface ZScoreOptions<R extends Row, A extends string> {
  /** A column of numbers. */
  readonly column: ScalarNames<R>['numbers'];
  /** Name of the new column. */
  readonly as: FreeName<R, A>;
  /** Over how many values. Default: all so far. */
  readonly rows?: number;
  /** `before` compares a value with those before it, `all` counts it as one of them. Default `all`. */
  readonly against?: 'all' | 'before';
  /** The variance divides by n - ddof. Default 0. */
  readonly ddof?: 0 | 1;
}

export type DeadbandOptions<R extends Row> = { /** A column of numbers. */ readonly column: ScalarNames<R>['numbers'] } & (
  | { /** Width of the band to each side, in the unit of the column. */ readonly absolute: number }
  | { /** Width of the band to each side, in percent of the last kept value. */ readonly percent: number }
);

export interface ReportByExceptionOptions<R extends Row> {
  /** Whose change is reported. */
  readonly columns: readonly [ScalarNames<R>['all'], ...ScalarNames<R>['all'][]];
  /** A row at least this many ms after the last kept one is kept though nothing has changed. Default: never. */
  readonly maxSilenceMs?: number;
}

export interface ThrottleOptions {
  /** Least event time in ms between two rows of a key. */
  readonly everyMs: number;
}

export interface LeadOptions<R extends Row, C extends string, A extends string> {
  /** Whose later value is wanted. */
  readonly column: C;
  /** Name of the new column. */
  readonly as: FreeName<R, A>;
  /** How many rows of the key ahead. Default 1. */
  readonly rows?: number;
  /** How many ms of event time a row waits for the later one. Default: for ever. */
  readonly withinMs?: number;
}

export interface DebounceOptions {
  /** How many ms a key must be silent after a row. */
  readonly quietMs: number;
}

export interface SwingingDoorOptions<R extends Row> {
  /** A column of numbers. */
  readonly column: ScalarNames<R>['numbers'];
  /** Largest error of a dropped value, in the unit of the column. */
  readonly deviation: number;
  /** At the latest this many ms after a kept row the newest one is kept as well. Default: no bound. */
  readonly maxSilenceMs?: number;
}

export interface DeduplicateOptions<R extends Row, W extends 'first' | 'last'> {
  /** Which columns, beside the keys of the stream, make two rows duplicates. Default: the keys alone. */
  readonly by?: readonly ScalarNames<R>['keys'][];
  /** The first row in event time, or the last one by revisions. Default `first`. */
  readonly keep?: W;
  /** A row this many ms later is no duplicate but begins anew. Default: however late. */
  readonly withinMs?: number;
  /** How many different rows are remembered. Default 1 000 000. */
  readonly identitiesMax?: number;
}

export interface StateMachineOptions<S extends string, C extends string, When> {
  /** The state in which each key begins. */
  readonly initial: NoInfer<S>;
  /** All states. */
  readonly states: readonly S[];
  /** When a row changes the state; the first that fits is taken. `from: '*'` is any state. */
  readonly transitions: readonly { readonly from: NoInfer<S> | '*'; readonly to: NoInfer<S>; readonly when: When }[];
  /** What becomes of a state that nothing has changed for `afterMs` of event time. */
  readonly timeouts?: { readonly [N in S]?: { readonly afterMs: number; readonly to: NoInfer<S> } };
  /** Columns of the row that made the change, to be given with it. */
  readonly columns?: readonly C[];
}

/** Columns of a change of state. */
export type ChangeColumns<S extends string> = {
  readonly from: S;
  readonly to: S;
  /** Event time of the change. */
  readonly atMs: number;
  /** How long the old state lasted. */
  readonly durationMs: number;
};

/** The row in a condition of a pattern: its columns, and `r['A.x']`, column `x` of the last row of variable `A` so far. */
export type PatternRow<R extends Row, N extends string> = Flat<R & { readonly [C in keyof R & string as `${N}.${C}`]: R[C] }>;

/** How many rows a variable takes: one or more, any number, none or one, or from `min` (default 0) to `max` (default any number). */
export type QuantifierOption = '+' | '*' | '?' | { readonly min?: number; readonly max?: number };

export type MeasureOption<R extends Row, N extends string> =
  | { readonly fn: 'count'; readonly of: N }
  | { readonly fn: 'first' | 'last'; readonly of: N; readonly column: keyof R & string }
  | { readonly fn: 'mean' | 'min' | 'max'; readonly of: N; readonly column: ScalarNames<R>['numbers'] };

export interface PatternOptions<R extends Row, N extends string, M, When> {
  /** Variables in order: a name, a condition, and how many rows (default one). */
  readonly sequence: readonly { readonly name: N; readonly when: When; readonly quantifier?: QuantifierOption }[];
  /** `strict`: between the rows of a match the key has no others. `relaxed`: rows that do not fit are passed over. Default `strict`. */
  readonly contiguity?: 'strict' | 'relaxed';
  /** From its first to its last row a match takes less ms than this. Default: no bound. */
  readonly withinMs?: number;
  /** Where the search goes on after a match. Default `pastLastRow`. */
  readonly skip?: 'pastLastRow' | 'toNextRow' | `toFirst:${NoInfer<N>}` | `toLast:${NoInfer<N>}`;
  /** The match counts only when for less than `withinMs` after its last row no row comes for which `when` is true. */
  readonly absence?: { readonly when: When; readonly withinMs: number };
  /** Columns of the result: `{ peak: { fn: 'max', of: 'B', column: 'x' } }`. */
  readonly measures?: M & Readonly<Record<string, MeasureOption<R, NoInfer<N>>>>;
}

/** Columns of a match beside the keys. */
export type MatchColumns<R extends Row, M> = {
  /** Event time of the first row. */
  readonly matchStartMs: number;
  /** Event time of the last row. */
  readonly matchEndMs: number;
} & { readonly [N in keyof M]: M[N] extends { readonly fn: 'first' | 'last'; readonly column: infer C } ? (C extends keyof R ? R[C] : never) : number };

/** How far back: a number of rows, the row itself included, or an event time. */
export type RollingSpan = ({ readonly rows: number } | { readonly sizeMs: number }) & {
  /** The result is null where fewer rows have a value. Default: all `rows`, or with `sizeMs` 1. */
  readonly presentMin?: number;
};
