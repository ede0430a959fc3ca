import type { Batch } from '../batch/batch';
import { sliceBatch } from '../batch/slice';
import { firstRowAfter } from '../time/progress-search';
import type { SinkNode } from '../plan/plan';
import type { SinkEmission } from './graph-api';

/** Batches of one sink in order of `at`. Sinks are given in the order of the Plan. */
export interface SinkRows {
  readonly sink: SinkNode;
  readonly batches: readonly Batch[];
}

interface Cursor extends SinkRows {
  index: number;
  row: number;
}

/** All rows in order of (`at`, sink), in as few batches as that order allows. */
export function mergeEmissions(sinks: readonly SinkRows[]): SinkEmission[] {
  const cursors: Cursor[] = sinks.filter(({ batches }) => batches.length > 0).map(rows => ({ ...rows, index: 0, row: 0 }));
  const emissions: SinkEmission[] = [];
  for (let first = firstOf(cursors); first >= 0; first = firstOf(cursors)) emissions.push(take(cursors[first]!, lastAtBefore(cursors, first)));
  return emissions;
}

function firstOf(cursors: readonly Cursor[]): number {
  let first = -1;
  let firstAt = Infinity;
  cursors.forEach((cursor, index) => {
    if (nextAt(cursor) >= firstAt) return;
    first = index;
    firstAt = nextAt(cursor);
  });
  return first;
}

/** Rows of cursor `index` up to this input come before the next row of every other cursor. */
function lastAtBefore(cursors: readonly Cursor[], index: number): number {
  let lastAt = Infinity;
  cursors.forEach((other, position) => {
    if (position !== index) lastAt = Math.min(lastAt, position > index ? nextAt(other) : nextAt(other) - 1);
  });
  return lastAt;
}

function nextAt(cursor: Cursor): number {
  const batch = cursor.batches[cursor.index];
  return batch === undefined ? Infinity : batch.at[cursor.row]!;
}

function take(cursor: Cursor, lastAt: number): SinkEmission {
  const batch = cursor.batches[cursor.index]!;
  const from = cursor.row;
  const to = firstRowAfter(batch.at, from, lastAt);
  cursor.row = to;
  if (to === batch.rowCount) {
    cursor.index += 1;
    cursor.row = 0;
  }
  return { sink: cursor.sink, batch: sliceBatch(batch, from, to) };
}
