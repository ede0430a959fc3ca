/** Bounds of one operator over several streams. A row beyond one goes to the dead letters with the code of its operator. */
export interface StreamLimits {
  /** Rows kept of one input. */
  readonly rowsMax: number;
  /** Rows kept of one input with the same key; the most partners that one row can find. */
  readonly rowsPerKeyMax: number;
  /** Bytes of texts, lists and byte strings in the rows kept of one input. */
  readonly bytesMax: number;
  /** Pairs of one window and key. */
  readonly pairsMax: number;
  /** Rows in open windows, counted once for each window. */
  readonly entriesMax: number;
}

export const STREAM_LIMITS: StreamLimits = { rowsMax: 1_000_000, rowsPerKeyMax: 65_536, bytesMax: 536_870_912, pairsMax: 1_000_000, entriesMax: 8_388_608 };
