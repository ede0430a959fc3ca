import { assert } from '../error';
import type { AnyColumnBuilder } from '../codec/column-builder';
import { Int64Builder, NumberBuilder, Utf8Builder } from '../codec/column-builder';
import type { DataType } from '../schema/schema';
import { isList } from '../schema/schema';
import type { Aggregate, AggregateInput, AggregateState, StateSet } from './aggregate';
import type { ArrivalBlock } from './arrival';
import { arrivedBefore } from './arrival';
import type { Int64Block, NumberBlock, TextBlock } from './block';
import type { CellBank } from './cell-bank';
import { Int64Cells } from './int64-cells';
import { notFitting } from './numeric-input';
import { TextCells } from './text-cells';
import { countValues } from './value-count';

export type Which = 'first' | 'last';

/**
 * The value that arrived first or last, with its arrival, which makes it mergeable with any other cell.
 *
 *   record  | at | place | value |
 */
abstract class Keeper {
  private readonly offset: number;

  constructor(
    protected readonly bank: CellBank,
    protected readonly which: Which,
    protected readonly arrival: ArrivalBlock
  ) {
    this.offset = bank.reserve(which === 'first' ? Infinity : -Infinity, 0);
  }

  /** Whether the value of row `row` is to be kept in `cell`; of the elements of one row the first or the last. */
  protected takesRow(cell: number, row: number): boolean {
    return this.takes(cell, this.arrival.at[row]!, this.arrival.place[row]!);
  }

  protected takesCell(into: number, from: number): boolean {
    const { values, width } = this.bank;
    const record = from * width + this.offset;
    return Number.isFinite(values[record]!) && this.takes(into, values[record]!, values[record + 1]!);
  }

  private takes(cell: number, at: number, place: number): boolean {
    const { values, width } = this.bank;
    const record = cell * width + this.offset;
    const keptAt = values[record]!;
    const keptPlace = values[record + 1]!;
    if (this.which === 'first' ? !arrivedBefore(at, place, keptAt, keptPlace) : arrivedBefore(at, place, keptAt, keptPlace)) return false;
    values[record] = at;
    values[record + 1] = place;
    return true;
  }
}

class KeptNumber extends Keeper implements AggregateState {
  private readonly place: number;

  constructor(
    bank: CellBank,
    which: Which,
    arrival: ArrivalBlock,
    private readonly numbers: NumberBlock
  ) {
    super(bank, which, arrival);
    this.place = bank.reserve(0);
  }

  add(): void {
    const { values: bank, width } = this.bank;
    const { cells, values, rows, from, count } = this.numbers;
    for (let i = 0; i < count; i++) if (this.takesRow(cells[i]!, rows === null ? from + i : rows[i]!)) bank[cells[i]! * width + this.place] = values[from + i]!;
  }

  merge(into: number, from: number): void {
    const { values, width } = this.bank;
    if (this.takesCell(into, from)) values[into * width + this.place] = values[from * width + this.place]!;
  }

  append(cell: number, into: AnyColumnBuilder): void {
    assert(into instanceof NumberBuilder, 'a kept number is a number');
    into.append(this.bank.values[cell * this.bank.width + this.place]!);
  }
}

class KeptInt64 extends Keeper implements AggregateState {
  readonly store = new Int64Cells(0n);

  constructor(
    bank: CellBank,
    which: Which,
    arrival: ArrivalBlock,
    private readonly source: Int64Block
  ) {
    super(bank, which, arrival);
  }

  add(): void {
    const { cells, values, rows, count } = this.source;
    for (let i = 0; i < count; i++) if (this.takesRow(cells[i]!, rows[i]!)) this.store.values[cells[i]!] = values[i]!;
  }

  merge(into: number, from: number): void {
    if (this.takesCell(into, from)) this.store.values[into] = this.store.values[from]!;
  }

  append(cell: number, into: AnyColumnBuilder): void {
    assert(into instanceof Int64Builder, 'a kept int64 is int64');
    into.appendBigInt(this.store.values[cell]!);
  }
}

class KeptText extends Keeper implements AggregateState {
  readonly store = new TextCells();

  constructor(
    bank: CellBank,
    which: Which,
    arrival: ArrivalBlock,
    private readonly source: TextBlock
  ) {
    super(bank, which, arrival);
  }

  add(): void {
    const { cells, codes, rows, count, dictionary } = this.source;
    for (let i = 0; i < count; i++) if (this.takesRow(cells[i]!, rows[i]!)) this.store.texts[cells[i]!] = dictionary!.values[codes[i]!]!;
  }

  merge(into: number, from: number): void {
    if (this.takesCell(into, from)) this.store.texts[into] = this.store.texts[from]!;
  }

  append(cell: number, into: AnyColumnBuilder): void {
    assert(into instanceof Utf8Builder, 'a kept text is text');
    into.append(this.store.texts[cell] ?? '');
  }
}

/** Type of `first` and `last`: the column's, or the element's of a list. */
export function keptType(which: Which, input: AggregateInput): DataType {
  assert(input.field !== null, 'an aggregate with a column');
  const { type } = input.field;
  if (type === 'binary') throw notFitting(which, input, 'any column but a binary one');
  return isList(type) ? type.list : type;
}

/** The aggregate behind `first` and `last`. */
export function keptOf(which: Which, input: AggregateInput, states: StateSet): Aggregate {
  const counted = countValues(input, states);
  const state = states.use(`${which}:${input.columnIndex}`, () => keeper(which, input, states));
  return {
    read(cells, count, into) {
      for (let i = 0; i < count; i++) {
        if (counted.count(cells[i]!) === 0) into.appendNull();
        else state.append(cells[i]!, into);
      }
    }
  };
}

function keeper(which: Which, input: AggregateInput, states: StateSet): KeptNumber | KeptInt64 | KeptText {
  switch (keptType(which, input)) {
    case 'int64':
      return new KeptInt64(states.bank, which, states.arrival(), states.int64(input.columnIndex));
    case 'utf8':
      return new KeptText(states.bank, which, states.arrival(), states.text(input.columnIndex));
    default:
      return new KeptNumber(states.bank, which, states.arrival(), states.numbers(input.columnIndex));
  }
}
