import { CellQueues } from './cell-queues';
import type { CountingKeys } from './counting-keys';
import type { CountingPanes } from './counting-panes';
import type { TimeSpan } from './time-span';

/** A window that has begun: from cell `index` of the `cells` of its key on. */
export interface PartialWindow {
  readonly key: number;
  readonly cells: readonly number[];
  readonly index: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Rows that later windows do not have. */
  readonly rows: number;
}

export interface CountingState {
  readonly counts: CountingKeys;
  readonly queues: CellQueues;
  readonly plan: CountingPanes;
  readonly span: TimeSpan;
}

/** The windows of `key` that have begun, in order. Its open pane becomes part of its queue, in which each cell then holds what follows it, too. */
export function partialWindows(key: number, { counts, queues, plan, span }: CountingState): PartialWindow[] {
  const queue = counts.queueOf(key);
  const openRows = rowsInOpenPane(counts.position[key]!, plan);
  if (counts.cell[key] !== 0) queue.back.push(counts.cell[key]!);
  const isOpen = counts.cell[key] !== 0;
  counts.cell[key] = 0;
  const cells = CellQueues.cellsOf(queue);
  queues.joinFollowing(queue);
  const windows: PartialWindow[] = [];
  let startMs = Infinity;
  let endMs = -Infinity;
  let rows = 0;
  for (let index = cells.length - 1; index >= 0; index--) {
    const pane = index % plan.ends.length;
    rows += isOpen && index === cells.length - 1 ? openRows : plan.ends[pane]! - (plan.ends[pane - 1] ?? 0);
    startMs = Math.min(startMs, span.firstMs(cells[index]!));
    endMs = Math.max(endMs, span.lastMs(cells[index]!) + 1);
    if (pane !== 0) continue;
    windows.push({ key, cells, index, startMs, endMs, rows });
    rows = 0;
  }
  return windows.reverse();
}

function rowsInOpenPane(position: number, { ends }: CountingPanes): number {
  const begun = ends.filter(end => end <= position).at(-1) ?? 0;
  return position - begun;
}
