import { assert } from '../error';
import type { AnyColumnBuilder } from '../codec/column-builder';
import { Int64Builder, NumberBuilder, Utf8Builder } from '../codec/column-builder';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { DataType } from '../schema/schema';
import { isList } from '../schema/schema';
import type { Aggregate, AggregateInput, AggregateState, StateSet } from './aggregate';
import { loadCells, resized, saveCells } from './aggregate';
import type { Int64Block, NumberBlock, TextBlock } from './block';
import { Int64Cells } from './int64-cells';
import { notFitting } from './numeric-input';
import type { ValueCount } from './value-count';
import { countValues } from './value-count';

export type Which = 'first' | 'last';

/** Cells that already hold their first value: `first` keeps it, `last` takes every later one. */
abstract class Keeper {
  private filled: Uint8Array = new Uint8Array(0);

  constructor(protected readonly which: Which) {}

  resize(cellCount: number): void {
    const grown = new Uint8Array(cellCount);
    grown.set(this.filled);
    this.filled = grown;
  }

  clear(cell: number): void {
    this.filled[cell] = 0;
  }

  /** Whether the next value of `cell` is to be kept. */
  protected takes(cell: number): boolean {
    if (this.which === 'first' && this.filled[cell] === 1) return false;
    this.filled[cell] = 1;
    return true;
  }

  protected mergeTakes(into: number, from: number): boolean {
    return this.filled[from] === 1 && this.takes(into);
  }

  protected saveFilled(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    const filled = new Uint8Array(count);
    for (let i = 0; i < count; i++) filled[i] = this.filled[cells[i]!]!;
    writer.bytes(filled);
  }

  protected loadFilled(cells: Int32Array, count: number, reader: SnapshotReader): void {
    const filled = reader.bytes();
    for (let i = 0; i < count; i++) this.filled[cells[i]!] = filled[i] ?? 0;
  }
}

class KeptNumber extends Keeper implements AggregateState {
  private values: Float64Array = new Float64Array(0);

  constructor(
    which: Which,
    private readonly numbers: NumberBlock
  ) {
    super(which);
  }

  override resize(cellCount: number): void {
    super.resize(cellCount);
    this.values = resized(this.values, cellCount);
  }

  add(): void {
    const { cells, values, from, count } = this.numbers;
    for (let i = 0; i < count; i++) if (this.takes(cells[i]!)) this.values[cells[i]!] = values[from + i]!;
  }

  merge(into: number, from: number): void {
    if (this.mergeTakes(into, from)) this.values[into] = this.values[from]!;
  }

  append(cell: number, into: AnyColumnBuilder): void {
    assert(into instanceof NumberBuilder, 'a kept number is a number');
    into.append(this.values[cell]!);
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    this.saveFilled(cells, count, writer);
    saveCells(this.values, cells, count, writer);
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    this.loadFilled(cells, count, reader);
    loadCells(this.values, cells, count, reader);
  }
}

class KeptInt64 extends Keeper implements AggregateState {
  private readonly kept = new Int64Cells(0n);

  constructor(
    which: Which,
    private readonly source: Int64Block
  ) {
    super(which);
  }

  override resize(cellCount: number): void {
    super.resize(cellCount);
    this.kept.resize(cellCount);
  }

  add(): void {
    const { cells, values, count } = this.source;
    for (let i = 0; i < count; i++) if (this.takes(cells[i]!)) this.kept.values[cells[i]!] = values[i]!;
  }

  merge(into: number, from: number): void {
    if (this.mergeTakes(into, from)) this.kept.values[into] = this.kept.values[from]!;
  }

  append(cell: number, into: AnyColumnBuilder): void {
    assert(into instanceof Int64Builder, 'a kept int64 is int64');
    into.appendBigInt(this.kept.values[cell]!);
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    this.saveFilled(cells, count, writer);
    this.kept.save(cells, count, writer);
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    this.loadFilled(cells, count, reader);
    this.kept.load(cells, count, reader);
  }
}

class KeptText extends Keeper implements AggregateState {
  private readonly texts: string[] = [];

  constructor(
    which: Which,
    private readonly source: TextBlock
  ) {
    super(which);
  }

  add(): void {
    const { cells, codes, count, dictionary } = this.source;
    for (let i = 0; i < count; i++) if (this.takes(cells[i]!)) this.texts[cells[i]!] = dictionary!.values[codes[i]!]!;
  }

  override clear(cell: number): void {
    super.clear(cell);
    this.texts[cell] = '';
  }

  merge(into: number, from: number): void {
    if (this.mergeTakes(into, from)) this.texts[into] = this.texts[from]!;
  }

  append(cell: number, into: AnyColumnBuilder): void {
    assert(into instanceof Utf8Builder, 'a kept text is text');
    into.append(this.texts[cell]!);
  }

  save(cells: Int32Array, count: number, writer: SnapshotWriter): void {
    this.saveFilled(cells, count, writer);
    for (let i = 0; i < count; i++) writer.text(this.texts[cells[i]!] ?? '');
  }

  load(cells: Int32Array, count: number, reader: SnapshotReader): void {
    this.loadFilled(cells, count, reader);
    for (let i = 0; i < count; i++) this.texts[cells[i]!] = reader.text();
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
  const counted: { readonly counts: ValueCount['counts'] } = countValues(input, states);
  const state = states.use(`${which}:${input.columnIndex}`, () => keeper(which, input, states));
  return {
    read(cells, count, into) {
      for (let i = 0; i < count; i++) {
        if (counted.counts[cells[i]!] === 0) into.appendNull();
        else state.append(cells[i]!, into);
      }
    }
  };
}

function keeper(which: Which, input: AggregateInput, states: StateSet): KeptNumber | KeptInt64 | KeptText {
  switch (keptType(which, input)) {
    case 'int64':
      return new KeptInt64(which, states.int64(input.columnIndex));
    case 'utf8':
      return new KeptText(which, states.text(input.columnIndex));
    default:
      return new KeptNumber(which, states.numbers(input.columnIndex));
  }
}
