import { RevisionCount } from '../aggregate/revision-count';
import type { Batch } from '../batch/batch';
import { emptyBatch } from '../batch/empty';
import type { Output } from '../operator/operator';
import type { CellPool } from './cell-pool';
import { EmittedRows } from './emitted-rows';
import { faultLetter } from './fault-letter';
import type { LiveKeys } from './live-keys';
import type { OpenWindow } from './open-windows';
import type { StateCells } from './state-cells';
import type { WindowOptions } from './window-options';
import { hasRevisions } from './window-options';
import { WindowResults } from './window-results';

export interface WindowEmitterParts {
  readonly keys: LiveKeys;
  readonly pool: CellPool;
  readonly cells: StateCells;
  readonly memory: EmissionMemory;
}

/** What is kept of the emissions of each cell; null: nothing, because each is emitted once. */
export interface EmissionMemory {
  readonly revisions: RevisionCount | null;
  readonly emitted: EmittedRows | null;
}

/** Makes room in the records of `states` for what is to be known of emissions; before any cell is made. */
export function emissionMemory(options: WindowOptions): EmissionMemory {
  const { states, emit } = options;
  return {
    revisions: hasRevisions(options) ? states.use('revisions', () => new RevisionCount(states.bank)) : null,
    emitted: emit === 'onClose' ? null : states.use('emitted', () => new EmittedRows(states.bank, states.rows))
  };
}

/** Takes the results of windows out of their cells. A result that must not leave becomes a dead letter when its window is complete. */
export class WindowEmitter {
  private readonly results: WindowResults;
  private readonly noRows: Batch;

  constructor(
    private readonly options: WindowOptions,
    private readonly parts: WindowEmitterParts
  ) {
    const { schema, input, aggregates } = options;
    this.noRows = emptyBatch(schema);
    this.results = new WindowResults({ schema, keyColumnCount: input.keys.length, revisions: parts.memory.revisions, keys: parts.keys, aggregates });
  }

  /** The window is complete, or a late row has changed it: emits those of its `cells` that have changed since they were emitted. */
  complete(window: OpenWindow, cells: Int32Array, at: number, output: Output): void {
    const changed = this.changed(cells);
    this.append(window, this.parts.cells.canFail ? changed.filter(cell => this.isSound(window, cell, at, output)) : changed, at);
  }

  /** The window takes more rows: emits those of its `cells` that have changed since they were emitted. */
  preview(window: OpenWindow, cells: Int32Array, at: number): void {
    const { cells: states } = this.parts;
    const changed = this.changed(cells);
    this.append(window, states.canFail ? changed.filter(cell => states.faultOf(cell) === null) : changed, at);
  }

  /** The results since the last call. */
  take(): Batch {
    return this.results.rowCount > 0 ? this.results.take() : this.noRows;
  }

  /** A row that was refused leaves an empty cell behind, which is none of a window. */
  private changed(cells: Int32Array): Int32Array {
    const { memory, cells: states } = this.parts;
    const { emitted } = memory;
    if (emitted !== null) return cells.filter(cell => emitted.hasChanged(cell));
    return states.isBounded ? cells.filter(cell => states.rowsIn(cell) > 0) : cells;
  }

  private append(window: OpenWindow, cells: Int32Array, at: number): void {
    const { pool, memory } = this.parts;
    const { revisions, emitted } = memory;
    this.results.append(window, cells, pool.keyOf, at);
    if (revisions === null && emitted === null) return;
    for (const cell of cells) {
      revisions?.increment(cell);
      emitted?.mark(cell);
    }
  }

  private isSound(window: OpenWindow, cell: number, at: number, output: Output): boolean {
    const { cells, keys, pool } = this.parts;
    const fault = cells.faultOf(cell);
    if (fault === null) return true;
    const { node, input } = this.options;
    output.deadLetter(faultLetter({ node, window, key: pool.keyOf[cell]!, keys, input, at }, fault));
    return false;
  }
}
