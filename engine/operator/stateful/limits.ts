/** Bounds of one stateful operator. Rows beyond one go to the dead letters with the code named here; rows of configs are refused. */
export const STATEFUL_LIMITS = {
  /** Distinct keys, ever (`KEY_LIMIT`). */
  keysMax: 1_000_000,
  /** Values kept over all keys; divided by the values of a key it is a further bound of the keys (`KEY_LIMIT`). */
  keptValuesMax: 16_777_216,
  /** Rows that wait for their time, or for later rows (`ROW_LIMIT`). */
  heldRowsMax: 1_000_000,
  /** Bytes of texts, lists and byte strings that are kept (`ROW_LIMIT`, `BYTE_LIMIT`). */
  heldBytesMax: 268_435_456,
  /** Rows that a key waits for. */
  leadRowsMax: 1000,
  /** Rows that a key looks back. */
  rowsMax: 100_000
} as const;

/** Keys that an operator takes when each keeps `valuesPerKey` values. */
export function keysMaxFor(valuesPerKey: number): number {
  return Math.max(1, Math.min(STATEFUL_LIMITS.keysMax, Math.floor(STATEFUL_LIMITS.keptValuesMax / valuesPerKey)));
}

/** A sentence for the docs. */
export function keysMemory(what: string, valuesPerKey?: string): string {
  const bound = valuesPerKey === undefined ? `at most ${STATEFUL_LIMITS.keysMax} keys` : `at most ${STATEFUL_LIMITS.keysMax} keys and ${STATEFUL_LIMITS.keptValuesMax} values (keys times ${valuesPerKey}), with ${STATEFUL_LIMITS.heldBytesMax} bytes of texts, lists and byte strings`;
  return `${what}; ${bound}, which are never forgotten. Rows of further keys go to the dead letters KEY_LIMIT.`;
}

/** Why a row goes to the dead letters whose values would be too much to keep. */
export const BYTE_LIMIT = { code: 'BYTE_LIMIT', message: `the last values of all keys would take more than ${STATEFUL_LIMITS.heldBytesMax} bytes. Use fewer keys or rows, or a column with shorter values.` } as const;

/** Whether `bytes` of texts, lists and byte strings are more than an operator keeps. */
export function isFull(bytes: number): boolean {
  return bytes > STATEFUL_LIMITS.heldBytesMax;
}

/** Bound of the rows that are held, in words. */
export const HELD_ROWS = `at most ${STATEFUL_LIMITS.heldRowsMax} rows with ${STATEFUL_LIMITS.heldBytesMax} bytes of texts, lists and byte strings`;

/** As `keysMemory`, for operators that sort rows by event time first. */
export function orderedMemory(what: string): string {
  return `The rows ahead of the watermark and ${what}: ${HELD_ROWS}. At most ${STATEFUL_LIMITS.keysMax} keys, which are never forgotten.`;
}
