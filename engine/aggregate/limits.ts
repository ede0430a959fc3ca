/** Bounds of the aggregates whose cells grow with their values. A row beyond one goes to the dead letters (`VALUE_LIMIT`). */
export const AGGREGATE_LIMITS = {
  /** Values that a quantile keeps per window and key before it sketches them, unless given. */
  exactQuantileValues: 65_536,
  /** Distinct values that countDistinct keeps per window and key before it estimates, unless given. */
  exactDistinctValues: 4096,
  /** Most values that either may be told to keep. */
  exactValuesMax: 1_048_576,
  /** Distinct values of mode per window and key. */
  modeValuesMax: 65_536,
  /** Values of one list of collect. */
  collectValuesMax: 1_048_576,
  /** Numbers of 8 bytes that one aggregate holds over all windows and keys. */
  heldNumbersMax: 16_777_216
} as const;
