/** Bounds of one window operator. A row beyond one goes to the dead letters with the code named here. */
export interface WindowLimits {
  /** Distinct keys, ever (`KEY_LIMIT`). At most 2^21 - 1. */
  readonly keysMax: number;
  /** Open key-windows (`WINDOW_LIMIT`). */
  readonly cellsMax: number;
  /** Open windows times keys, 4 bytes each (`WINDOW_LIMIT`). */
  readonly cellIndexMax: number;
}

export const WINDOW_LIMITS: WindowLimits = { keysMax: 1_000_000, cellsMax: 16_777_216, cellIndexMax: 67_108_864 };

/** In how many windows at once a row may be; each costs as much as a tumbling window. */
export const WINDOWS_PER_ROW_MAX = 2_048;
