import { EXACT_POWERS } from './decimal';

const ZERO = 48;
const DOT = 46;
const MINUS = 45;
const EXACT_MAX = 9_007_199_254_740_992;
/** Digits that an int32 holds; integer arithmetic takes half the time of floating point here. */
const CHUNK = 9;

/**
 * Takes a plain JSON number (no exponent, at most 18 digits before and after the point, below 2^53 without it) that begins at
 * `start`, into `out[index]`; returns where it ends, or -1 when it is anything else. The byte behind it is not looked at.
 */
export function takePlainDouble(bytes: Uint8Array, start: number, end: number, out: Float64Array, index: number): number {
  const negative = bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  let position = first;
  let whole = 0;
  let digit = 0;
  let limit = position + CHUNK < end ? position + CHUNK : end;
  while (position < limit && (digit = bytes[position]! - ZERO) >>> 0 <= 9) {
    whole = (Math.imul(whole, 10) + digit) | 0;
    position++;
  }
  const digits = position - first;
  if (digits === CHUNK || digits === 0 || (digits > 1 && bytes[first] === ZERO)) return takeLongDouble(bytes, start, end, out, index);
  if (position >= end || bytes[position] !== DOT) {
    out[index] = negative ? -whole : whole;
    return position;
  }
  const fraction = ++position;
  let part = 0;
  limit = position + CHUNK < end ? position + CHUNK : end;
  while (position < limit && (digit = bytes[position]! - ZERO) >>> 0 <= 9) {
    part = (Math.imul(part, 10) + digit) | 0;
    position++;
  }
  const places = position - fraction;
  if (places === CHUNK || places === 0) return takeLongDouble(bytes, start, end, out, index);
  const power = EXACT_POWERS[places]!;
  const mantissa = whole * power + part;
  if (mantissa >= EXACT_MAX) return -1;
  const value = mantissa / power;
  out[index] = negative ? -value : value;
  return position;
}

/** The same for numbers of more digits, and for what is no number. */
function takeLongDouble(bytes: Uint8Array, start: number, end: number, out: Float64Array, index: number): number {
  const at = takePlainWhole(bytes, start, end, out, index);
  const negative = bytes[start] === MINUS;
  if (at < 0 || at >= end || bytes[at] !== DOT) {
    if (negative) out[index] = -Math.abs(out[index]!);
    return at;
  }
  let position = at + 1;
  let mantissa = Math.abs(out[index]!);
  for (let chunks = 0; chunks < 2; chunks++) {
    const from = position;
    let part = 0;
    let digit = 0;
    const limit = position + CHUNK < end ? position + CHUNK : end;
    while (position < limit && (digit = bytes[position]! - ZERO) >>> 0 <= 9) {
      part = (Math.imul(part, 10) + digit) | 0;
      position++;
    }
    mantissa = mantissa * EXACT_POWERS[position - from]! + part;
    if (position - from < CHUNK) break;
  }
  const places = position - at - 1;
  if (places === 0 || places === 2 * CHUNK || mantissa >= EXACT_MAX) return -1;
  const value = mantissa / EXACT_POWERS[places]!;
  out[index] = negative ? -value : value;
  return position;
}

/** As `takePlainDouble`, for a number without a fraction; `-0` is 0. */
export function takePlainWhole(bytes: Uint8Array, start: number, end: number, out: Float64Array, index: number): number {
  const negative = bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  let position = first;
  let chunk = 0;
  let digit = 0;
  let limit = position + CHUNK < end ? position + CHUNK : end;
  while (position < limit && (digit = bytes[position]! - ZERO) >>> 0 <= 9) {
    chunk = (Math.imul(chunk, 10) + digit) | 0;
    position++;
  }
  const digits = position - first;
  if (digits === 0 || (digits > 1 && bytes[first] === ZERO)) return -1;
  let value = chunk;
  if (digits === CHUNK) {
    chunk = 0;
    limit = position + CHUNK < end ? position + CHUNK : end;
    while (position < limit && (digit = bytes[position]! - ZERO) >>> 0 <= 9) {
      chunk = (Math.imul(chunk, 10) + digit) | 0;
      position++;
    }
    if (position - first === 2 * CHUNK) return -1;
    value = value * EXACT_POWERS[position - first - CHUNK]! + chunk;
    if (value >= EXACT_MAX) return -1;
  }
  out[index] = negative ? 0 - value : value;
  return position;
}
