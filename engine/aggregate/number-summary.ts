import type { Batch } from '../batch/batch';
import { assert } from '../error';
import { isList } from '../schema/schema';
import type { AggregateInput, AggregateState, StateSet } from './aggregate';
import type { NumberBlock, RowBlock } from './block';
import type { CellBank } from './cell-bank';
import { compensatedValue, mergeCompensated } from './compensated-sum';

/** Places of the numbers of a summary after its offset. */
const SUM = 0;
const LEAST = 2;
const GREATEST = 3;

export interface NumberSummaryOptions {
  readonly bank: CellBank;
  readonly numbers: NumberBlock;
  /** Where the loop counts: in the rows of the operator when the column is never null, so that both are one. */
  readonly countsRows: boolean;
  readonly countAt: number;
}

/** Values of a batch, and where their summary stands in the records of `bank`: for a loop that finds cells and adds to them in one. */
export interface DirectSummary {
  /** By row of the batch. */
  readonly values: Float64Array;
  readonly bank: CellBank;
  readonly countAt: number;
  readonly offset: number;
}

/**
 * Count, compensated sum, least and greatest value of a column of numbers, behind sum, mean, min and max. One loop for all
 * of them costs little more than one for the sum, because it waits for the same memory.
 *
 *   record  | … | sum | error of the sum | least | greatest | …
 *
 * NaN is less and greater than everything, so that it propagates.
 */
export class NumberSummary implements AggregateState {
  private readonly offset: number;

  constructor(private readonly options: NumberSummaryOptions) {
    this.offset = options.bank.reserve(0, 0, Infinity, -Infinity);
  }

  count(cell: number): number {
    const { bank, countAt } = this.options;
    return bank.values[cell * bank.width + countAt]!;
  }

  sum(cell: number): number {
    return compensatedValue(this.options.bank.values, this.recordOf(cell) + SUM);
  }

  least(cell: number): number {
    return this.options.bank.values[this.recordOf(cell) + LEAST]!;
  }

  greatest(cell: number): number {
    return this.options.bank.values[this.recordOf(cell) + GREATEST]!;
  }

  add(block: RowBlock): void {
    const { bank, numbers, countsRows, countAt } = this.options;
    assert(!countsRows || numbers.count === block.count, 'a column that is never null has no null');
    addValues(numbers, bank.values, bank.width, countAt, this.offset);
  }

  /** The summary of the rows of `batch`, if it counts them, too, and their values stand there as doubles without nulls. */
  direct(batch: Batch): DirectSummary | null {
    const { bank, numbers, countsRows, countAt } = this.options;
    const values = countsRows ? numbers.plainValues(batch) : null;
    return values === null ? null : { values, bank, countAt, offset: this.offset };
  }

  merge(into: number, from: number): void {
    const { bank, countsRows, countAt } = this.options;
    const { values, width } = bank;
    const to = this.recordOf(into);
    const record = this.recordOf(from);
    if (!countsRows) values[into * width + countAt]! += values[from * width + countAt]!;
    mergeCompensated(values, to + SUM, record + SUM);
    const least = values[record + LEAST]!;
    const greatest = values[record + GREATEST]!;
    if (least < values[to + LEAST]! || least !== least) values[to + LEAST] = least;
    if (greatest > values[to + GREATEST]! || greatest !== greatest) values[to + GREATEST] = greatest;
  }

  private recordOf(cell: number): number {
    return cell * this.options.bank.width + this.offset;
  }
}

/** The summary of `input`'s column. */
export function summaryOf(input: AggregateInput, states: StateSet): NumberSummary {
  const { field, columnIndex } = input;
  const numbers = states.numbers(columnIndex);
  const neverNull = field !== null && !field.nullable && !isList(field.type);
  return states.use(`summary:${columnIndex}`, () => {
    const countsRows = neverNull && states.claimRows();
    return new NumberSummary({ bank: states.bank, numbers, countsRows, countAt: countsRows ? states.rows.offset : states.bank.reserve(0) });
  });
}

/** Four rows per turn: V8 looks at length and address of every array again in each turn, which costs as much as the row itself. */
function addValues({ cells, values, from, count }: NumberBlock, bank: Float64Array, width: number, countAt: number, offset: number): void {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const row = from + i;
    addValue(bank, cells[i]! * width, values[row]!, countAt, offset);
    addValue(bank, cells[i + 1]! * width, values[row + 1]!, countAt, offset);
    addValue(bank, cells[i + 2]! * width, values[row + 2]!, countAt, offset);
    addValue(bank, cells[i + 3]! * width, values[row + 3]!, countAt, offset);
  }
  for (let i = unrolled; i < count; i++) addValue(bank, cells[i]! * width, values[from + i]!, countAt, offset);
}

/** Adds `value` to the summary at `offset` of the record at `cellAt`. */
export function addValue(bank: Float64Array, cellAt: number, value: number, countAt: number, offset: number): void {
  const record = cellAt + offset;
  bank[cellAt + countAt]! += 1;
  // addCompensated, written out: the compiler inlines only so much.
  const sum = bank[record]!;
  const total = sum + value;
  const added = total - sum;
  bank[record + 1]! += sum - (total - added) + (value - added);
  bank[record] = total;
  if (!(value >= bank[record + LEAST]! && value <= bank[record + GREATEST]!)) widen(bank, record, value);
}

function widen(bank: Float64Array, record: number, value: number): void {
  if (value < bank[record + LEAST]! || value !== value) bank[record + LEAST] = value;
  if (value > bank[record + GREATEST]! || value !== value) bank[record + GREATEST] = value;
}
