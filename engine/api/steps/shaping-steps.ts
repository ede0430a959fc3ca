import { PlanError } from '../../error';
import type { Parameters as ExpressionParameters } from '../../expression/parse';
import type { CastPolicy } from '../../plan/nodes/shaping';
import type { Classification, DataType, ListType, ScalarType } from '../../schema/schema';
import { given } from '../given';
import type { Bytes, Flat, NamesOf, Row, Signal, Widened } from '../row-types';
import type { Parameters, Pipeline, StreamOf } from '../stages';
import type { Validated, ValidateOptions } from '../validation-rules';
import { rulesJson } from '../validation-rules';
import type { StepTable } from '../step-table';
import type { StreamBuilder } from '../stream-builder';

/** What `shapingSteps` does, with types that know the columns `R` and the keys `K`. */
export interface ShapingSteps<R extends Row, K extends string> {
  /**
   * Adds computed columns and keeps the others: `.derive({ g: r => r.mv / 9.81 })`. A column that is there already is replaced.
   * Every function sees the columns as they came in. Throws PlanError with the position of what it cannot read.
   */
  derive<S extends Row>(columns: { readonly [N in keyof S]: (r: R) => S[N] } & KeysStay<K>): StreamOf<Derived<R, S>, K>;
  derive<S extends Row, P extends Parameters>(columns: { readonly [N in keyof S]: (r: R, p: P) => S[N] } & KeysStay<K>, parameters: P): StreamOf<Derived<R, S>, K>;

  /** Leaves out columns: `.drop('raw', 'checksum')`. Keys cannot go; the event time of the rows stays even if its column goes. */
  drop<const N extends readonly [Exclude<keyof R & string, K>, ...Exclude<keyof R & string, K>[]]>(...columns: N): StreamOf<Flat<Omit<R, N[number]>>, K>;

  /** Gives columns other names, all at once: `.rename({ temp: 'temperature' })`. Keys stay keys; unit and tags travel along. */
  rename<const M extends { readonly [N in keyof R & string]?: string }>(columns: M & OnlyColumns<R, M>): StreamOf<Renamed<R, M>, NewName<K, M>>;

  /**
   * Changes the type of columns: `.cast({ n: 'int32', t: 'timestampMs' })`. A value that the new type cannot hold sends its row
   * to the dead letters (`CAST`); other policies: `null` makes the value missing, `round` rounds fractions, `clamp` also takes the nearest value in range. Keys stay as they are: cast them before keyBy.
   */
  cast<const T extends { readonly [N in Exclude<keyof R & string, K>]?: CastTarget<R[N]> }>(columns: T & OnlyColumns<R, T>, options?: CastOptions): StreamOf<Casted<R, T>, K>;

  /**
   * One row per element of a list: `.explode({ column: 'x', everyMs: 0.1 })`, for several equally long lists
   * `.explode({ columns: { x: 'vx', y: 'vy' }, index: 'i' })`. The other columns are repeated. Rows whose lists are missing or
   * empty are counted as dropped; rows whose lists differ in length go to the dead letters (`LIST_LENGTH`).
   */
  explode<const O extends ExplodeOptions<R>>(options: O): StreamOf<Exploded<R, O>, K>;

  /**
   * Keeps one of every n rows of each key, `.sample({ every: 10 })`, or a share of all, `.sample({ share: 0.1 })`. The same input
   * gives the same sample; the other rows are counted as dropped.
   */
  sample(options: SampleOptions): this;

  /**
   * Holds rows against named rules and counts what breaks them: `.validate({ rules: [{ name: 'load', check: 'range', column: 'load', min: 0, max: 10 }] })`.
   * What breaks a rule goes to the dead letters (`VALIDATION`), with severity `sideOutput` to the branch
   * `{ invalid: rows => rows.to(lake('invalid')) }`, with `warn` it stays.
   */
  validate<const V extends string = never>(options: ValidateOptions<R, V>, branches?: InvalidBranch<StreamOf<Validated<R, V>, K>>): StreamOf<Validated<R, V>, K>;

  /** Says what columns are about: `.tag({ operator: { classification: 'pii' }, load: { unit: 'kN' } })`. Tags travel along and into what is computed from the column. */
  tag(columns: { readonly [N in keyof R & string]?: TagOptions }): this;

  /**
   * Marks columns that leave the pipeline encrypted: `.encrypt({ columns: ['operator'], keyRef: 'plant' })`. An agent encrypts each
   * value (AES-256-GCM) when it writes it for a sink; up to there, and in a replay, they are as they were.
   */
  encrypt<const T extends { readonly [N in keyof R & string]?: string } = {}>(options: EncryptOptions<R, T>): StreamOf<Tokened<R, T>, K>;
}

export interface TagOptions {
  readonly unit?: string;
  /** From the least to the strictest: public, internal, confidential, pii, secret. A computed column gets the strictest of its inputs. */
  readonly classification?: Classification;
  /** Where the values come from, in words of your own. */
  readonly lineage?: readonly string[];
}

export interface EncryptOptions<R extends Row, T> {
  readonly columns: readonly NamesOf<R>['all'][];
  /** Name under which the host has the key; the key itself is never part of a Plan. */
  readonly keyRef: string;
  /** New columns for tokens by which rows can be joined without being read: `{ operator: 'operatorToken' }`. Default none. */
  readonly tokens?: T & OnlyColumns<R, T>;
}

export interface InvalidBranch<S> {
  /** What becomes of rows that break a rule of severity `sideOutput`; it ends in a sink. */
  readonly invalid: (rows: S) => Pipeline;
}

export type SampleOptions =
  | {
      /** Keeps the 1st, (n + 1)th, (2n + 1)th … row of each key. */
      readonly every: number;
    }
  | {
      /** Share of the rows to keep, 0…1. Rows of one key and event time stay or go together. */
      readonly share: number;
      /** Another seed gives another sample, 0…2^32 - 1. Default 0. */
      readonly seed?: number;
    };

export type ExplodeOptions<R extends Row> = ExplodeLists<R> & {
  /** New column for the position in the list, from 0. Default none. */
  readonly index?: string;
  /** Time from one element to the next in ms, e.g. 0.1 for 10 kHz; event times are rounded down to whole ms. Default: all have the event time of the row. */
  readonly everyMs?: number;
  /** Which element has the event time of the row. Default `first`. */
  readonly stamped?: 'first' | 'last';
  /** New column for the event time of each element. Default none. */
  readonly timeColumn?: string;
  /** What becomes of rows whose list is missing or empty: they go, or stay as one row with a missing value. Default `drop`. */
  readonly whenEmpty?: 'drop' | 'null';
};
type ExplodeLists<R extends Row> =
  | {
      /** The list column. */
      readonly column: NamesOf<R>['signals'];
      /** Column of its elements. Default: the same name. */
      readonly as?: string;
    }
  | {
      /** Several list columns of one length, and the columns of their elements. */
      readonly columns: { readonly [N in NamesOf<R>['signals']]?: string };
    };

export interface CastOptions {
  /** What becomes of values that the new type cannot hold. Default `error`: their rows go to the dead letters (`CAST`). */
  readonly policy?: CastPolicy;
}

type KeysStay<K extends string> = { readonly [N in K]?: `"${N}" is a key and must stay; give the new column another name` };
type OnlyColumns<R, M> = { readonly [N in Exclude<keyof M, keyof R> & string]: `there is no column "${N}"` };
type Derived<R extends Row, S extends Row> = Flat<Omit<R, keyof S> & { readonly [N in keyof S]: Widened<S[N]> }>;
type Tokened<R extends Row, T> = Flat<R & { readonly [N in keyof T & keyof R as T[N] extends string ? T[N] : never]: R[N] }>;
type NewName<N, M> = N extends keyof M ? (M[N] extends string ? M[N] : N & string) : N & string;
type Renamed<R extends Row, M> = { readonly [N in keyof R as NewName<N, M>]: R[N] };
type FromBool = Exclude<ScalarType, 'timestampMs' | 'binary'>;
type FromNumber = Exclude<ScalarType, 'binary'>;
/** The types that a cell can be cast to. */
export type CastTarget<C> = [C] extends [Signal] ? ListType : [C] extends [Bytes] ? 'binary' | 'utf8' : [C] extends [boolean] ? FromBool : [C] extends [string] ? ScalarType : FromNumber;
type CellOf<T> = T extends 'bool' ? boolean : T extends 'utf8' ? string : T extends 'binary' ? Bytes : T extends ListType ? Signal : number;
type Casted<R extends Row, T> = Flat<{ readonly [N in keyof R]: N extends keyof T ? CellOf<T[N]> : R[N] }>;

/** List column → column of its elements. */
type ListsOf<O> = O extends { readonly columns: infer C } ? C : O extends { readonly column: infer L extends string } ? { readonly [N in L]: O extends { readonly as: infer A extends string } ? A : L } : never;
type NewColumns<O> = (O extends { readonly index: infer I extends string } ? I : never) | (O extends { readonly timeColumn: infer T extends string } ? T : never) | (ListsOf<O>[keyof ListsOf<O>] & string);
type Exploded<R extends Row, O> = Flat<Omit<R, keyof ListsOf<O>> & { readonly [N in NewColumns<O>]: number }>;

type RowFunction = (...args: never[]) => unknown;

export const shapingSteps: StepTable = {
  derive(this: StreamBuilder, columns: Readonly<Record<string, RowFunction>>, parameters?: ExpressionParameters) {
    const computed = Object.entries(given(columns, 'derive', 'computed columns, e.g. { g: r => r.mv / 9.81 }'));
    return this.step('derive', { columns: computed.map(([name, compute]) => ({ name, expression: this.expression(compute, `derive.${name}`, parameters) })) });
  },
  drop(this: StreamBuilder, ...columns: readonly string[]) {
    return this.step('drop', { columns });
  },
  rename(this: StreamBuilder, columns: Readonly<Record<string, string>>) {
    return this.step('rename', { columns: given(columns, 'rename', "new names by old ones, e.g. { temp: 'temperature' }") });
  },
  cast(this: StreamBuilder, columns: Readonly<Record<string, DataType>>, options: CastOptions = {}) {
    return this.step('cast', { ...options, columns: given(columns, 'cast', "new types by column, e.g. { n: 'int32' }") });
  },
  explode(this: StreamBuilder, options: { readonly column?: string; readonly as?: string; readonly columns?: Readonly<Record<string, string>> }) {
    const { column, as, columns, ...settings } = given(options, 'explode', "a list column, e.g. { column: 'x', everyMs: 1 }");
    const lists = { ...columns, ...(column === undefined ? {} : { [column]: as ?? column }) };
    return this.step('explode', { ...settings, columns: lists });
  },
  sample(this: StreamBuilder, options: { readonly every?: number; readonly share?: number; readonly seed?: number }) {
    const { every, share, seed } = given(options, 'sample', '{ every } or { share }, e.g. { every: 10 }');
    return this.step('sample', share === undefined ? { every } : { every, share, seed: seed ?? 0 });
  },
  validate(this: StreamBuilder, options: ValidateOptions<Row, string>, branches?: InvalidBranch<StreamBuilder>) {
    const { rules, ...settings } = given(options, 'validate', "rules, e.g. { rules: [{ name: 'load', check: 'notNull', columns: ['load'] }] }");
    const validated = this.step('validate', { ...settings, rules: rulesJson(rules, (holds, subject) => this.expression(holds, subject)) });
    if (!rules.some(({ severity }) => severity === 'sideOutput')) return validated;
    if (branches === undefined) throw new PlanError('PLAN_BRANCH', "validate: a rule has severity 'sideOutput', but there is no branch for its rows; expected one. Write .validate({ … }, { invalid: rows => rows.to(…) }).", { details: { path: 'invalid' } });
    return validated.branch(rows => branches.invalid(rows.sideOutput('invalid')));
  },
  tag(this: StreamBuilder, columns: Readonly<Record<string, TagOptions>>) {
    return this.step('tag', { columns: given(columns, 'tag', "tags by column, e.g. { operator: { classification: 'pii' } }") });
  },
  encrypt(this: StreamBuilder, options: EncryptOptions<Row, object>) {
    return this.step('encrypt', { ...given(options, 'encrypt', "{ columns, keyRef }, e.g. { columns: ['operator'], keyRef: 'plant' }") });
  }
};
