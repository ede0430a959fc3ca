import type { Batch, Column } from '../batch/batch';
import { assert } from '../error';
import type { StateBound } from './aggregate';
import type { BlockColumn, RowBlock } from './block';

/** Pairs of the values of two columns where neither is null, as doubles; of two lists the elements side by side. */
export class PairBlock implements BlockColumn {
  xs = new Float64Array(64);
  ys = new Float64Array(64);
  cells = new Int32Array(64);
  count = 0;

  constructor(
    private readonly xIndex: number,
    private readonly yIndex: number
  ) {}

  prepare(block: RowBlock): void {
    const x = block.batch.columns[this.xIndex]!;
    const y = block.batch.columns[this.yIndex]!;
    this.count = 0;
    for (let i = 0; i < block.count; i++) {
      const row = block.from + i;
      if (isNull(x, row) || isNull(y, row)) continue;
      if (x.kind === 'list' && y.kind === 'list') this.pushLists(x, y, row, block.cells[i]!);
      else this.push(numberAt(x, row), numberAt(y, row), block.cells[i]!);
    }
  }

  private pushLists(x: Extract<Column, { kind: 'list' }>, y: Extract<Column, { kind: 'list' }>, row: number, cell: number): void {
    const length = listLength(x, row);
    for (let i = 0; i < length; i++) this.push(x.values[x.offsets[row]! + i]!, y.values[y.offsets[row]! + i]!, cell);
  }

  private push(x: number, y: number, cell: number): void {
    if (this.count === this.cells.length) this.grow();
    this.xs[this.count] = x;
    this.ys[this.count] = y;
    this.cells[this.count++] = cell;
  }

  private grow(): void {
    const { xs, ys, cells, count } = this;
    this.xs = new Float64Array(count * 2);
    this.ys = new Float64Array(count * 2);
    this.cells = new Int32Array(count * 2);
    this.xs.set(xs);
    this.ys.set(ys);
    this.cells.set(cells);
  }
}

/** Refuses rows whose two lists are of different length: their elements are no pairs. */
export function sameLengths(fn: string, xIndex: number, yIndex: number): StateBound {
  const fits = (batch: Batch, row: number): boolean => {
    const x = batch.columns[xIndex]!;
    const y = batch.columns[yIndex]!;
    return x.kind !== 'list' || y.kind !== 'list' || isNull(x, row) || isNull(y, row) || listLength(x, row) === listLength(y, row);
  };
  return {
    code: 'LIST_LENGTH',
    message: `${fn}: the two lists of a row have different lengths, so that their elements are no pairs. Send blocks of equal length.`,
    admits: (block, index) => fits(block.batch, block.from + index),
    reserve: () => undefined
  };
}

function isNull(column: Column, row: number): boolean {
  return column.validity !== null && column.validity[row] === 0;
}

function listLength(column: Extract<Column, { kind: 'list' }>, row: number): number {
  return column.offsets[row + 1]! - column.offsets[row]!;
}

function numberAt(column: Column, row: number): number {
  assert(column.kind !== 'utf8' && column.kind !== 'binary' && column.kind !== 'list', `a number, not ${column.kind}`);
  return Number(column.values[row]);
}
