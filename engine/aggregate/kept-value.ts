import { assert } from '../error';
import type { AnyColumnBuilder } from '../codec/column-builder';
import { Int64Builder, NumberBuilder, Utf8Builder } from '../codec/column-builder';
import type { DataType } from '../schema/schema';
import { isList } from '../schema/schema';
import type { Aggregate, AggregateInput, AggregateState, StateSet } from './aggregate';
import type { Int64Block, NumberBlock, TextBlock } from './block';
import type { CellBank } from './cell-bank';
import { Int64Cells } from './int64-cells';
import { notFitting } from './numeric-input';
import { TextCells } from './text-cells';
import { countValues } from './value-count';

export type Which = 'first' | 'last';

/** `first` keeps the first value of a cell, `last` every later one; a number of the record says whether there is one. */
abstract class Keeper {
  private readonly offset: number;

  constructor(
    protected readonly bank: CellBank,
    protected readonly which: Which
  ) {
    this.offset = bank.reserve(0);
  }

  /** Whether the next value of `cell` is to be kept. */
  protected takes(cell: number): boolean {
    const at = cell * this.bank.width + this.offset;
    if (this.which === 'first' && this.bank.values[at] === 1) return false;
    this.bank.values[at] = 1;
    return true;
  }

  protected mergeTakes(into: number, from: number): boolean {
    return this.bank.values[from * this.bank.width + this.offset] === 1 && this.takes(into);
  }
}

class KeptNumber extends Keeper implements AggregateState {
  private readonly place: number;

  constructor(
    bank: CellBank,
    which: Which,
    private readonly numbers: NumberBlock
  ) {
    super(bank, which);
    this.place = bank.reserve(0);
  }

  add(): void {
    const { values: bank, width } = this.bank;
    const { cells, values, from, count } = this.numbers;
    for (let i = 0; i < count; i++) if (this.takes(cells[i]!)) bank[cells[i]! * width + this.place] = values[from + i]!;
  }

  merge(into: number, from: number): void {
    const { values, width } = this.bank;
    if (this.mergeTakes(into, from)) values[into * width + this.place] = values[from * width + this.place]!;
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
    private readonly source: Int64Block
  ) {
    super(bank, which);
  }

  add(): void {
    const { cells, values, count } = this.source;
    for (let i = 0; i < count; i++) if (this.takes(cells[i]!)) this.store.values[cells[i]!] = values[i]!;
  }

  merge(into: number, from: number): void {
    if (this.mergeTakes(into, from)) this.store.values[into] = this.store.values[from]!;
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
    private readonly source: TextBlock
  ) {
    super(bank, which);
  }

  add(): void {
    const { cells, codes, count, dictionary } = this.source;
    for (let i = 0; i < count; i++) if (this.takes(cells[i]!)) this.store.texts[cells[i]!] = dictionary!.values[codes[i]!]!;
  }

  merge(into: number, from: number): void {
    if (this.mergeTakes(into, from)) this.store.texts[into] = this.store.texts[from]!;
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
      return new KeptInt64(states.bank, which, states.int64(input.columnIndex));
    case 'utf8':
      return new KeptText(states.bank, which, states.text(input.columnIndex));
    default:
      return new KeptNumber(states.bank, which, states.numbers(input.columnIndex));
  }
}
