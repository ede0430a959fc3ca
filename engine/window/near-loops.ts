import { DISCARD_CELL } from '../aggregate/block';
import type { DirectSummary } from '../aggregate/number-summary';
import { addValue } from '../aggregate/number-summary';

/** Rows of a batch from `from` on, and their keys from `keyFrom` on. */
export interface KeyedRows {
  readonly times: Float64Array;
  readonly from: number;
  readonly keys: Int32Array;
  readonly keyFrom: number;
  readonly count: number;
}

/** The table of one window of the panes [originMs, limitMs), and the pane that is looked at first. */
export interface NearTable {
  readonly base: Int32Array;
  readonly perMs: number;
  readonly originMs: number;
  readonly limitMs: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly likelyBase: number;
}

/** Times are whole, so half a millisecond keeps the product off the integers and its rounding cannot change the pane. */
export function nearPane(time: number, originMs: number, perMs: number): number {
  return ((time - originMs + 0.5) * perMs) | 0;
}

/** Place of the first cell of the window of `time`, -1 when that takes a search. */
function baseAt(time: number, base: Int32Array, originMs: number, limitMs: number, perMs: number): number {
  return time >= originMs && time < limitMs ? base[nearPane(time, originMs, perMs)]! : -1;
}

/**
 * Four rows per turn and nothing but numbers and arrays in local variables: V8 looks at length and address of every array
 * again in each turn, and at the fields of an object at each use.
 */
export function fillWhole(table: NearTable, { times, from, keys, keyFrom }: KeyedRows, done: number, limit: number, cellOf: Int32Array, cells: Int32Array): number {
  const { base, perMs, originMs, limitMs, startMs, endMs, likelyBase } = table;
  let i = done;
  for (; i + 4 <= limit; i += 4) {
    const row = from + i;
    const time0 = times[row]!;
    const time1 = times[row + 1]!;
    const time2 = times[row + 2]!;
    const time3 = times[row + 3]!;
    const base0 = time0 >= startMs && time0 < endMs ? likelyBase : baseAt(time0, base, originMs, limitMs, perMs);
    const base1 = time1 >= startMs && time1 < endMs ? likelyBase : baseAt(time1, base, originMs, limitMs, perMs);
    const base2 = time2 >= startMs && time2 < endMs ? likelyBase : baseAt(time2, base, originMs, limitMs, perMs);
    const base3 = time3 >= startMs && time3 < endMs ? likelyBase : baseAt(time3, base, originMs, limitMs, perMs);
    const key = keyFrom + i;
    const key0 = keys[key]!;
    const key1 = keys[key + 1]!;
    const key2 = keys[key + 2]!;
    const key3 = keys[key + 3]!;
    if ((base0 | base1 | base2 | base3 | key0 | key1 | key2 | key3) < 0) break;
    const cell0 = cellOf[base0 + key0]!;
    const cell1 = cellOf[base1 + key1]!;
    const cell2 = cellOf[base2 + key2]!;
    const cell3 = cellOf[base3 + key3]!;
    if (cell0 === DISCARD_CELL || cell1 === DISCARD_CELL || cell2 === DISCARD_CELL || cell3 === DISCARD_CELL) break;
    cells[i] = cell0;
    cells[i + 1] = cell1;
    cells[i + 2] = cell2;
    cells[i + 3] = cell3;
  }
  for (; i < limit; i++) {
    const key = keys[keyFrom + i]!;
    const first = baseAt(times[from + i]!, base, originMs, limitMs, perMs);
    const cell = (first | key) < 0 ? DISCARD_CELL : cellOf[first + key]!;
    if (cell === DISCARD_CELL) break;
    cells[i] = cell;
  }
  return i;
}

/** A window that ends within its panes: an `optional` one is passed over by rows after its end, which are in others. */
export interface EndingWindow {
  readonly paneMs: number;
  readonly endMs: number;
  readonly optional: boolean;
}

export function fillEnding(table: NearTable, { paneMs, endMs, optional }: EndingWindow, { times, from, keys, keyFrom }: KeyedRows, done: number, limit: number, cellOf: Int32Array, cells: Int32Array): number {
  const { base, perMs, originMs, limitMs } = table;
  let i = done;
  for (; i < limit; i++) {
    const time = times[from + i]!;
    if (!(time >= originMs && time < limitMs)) break;
    const pane = nearPane(time, originMs, perMs);
    const isAfter = time >= originMs + pane * paneMs + endMs;
    const key = keys[keyFrom + i]!;
    const first = base[pane]!;
    const cell = isAfter || (first | key) < 0 ? DISCARD_CELL : cellOf[first + key]!;
    if (cell === DISCARD_CELL && !(isAfter && optional)) break;
    cells[i] = cell;
  }
  return i;
}

/** As `fillWhole`, but adds the value of each row to its cell at once; says where it ended. Two rows per turn: of more V8 would not inline `addValue`. */
export function addWhole(table: NearTable, { times, from, keys, keyFrom, count }: KeyedRows, done: number, cellOf: Int32Array, into: DirectSummary): number {
  const { base, perMs, originMs, limitMs, startMs, endMs, likelyBase } = table;
  const { values, countAt, offset } = into;
  const { values: bank, width } = into.bank;
  let i = done;
  for (; i + 2 <= count; i += 2) {
    const row = from + i;
    const time0 = times[row]!;
    const time1 = times[row + 1]!;
    const base0 = time0 >= startMs && time0 < endMs ? likelyBase : baseAt(time0, base, originMs, limitMs, perMs);
    const base1 = time1 >= startMs && time1 < endMs ? likelyBase : baseAt(time1, base, originMs, limitMs, perMs);
    const key0 = keys[keyFrom + i]!;
    const key1 = keys[keyFrom + i + 1]!;
    if ((base0 | base1 | key0 | key1) < 0) break;
    const cell0 = cellOf[base0 + key0]!;
    const cell1 = cellOf[base1 + key1]!;
    if (cell0 === DISCARD_CELL || cell1 === DISCARD_CELL) break;
    addValue(bank, cell0 * width, values[row]!, countAt, offset);
    addValue(bank, cell1 * width, values[row + 1]!, countAt, offset);
  }
  for (; i < count; i++) {
    const key = keys[keyFrom + i]!;
    const first = baseAt(times[from + i]!, base, originMs, limitMs, perMs);
    const cell = (first | key) < 0 ? DISCARD_CELL : cellOf[first + key]!;
    if (cell === DISCARD_CELL) break;
    addValue(bank, cell * width, values[from + i]!, countAt, offset);
  }
  return i;
}
