import { DecodeProblem } from './decode-problem';
import { decodeUtf8, utf8ErrorOffset } from './utf8';

/** Takes one value of a payload, whatever its format: a column's cell, a tree of values, or nothing. */
export interface ValueTarget {
  putNull(): void;
  putBool(value: boolean): void;
  /** A whole number within ±2^53. */
  putInteger(value: number): void;
  /** A whole number beyond ±2^53. */
  putBigInt(value: bigint): void;
  putDouble(value: number): void;
  /** UTF-8, not checked yet. */
  putText(bytes: Uint8Array, start: number, end: number): void;
  putBytes(bytes: Uint8Array, start: number, end: number): void;
  /** A point in time, ms since the epoch, a whole number. */
  putTime(timeMs: number): void;
  openList(): void;
  closeList(): void;
  openMap(): void;
  /** UTF-8, not checked yet. */
  key(bytes: Uint8Array, start: number, end: number): void;
  closeMap(): void;
}

/** Text of `bytes[start, end)`; DecodeProblem `UTF8` when they are none. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  const text = decodeUtf8(bytes, start, end);
  if (text === null) throw new DecodeProblem('UTF8', 'a text is not well-formed UTF-8', utf8ErrorOffset(bytes, start, end));
  return text;
}

const nothing = (): void => undefined;
const checked = (bytes: Uint8Array, start: number, end: number): void => {
  const offset = utf8ErrorOffset(bytes, start, end);
  if (offset >= 0) throw new DecodeProblem('UTF8', 'a text is not well-formed UTF-8', offset);
};

/** Takes what no column wants. */
export const NO_TARGET: ValueTarget = {
  putNull: nothing,
  putBool: nothing,
  putInteger: nothing,
  putBigInt: nothing,
  putDouble: nothing,
  putText: checked,
  putBytes: nothing,
  putTime: nothing,
  openList: nothing,
  closeList: nothing,
  openMap: nothing,
  key: checked,
  closeMap: nothing
};
