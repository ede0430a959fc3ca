import type { Column } from '../batch/batch';
import type { StateBound } from './aggregate';
import type { RowBlock } from './block';
import { AGGREGATE_LIMITS } from './limits';

/** Content of a cell that is charged by the number of its values. */
export interface CountedContent {
  readonly valueCount: number;
  /** Values of the current block for which it has room already; each value added takes one of them. */
  reserved: number;
}
export interface HeldOptions {
  readonly columnIndex: number;
  /** Numbers of 8 bytes that a cell of so many values is charged for. */
  chargeOf(valueCount: number): number;
  readonly cells: { find(cell: number): CountedContent | undefined; at(cell: number): CountedContent };
  readonly heldMax?: number;
}

/**
 * Keeps account of what one state holds over all its cells, and admits rows while there is room. A cell is charged by the
 * number of its values alone, so that which rows are refused does not depend on how batches are cut.
 */
export class HeldValues {
  readonly bound: StateBound;
  private held = 0;
  private reservedCharge = 0;

  constructor(private readonly options: HeldOptions) {
    const { heldMax = AGGREGATE_LIMITS.heldNumbersMax } = options;
    this.bound = {
      code: 'VALUE_LIMIT',
      message: `an aggregate would hold more than ${heldMax} numbers over all windows and keys. Use smaller windows or fewer keys.`,
      admits: (block, index) => this.held + this.reservedCharge + this.growth(block, index) <= heldMax,
      reserve: (block, index) => this.reserve(block, index)
    };
  }

  /** After the rows that were reserved room have been added. */
  settle(): void {
    this.reservedCharge = 0;
  }

  /** The state is charged for `by` numbers more, or fewer. */
  change(by: number): void {
    this.held += by;
  }

  private growth(block: RowBlock, index: number): number {
    const { chargeOf, columnIndex, cells } = this.options;
    const content = cells.find(block.cells[index]!);
    const count = content === undefined ? 0 : content.valueCount + content.reserved;
    return chargeOf(count + valueCountAt(block.batch.columns[columnIndex]!, block.from + index)) - chargeOf(count);
  }

  private reserve(block: RowBlock, index: number): void {
    const { columnIndex, cells } = this.options;
    this.reservedCharge += this.growth(block, index);
    const added = valueCountAt(block.batch.columns[columnIndex]!, block.from + index);
    if (added > 0) cells.at(block.cells[index]!).reserved += added;
  }
}

/** Values of one row: 0 of null, 1 of a scalar, the elements of a list. */
export function valueCountAt(column: Column, row: number): number {
  if (column.validity !== null && column.validity[row] === 0) return 0;
  return column.kind === 'list' ? column.offsets[row + 1]! - column.offsets[row]! : 1;
}
