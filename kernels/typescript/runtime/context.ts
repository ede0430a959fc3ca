import type { OutputBuffer } from './output-buffer';

/** One execution of a cell, for as long as anything that it started may still speak. */
export interface CellContext {
  readonly cell: string;
  readonly number: number;
  readonly allowStdin: boolean;
  readonly output: OutputBuffer;
  readonly abort: AbortController;
}

/** Ends a cell that was interrupted; user code may catch it, but the next await throws it again. */
export class Interrupted extends Error {
  override name = 'Interrupted';

  constructor(message = 'the cell was interrupted') {
    super(message);
  }
}

/**
 * Knows which cell is speaking. JavaScript has no way to ask that after an await, so transformed code takes note of the
 * cell before each await (`now`) and restores it after (`back`); timers do the same.
 */
export class ContextTracker {
  private context: CellContext | null = null;

  get current(): CellContext | null {
    return this.context;
  }

  enter(context: CellContext | null): void {
    if (context !== null) this.context = context;
  }

  readonly now = (): CellContext | null => this.context;

  readonly back = <Value>(context: CellContext | null, value: Value): Value => {
    this.enter(context);
    if (context?.abort.signal.aborted === true) throw context.abort.signal.reason;
    return value;
  };

  /** The items of `source`, with the cell restored before each. */
  readonly each = async function* <Item>(this: ContextTracker, source: AsyncIterable<Item> | Iterable<Item>): AsyncGenerator<Item> {
    const context = this.context;
    for await (const item of source) yield this.back(context, item);
    this.back(context, null);
  }.bind(this);
}
