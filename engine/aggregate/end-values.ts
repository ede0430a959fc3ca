import type { AggregateState } from './aggregate';
import type { ArrivalBlock } from './arrival';
import { arrivedBefore } from './arrival';
import type { NumberBlock, RowBlock } from './block';
import type { CellBank } from './cell-bank';

/** Places of the numbers of one end. */
const TIME = 0;
const AT = 1;
const PLACE = 2;
const VALUE = 3;
const END_WIDTH = 4;

/**
 * The earliest and the latest value of each cell by event time, ties by arrival.
 *
 *   record  | time | at | place | value | time | at | place | value |
 *             earliest                    latest
 */
export class EndValues implements AggregateState {
  private readonly offset: number;

  constructor(
    private readonly bank: CellBank,
    private readonly numbers: NumberBlock,
    private readonly arrival: ArrivalBlock
  ) {
    this.offset = bank.reserve(Infinity, 0, 0, 0, -Infinity, 0, 0, 0);
  }

  /** Null when the two ends have one time. */
  ratePerSecond(cell: number): number | null {
    const { values, width } = this.bank;
    const earliest = cell * width + this.offset;
    const latest = earliest + END_WIDTH;
    const elapsedMs = values[latest + TIME]! - values[earliest + TIME]!;
    return elapsedMs > 0 ? ((values[latest + VALUE]! - values[earliest + VALUE]!) / elapsedMs) * 1000 : null;
  }

  add({ batch: { eventTimeMs } }: RowBlock): void {
    const { values: bank, width } = this.bank;
    const { cells, values, rows, from, count } = this.numbers;
    const { at, place } = this.arrival;
    for (let i = 0; i < count; i++) {
      const row = rows === null ? from + i : rows[i]!;
      put(bank, cells[i]! * width + this.offset, eventTimeMs[row]!, at[row]!, place[row]!, values[from + i]!);
    }
  }

  merge(into: number, from: number): void {
    const { values, width } = this.bank;
    const to = into * width + this.offset;
    const record = from * width + this.offset;
    for (const end of [record, record + END_WIDTH]) {
      if (Number.isFinite(values[end + TIME]!)) put(values, to, values[end + TIME]!, values[end + AT]!, values[end + PLACE]!, values[end + VALUE]!);
    }
  }
}

function put(bank: Float64Array, record: number, timeMs: number, at: number, place: number, value: number): void {
  if (isBefore(timeMs, at, place, bank, record)) setEnd(bank, record, timeMs, at, place, value);
  const latest = record + END_WIDTH;
  if (!isBefore(timeMs, at, place, bank, latest)) setEnd(bank, latest, timeMs, at, place, value);
}

function isBefore(timeMs: number, at: number, place: number, bank: Float64Array, end: number): boolean {
  const known = bank[end + TIME]!;
  return timeMs < known || (timeMs === known && arrivedBefore(at, place, bank[end + AT]!, bank[end + PLACE]!));
}

function setEnd(bank: Float64Array, end: number, timeMs: number, at: number, place: number, value: number): void {
  bank[end + TIME] = timeMs;
  bank[end + AT] = at;
  bank[end + PLACE] = place;
  bank[end + VALUE] = value;
}
