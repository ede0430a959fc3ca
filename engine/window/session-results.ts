import type { AnyColumnBuilder, NumberBuilder } from '../codec/column-builder';
import { ListBuilder } from '../codec/column-builder';
import { assert } from '../error';
import type { Chunk, OperatorCounters, Output } from '../operator/operator';
import type { Field } from '../schema/schema';
import type { CellPool } from './cell-pool';
import type { LiveKeys } from './live-keys';
import { numberBuilder, OwnResults } from './own-results';
import type { SessionCells } from './session-cells';
import type { WindowOptions } from './window-options';
import { hasRevisions } from './window-options';

/**
 * Columns of sessions that may have more than one result. A result is known by its key and bounds: a higher `revision`
 * takes the place of a lower one; `replaces` holds the bounds of results with other bounds that this one takes the place
 * of: start, end, start, end, …
 */
export const REVISED_SESSION_FIELDS: readonly Field[] = [
  { name: 'revision', type: 'int32', nullable: false },
  { name: 'replaces', type: { list: 'float64' }, nullable: false }
];

/** Results of sessions, with their revisions when there are any. */
export class SessionResults {
  private readonly results: OwnResults;
  private readonly revised: { readonly revision: NumberBuilder; readonly replaces: ListBuilder } | null;

  constructor(
    options: WindowOptions,
    keys: LiveKeys,
    private readonly cells: SessionCells,
    private readonly pool: CellPool
  ) {
    this.results = new OwnResults(options, keys);
    const [revision, replaces] = this.results.more;
    this.revised = hasRevisions(options) ? { revision: numberBuilder(revision), replaces: listBuilder(replaces) } : null;
  }

  /** Appends one row per session, all released by input `at`, or each by its own. */
  append(sessions: readonly number[], at: number | readonly number[]): void {
    const { cells, pool } = this;
    for (let index = 0; index < sessions.length; index++) {
      const cell = sessions[index]!;
      const endMs = cells.endMs(cell);
      this.results.place({ key: pool.keyOf[cell]!, startMs: cells.startMs(cell), endMs, eventTimeMs: endMs - 1, at: typeof at === 'number' ? at : at[index]! });
      if (this.revised === null) continue;
      this.revised.revision.append(cells.revision(cell));
      for (const bound of cells.replacedBy(cell)) this.revised.replaces.appendValue(bound);
      this.revised.replaces.endList();
    }
    this.results.read(Int32Array.from(sessions), sessions.length);
  }

  emit(chunk: Chunk, counters: OperatorCounters, output: Output): void {
    this.results.emit(chunk, counters, output);
  }
}

function listBuilder(builder: AnyColumnBuilder | undefined): ListBuilder {
  assert(builder instanceof ListBuilder, 'a column of lists');
  return builder;
}
