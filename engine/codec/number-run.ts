import { EXACT_POWERS } from './decimal';
import type { JsonScanner } from './json-scanner';

const ZERO = 48;
const NINE = 57;
const DOT = 46;
const MINUS = 45;
const COMMA = 44;
const SPACE = 32;
const EXACT_MAX = 9_007_199_254_740_992;

/**
 * Takes numbers of a list as long as they are plain and followed by a comma, into `out`; returns how many. It stops before
 * the first element that is anything else (the last one, null, an exponent, too many digits), which is left to the
 * scanner, and so never fails. `integerMax`: take only integers up to this magnitude; null: any number.
 */
export function takeNumberRun(scanner: JsonScanner, out: Float64Array, integerMax: number | null): number {
  const { bytes, end } = scanner;
  const max = out.length;
  let position = scanner.position;
  let count = 0;
  while (count < max) {
    let at = position;
    if (bytes[at] === MINUS) at++;
    const negative = at !== position;
    const first = at;
    let mantissa = 0;
    let byte = 0;
    while (at < end && (byte = bytes[at]!) >= ZERO && byte <= NINE) {
      mantissa = mantissa * 10 + (byte - ZERO);
      at++;
    }
    if (at === first || (bytes[first] === ZERO && at - first > 1)) break;
    let value = mantissa;
    if (byte === DOT && integerMax === null && at < end) {
      const fraction = ++at;
      while (at < end && (byte = bytes[at]!) >= ZERO && byte <= NINE) {
        mantissa = mantissa * 10 + (byte - ZERO);
        at++;
      }
      if (at === fraction || at - fraction > 22) break;
      value = mantissa / EXACT_POWERS[at - fraction]!;
    }
    if (byte !== COMMA || at >= end || mantissa >= EXACT_MAX) break;
    if (integerMax === null) out[count++] = negative ? -value : value;
    else if (mantissa <= integerMax) out[count++] = negative ? 0 - value : value;
    else break;
    position = at + 1;
    while (position < end && bytes[position] === SPACE) position++;
  }
  scanner.position = position;
  return count;
}
