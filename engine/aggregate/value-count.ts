import { isList } from '../schema/schema';
import type { AggregateInput, AggregateState, StateSet } from './aggregate';
import type { BlockColumn } from './block';
import type { CellBank } from './cell-bank';
import type { RowCount } from './row-count';
import { addCounts } from './row-count';

/** Values per cell that are not null; for a list column its elements. */
export class ValueCount implements AggregateState {
  private readonly offset: number;

  constructor(
    private readonly bank: CellBank,
    private readonly column: BlockColumn
  ) {
    this.offset = bank.reserve(0);
  }

  count(cell: number): number {
    return this.bank.values[cell * this.bank.width + this.offset]!;
  }

  add(): void {
    addCounts(this.bank, this.offset, this.column.cells, this.column.count);
  }

  merge(into: number, from: number): void {
    this.bank.values[into * this.bank.width + this.offset]! += this.count(from);
  }
}

/** How many values of `input`'s column each cell has; of a column that is never null that is its rows. */
export function countValues(input: AggregateInput, states: StateSet): ValueCount | RowCount {
  const { field, columnIndex } = input;
  if (field === null || (!field.nullable && !isList(field.type))) return states.rows;
  const column = field.type === 'int64' ? states.int64(columnIndex) : field.type === 'utf8' ? states.text(columnIndex) : states.numbers(columnIndex);
  return states.use(`values:${columnIndex}`, () => new ValueCount(states.bank, column));
}
