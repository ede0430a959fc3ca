import type { CountingSpec } from '../plan/nodes/window';

/**
 * Windows of rows are cut into panes, so that rows are added to one cell each, however many windows they are in:
 *
 *   rows 5, hopRows 2     ├─ 0 ─┼ 1 ┼─ 2 ─…      a hop has the panes [0, 1) and [1, 2), because windows end after 5 = 2 · 2 + 1
 *                          a bb  a bb  a
 *   rows 2, hopRows 5     ├ 0 ┤ gap  ├ 1 ┤       a hop has the pane [0, 2), the rest is the gap
 */
export interface CountingPanes {
  readonly hopRows: number;
  /** Where in a hop panes end. */
  readonly ends: readonly number[];
  /** From here on the rows of a hop are in the gap. */
  readonly gapFrom: number;
  /** Panes of a window. */
  readonly perWindow: number;
}

export function countingPanes({ rows, hopRows }: CountingSpec): CountingPanes {
  if (hopRows >= rows) return { hopRows, ends: [rows], gapFrom: rows, perWindow: 1 };
  const rest = rows % hopRows;
  const hops = (rows - rest) / hopRows;
  return rest === 0 ? { hopRows, ends: [hopRows], gapFrom: hopRows, perWindow: hops } : { hopRows, ends: [rest, hopRows], gapFrom: hopRows, perWindow: 2 * hops + 1 };
}
