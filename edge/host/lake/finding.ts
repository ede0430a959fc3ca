/** One violation in a table of a lake. */
export interface Finding {
  readonly table: string;
  readonly code: FindingCode;
  /** One sentence: what was seen, what was expected. */
  readonly message: string;
}

export type FindingCode =
  | 'LOG_GAP'
  | 'LOG_UNREADABLE'
  | 'PROTOCOL'
  | 'METADATA'
  | 'FILE_TWICE'
  | 'FILE_UNKNOWN'
  | 'FILE_MISSING'
  | 'FILE_NAME'
  | 'FILE_SIZE'
  | 'FILE_DIGEST'
  | 'FILE_ROWS'
  | 'STATISTICS'
  | 'DATA_CHANGE'
  | 'CHECKPOINT'
  | 'PARTITION'
  | 'TRANSACTION'
  | 'SIDECAR_UNREADABLE'
  | 'SIDECAR_CHAIN'
  | 'SIDECAR_FILE';

/** Takes findings of one table. */
export interface FindingSink {
  add(code: FindingCode, message: string): void;
}
