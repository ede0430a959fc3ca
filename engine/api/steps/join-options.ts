import type { Window } from '../windows';

interface JoinOptions<On> {
  /** Columns that must be equal on both sides; they have the same names and types there. The result has them once and is keyed by them. */
  readonly on: On;
  /** What happens to rows behind the watermark of both streams together: counted and dropped, or kept as dead letters `LATE`. Default `drop`. */
  readonly latePolicy?: 'drop' | 'deadLetter';
}
interface Prefixes<L extends string, P extends string> {
  /** What the names of the other columns of each side begin with: `{ right: 'set_' }`. Default: as they are; two columns of one name are refused. */
  readonly as?: { readonly left?: L; readonly right?: P };
}

export interface IntervalJoinOptions<On, L extends string, P extends string> extends JoinOptions<On>, Prefixes<L, P> {
  /** Least time from the left row to the right one in ms, inclusive; negative: the right one may be earlier. */
  readonly lowerMs: number;
  /** Greatest time from the left row to the right one in ms, inclusive. */
  readonly upperMs: number;
  /** `inner`: only pairs. `left`: also rows of this stream without a partner, with nothing in the columns of the other. Default `inner`. */
  readonly type?: 'inner' | 'left';
}

export interface WindowJoinOptions<On, L extends string, P extends string> extends JoinOptions<On>, Prefixes<L, P> {
  /** Windows by event time, the same for both sides: `tumbling`, `hopping` or `cumulating`. */
  readonly window: Window;
  /** How many ms after its end a window still takes late rows; each gives all pairs of its window and key once more. Default 0: none. */
  readonly allowedLatenessMs?: number;
}

export interface LookupOptions<On, C, P extends string> {
  /** Columns that must be equal; they have the same names and types in the rows and in what is looked up. */
  readonly on: On;
  /** Columns to add. */
  readonly columns: C;
  /** What the names of the added columns begin with: `{ right: 'site_' }`. Default: as they are. */
  readonly as?: { readonly right?: P };
  /** What happens to a row for which nothing is found: nothing in the added columns, counted and dropped, or kept as a dead letter `LOOKUP_MISSING`. Default `null`. */
  readonly missing?: 'null' | 'drop' | 'deadLetter';
  /** Of a stream of updates: how many ms behind the watermark a row may be and still find what was true at its time. Default 0. */
  readonly retentionMs?: number;
  /** Of a stream of updates: how many ms after its time an update holds. Default `null`: until the next one of its key. */
  readonly ttlMs?: number | null;
  /** Of a stream of updates: what happens to rows further behind. Default `drop`. */
  readonly latePolicy?: 'drop' | 'deadLetter';
}

export interface FeatureViewOptions<N, T> {
  /** What a row of features belongs to, e.g. `['device']`; the result is keyed by them. */
  readonly keys: N;
  /** How many ms after its time a row holds; the column `validUntilMs` says until when. Default `null`: until the next one of its key. */
  readonly ttlMs?: T;
}
