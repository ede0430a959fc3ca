const DECODE_FORMATS = ['JSON', 'MSGPACK', 'CBOR', 'AVRO', 'PROTOBUF', 'SPARKPLUG', 'CSV', 'RAW', 'NUMBER', 'TEXT'] as const;

/** Where a payload's dead letter code begins: the format that was expected. */
export type DecodeFormat = (typeof DECODE_FORMATS)[number];

/** What is wrong with a payload, in any format. */
export type DecodeFault =
  | 'SYNTAX'
  | 'TRUNCATED'
  | 'TRAILING_DATA'
  | 'UTF8'
  | 'DUPLICATE_KEY'
  | 'TYPE'
  | 'RANGE'
  | 'MISSING_FIELD'
  | 'DEPTH'
  | 'SIZE'
  /** Avro: a schema that is not known or not readable under ours. Sparkplug: an alias or data type that no birth has named. */
  | 'UNKNOWN_SCHEMA';

/** Why a payload could not be decoded; the code of its dead letter. */
export type DecodeCode = `${DecodeFormat}_${DecodeFault}`;

/** Whether a dead letter of `code` is about a payload that could not be decoded. */
export function isDecodeCode(code: string): boolean {
  return DECODE_FORMATS.some(format => code.startsWith(`${format}_`));
}

/** A payload that gave no row. `offset` is the byte at which decoding stopped. */
export interface DecodeFailure {
  readonly code: DecodeCode;
  readonly message: string;
  readonly offset: number;
  /** The column whose value did not fit, where there is one. */
  readonly column?: string;
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
  /** Items of all lists and maps of one payload that take no bytes of their own, and bytes that a compressed block may grow to. */
  readonly itemsMax: number;
  readonly inflatedBytesMax: number;
}

export const DEFAULT_DECODE_LIMITS: DecodeLimits = {
  payloadBytesMax: 16 * 1024 * 1024,
  rowsMax: 1_000_000,
  depthMax: 64,
  stringBytesMax: 1024 * 1024,
  numberBytesMax: 1024,
  keysMax: 10_000,
  itemsMax: 1_000_000,
  inflatedBytesMax: 16 * 1024 * 1024
};
