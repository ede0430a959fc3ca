import type { Reason } from './state-cells';

/** Bounds of one window operator. A row beyond one goes to the dead letters with the code named here. */
export interface WindowLimits {
  /** Keys with state (`KEY_LIMIT`). At most 2^21 - 1. */
  readonly keysMax: number;
  /** Open key-windows (`WINDOW_LIMIT`). */
  readonly cellsMax: number;
}

export const WINDOW_LIMITS: WindowLimits = { keysMax: 1_000_000, cellsMax: 16_777_216 };

/** In how many windows at once a row may be; each costs as much as a tumbling window. */
export const WINDOWS_PER_ROW_MAX = 2_048;

/** Rows that one operator of sliding windows holds, and that one of its windows may have. */
export const SLIDING_ROWS_MAX = 4_194_304;

/** Rows that one key of sliding windows may have when aggregates keep their values, because every result then looks at all of them. */
export const SLIDING_KEPT_ROWS_MAX = 10_000;

/** Open sessions of one key, and rows of one key of sliding windows that wait, when there are previews. */
export const KEY_WINDOWS_MAX = 65_536;

/** Why a row goes to the dead letters that needs a further cell. */
export function windowsFull({ cellsMax }: WindowLimits): Reason {
  return { code: 'WINDOW_LIMIT', message: `more than ${cellsMax} open windows over all keys, or ${KEY_WINDOWS_MAX} sessions of one. Use larger windows, fewer keys or a smaller maxOutOfOrdernessMs.` };
}

/** Why a row of a new key goes to the dead letters. */
export function keysFull({ keysMax }: WindowLimits): Reason {
  return { code: 'KEY_LIMIT', message: `more than ${keysMax} keys with open windows. Key by a column with fewer values, or use smaller windows.` };
}
