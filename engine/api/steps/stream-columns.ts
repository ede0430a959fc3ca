import type { Bytes, Flat, NamesOf, Row } from '../row-types';

declare const rows: unique symbol;

/** Any stream of rows `R`, keyed or not. */
export interface AnyStream<R extends Row> {
  readonly [rows]?: R;
}

/** Names by use of two sides `R` and `S`. Read by index (`SharedNames<R, S>['keys']`), so that errors show the names themselves. */
export interface SharedNames<R extends Row, S extends Row> {
  /** Columns that both sides have, that can be a key and hold the same. */
  readonly keys: keyof { [N in NamesOf<R>['keys'] & NamesOf<S>['keys'] as [R[N], S[N]] extends [S[N], R[N]] ? N : never]: 1 } & string;
}

/** The columns `N` of `R`, their names beginning with `P`. */
export type Prefixed<R extends Row, N extends keyof R, P extends string> = { readonly [C in N & string as `${P}${C}`]: R[C] };

/** What a join gives: the keys once, the others of both sides. */
export type JoinedRow<R extends Row, S extends Row, On extends keyof R & keyof S & string, L extends string, P extends string, Between = unknown> = Flat<
  Pick<R, On> & Between & Prefixed<R, Exclude<keyof R, On>, L> & Prefixed<S, Exclude<keyof S, On>, P>
>;

/** Names that the joined rows would have twice. */
export type TwiceInJoin<R extends Row, S extends Row, On extends string, L extends string, P extends string, Between = unknown> =
  | (keyof Prefixed<R, Exclude<keyof R, On>, L> & keyof Prefixed<S, Exclude<keyof S, On>, P>)
  | ((On | keyof Between) & (keyof Prefixed<R, Exclude<keyof R, On>, L> | keyof Prefixed<S, Exclude<keyof S, On>, P>));

/** Both sides have a column `Name`. Give those of one side other names: `as: { right: 'right_' }`. */
export interface BothSidesHaveTheColumn<Name> {
  readonly giveOneSideOtherNamesWithAs: Name;
}

/** Dead letters as rows: what could not be used, where and why. */
export type LetterRow = {
  /** Id of the step that refused it. */
  readonly node: string;
  /** Short name of the reason, e.g. `JSON_SYNTAX`, `FUTURE_TIME`, `LATE`. */
  readonly code: string;
  /** The reason in a sentence. */
  readonly message: string;
  /** Topic of the message that it came with; empty when it came with none. */
  readonly topic: string;
  /** When that message arrived, ms since 1970-01-01 UTC; also the event time of the letter. */
  readonly arrivalTimeMs: number;
  /** The payload, or the row as JSON, cut to 64 KiB. */
  readonly bytes: Bytes;
  readonly truncated: boolean;
};
