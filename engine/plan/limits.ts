/** Bounds of a Plan; a Plan beyond one is refused before it is built. */
export const PLAN_LIMITS = {
  /** Characters of a Plan as text. */
  textLengthMax: 4 * 1024 * 1024,
  nodesMax: 200,
  columnsMax: 1000,
  aggregatesMax: 500,
  keyColumnsMax: 16,
  partitionColumnsMax: 8,
  tensorsMax: 64,
  /** Rows that a model is given at once. */
  requestRowsMax: 4096,
  nameLengthMax: 64,
  columnNameLengthMax: 128,
  topicLengthMax: 1024,
  topicLevelMax: 127,
  listSizeMax: 1_048_576
} as const;
