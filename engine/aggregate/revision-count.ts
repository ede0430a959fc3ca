import type { AggregateState } from './aggregate';
import type { CellBank } from './cell-bank';

/** How often each cell has been emitted. */
export class RevisionCount implements AggregateState {
  private readonly offset: number;

  constructor(private readonly bank: CellBank) {
    this.offset = bank.reserve(0);
  }

  count(cell: number): number {
    return this.bank.values[cell * this.bank.width + this.offset]!;
  }

  increment(cell: number): void {
    this.bank.values[cell * this.bank.width + this.offset]! += 1;
  }

  add(): void {
    return;
  }

  /** A merged window is a new one. */
  merge(into: number): void {
    this.bank.values[into * this.bank.width + this.offset] = 0;
  }
}
