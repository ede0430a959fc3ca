import type { JsonScanner } from './json-scanner';
import { takePlainDouble, takePlainWhole } from './plain-number';

const COMMA = 44;
const SPACE = 32;

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
    const at = integerMax === null ? takePlainDouble(bytes, position, end, out, count) : takePlainWhole(bytes, position, end, out, count);
    if (at < 0 || at >= end || bytes[at] !== COMMA) break;
    if (integerMax !== null && Math.abs(out[count]!) > integerMax) break;
    count++;
    position = at + 1;
    while (position < end && bytes[position] === SPACE) position++;
  }
  scanner.position = position;
  return count;
}
