/** Why a payload could not be decoded; the code of its dead letter. */
export type DecodeCode =
  | 'JSON_SYNTAX'
  | 'JSON_TRUNCATED'
  | 'JSON_TRAILING_DATA'
  | 'JSON_UTF8'
  | 'JSON_DUPLICATE_KEY'
  | 'JSON_TYPE'
  | 'JSON_RANGE'
  | 'JSON_MISSING_FIELD'
  | 'JSON_DEPTH'
  | 'JSON_SIZE';

/** A payload that gave no row. `offset` is the byte at which decoding stopped. */
export interface DecodeFailure {
  readonly code: DecodeCode;
  readonly message: string;
  readonly offset: number;
}

/** Bounds on one payload; what exceeds them is refused before it takes memory. */
export interface DecodeLimits {
  readonly payloadBytesMax: number;
  readonly rowsMax: number;
  readonly depthMax: number;
  readonly stringBytesMax: number;
  readonly numberBytesMax: number;
  /** Keys of one object. */
  readonly keysMax: number;
}

export const DEFAULT_DECODE_LIMITS: DecodeLimits = {
  payloadBytesMax: 16 * 1024 * 1024,
  rowsMax: 1_000_000,
  depthMax: 64,
  stringBytesMax: 1024 * 1024,
  numberBytesMax: 1024,
  keysMax: 10_000
};
