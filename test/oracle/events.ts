/** A cell as the oracle sees it: whole numbers of int64 are bigints. */
export type Cell = number | bigint | string | boolean | null | readonly number[];
export type Cells = Readonly<Record<string, Cell>>;

/** What flows between two naive operators, in order of `at`; rows of an input before the watermark behind it. */
export type Event =
  | { readonly kind: 'row'; readonly at: number; readonly t: number; readonly cells: Cells }
  | { readonly kind: 'watermark'; readonly at: number; readonly ms: number }
  | { readonly kind: 'idle'; readonly at: number; readonly idle: boolean };
export type RowEvent = Extract<Event, { kind: 'row' }>;

/** Everything that ever left an operator. */
export interface Stream {
  readonly events: readonly Event[];
  readonly keys: readonly string[];
}

/** Rows that did not go on, by why; counted like the operators' counters. */
export interface Losses {
  filtered: number;
  late: number;
  inGap: number;
  dropped: number;
  deadLetters: number;
}

export function noLosses(): Losses {
  return { filtered: 0, late: 0, inGap: 0, dropped: 0, deadLetters: 0 };
}

/** Equal texts are equal keys: NaN equals itself, -0 is 0, null is a key. */
export function keyText(cells: Cells, keys: readonly string[]): string {
  return keys.map(name => `${typeof cells[name]}:${Object.is(cells[name], -0) ? '0' : String(cells[name])}`).join('|');
}
