import type { Column } from '../batch/batch';
import type { StateBound } from './aggregate';
import type { RowBlock } from './block';
import { AGGREGATE_LIMITS } from './limits';

/** Keeps account of the values that one state holds over all its cells, and admits rows while there is room. */
export class HeldValues {
  private held = 0;
  private reserved = 0;
  readonly bound: StateBound;

  constructor(
    private readonly columnIndex: number,
    private readonly heldMax: number = AGGREGATE_LIMITS.heldValuesMax
  ) {
    this.bound = {
      code: 'VALUE_LIMIT',
      message: `an aggregate would hold more than ${heldMax} values over all windows and keys. Use smaller windows or fewer keys.`,
      admits: (block, index) => this.held + this.reserved + this.valuesIn(block, index) <= this.heldMax,
      reserve: (block, index) => void (this.reserved += this.valuesIn(block, index))
    };
  }

  /** After the rows that were reserved room have been added. */
  settle(): void {
    this.reserved = 0;
  }

  /** The state holds `by` values more, or fewer. */
  change(by: number): void {
    this.held += by;
  }

  private valuesIn(block: RowBlock, index: number): number {
    return valueCountAt(block.batch.columns[this.columnIndex]!, block.from + index);
  }
}

/** Values of one row: 0 of null, 1 of a scalar, the elements of a list. */
export function valueCountAt(column: Column, row: number): number {
  if (column.validity !== null && column.validity[row] === 0) return 0;
  return column.kind === 'list' ? column.offsets[row + 1]! - column.offsets[row]! : 1;
}
