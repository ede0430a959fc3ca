import type { Column } from '../batch/batch';
import { assert } from '../error';
import type { StateBound } from './aggregate';
import type { RowBlock } from './block';
import type { CellValue } from './cell-values';
import { entrySize } from './cell-values';
import { valueCountAt } from './held-values';
import { AGGREGATE_LIMITS } from './limits';

/** The different values of one cell. */
export interface Entries {
  readonly entryCount: number;
  /** Whether `value` needs no further room. */
  has(value: CellValue): boolean;
}
export interface EntryBoundOptions {
  readonly fn: string;
  readonly columnIndex: number;
  /** Different values of one cell; absent: no bound of its own. */
  readonly cellValuesMax?: number;
  readonly heldMax?: number;
  find(cell: number): Entries | undefined;
  /** Makes room for `value` in `cell`. */
  touch(cell: number, value: CellValue): void;
}

/** Keeps account of different values, and admits rows that bring no more than there is room for. Values get their room row by row, so that which rows are refused does not depend on how batches are cut. */
export class HeldEntries {
  readonly bound: StateBound;
  private held = 0;

  constructor(private readonly options: EntryBoundOptions) {
    const { fn, cellValuesMax = Infinity, heldMax = AGGREGATE_LIMITS.heldNumbersMax } = options;
    const ofCell = cellValuesMax === Infinity ? '' : `a window would hold more than ${cellValuesMax} different values, or `;
    this.bound = {
      code: 'VALUE_LIMIT',
      message: `${fn}: ${ofCell}all windows and keys together would hold more than ${heldMax} numbers of 8 bytes. Round the column with select, or use smaller windows.`,
      admits: (block, index) => this.admits(block, index, cellValuesMax, heldMax),
      reserve: (block, index) => this.reserve(block, index)
    };
  }

  /** The state holds `by` numbers of 8 bytes more, or fewer. */
  change(by: number): void {
    this.held += by;
  }

  private admits(block: RowBlock, index: number, cellValuesMax: number, heldMax: number): boolean {
    const column = block.batch.columns[this.options.columnIndex]!;
    const row = block.from + index;
    const known = this.options.find(block.cells[index]!);
    const added = valueCountAt(column, row);
    let count = known?.entryCount ?? 0;
    let held = this.held;
    for (let i = 0; i < added; i++) {
      const value = valueAt(column, row, i);
      if (known?.has(value) === true) continue;
      count += 1;
      held += entrySize(value);
    }
    return count <= cellValuesMax && held <= heldMax;
  }

  private reserve(block: RowBlock, index: number): void {
    const column = block.batch.columns[this.options.columnIndex]!;
    const row = block.from + index;
    const added = valueCountAt(column, row);
    for (let i = 0; i < added; i++) this.options.touch(block.cells[index]!, valueAt(column, row, i));
  }
}

/** Value `index` of a row that is not null. */
function valueAt(column: Column, row: number, index: number): CellValue {
  if (column.kind === 'list') return column.values[column.offsets[row]! + index]!;
  if (column.kind === 'utf8') return column.dictionary.values[column.codes[row]!]!;
  assert(column.kind !== 'binary', 'a value that can be a key');
  return column.values[row]!;
}
