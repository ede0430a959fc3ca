/** Bounds of one window operator. A row beyond one goes to the dead letters with the code named here. */
export const WINDOW_LIMITS = {
  /** Distinct keys, ever (`KEY_LIMIT`). At most 2^21 - 1. */
  keysMax: 1_000_000,
  /** Open key-windows (`WINDOW_LIMIT`). */
  cellsMax: 16_777_216,
  /** Open windows times keys, 4 bytes each (`WINDOW_LIMIT`). */
  cellIndexMax: 67_108_864
} as const;
