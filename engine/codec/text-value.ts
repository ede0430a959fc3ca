import { decodeBase64 } from './base64';
import type { CellWriter } from './cell-writer';
import { isList } from '../schema/schema';
import type { DecodeFault } from './decode-failure';
import { DecodeProblem } from './decode-problem';
import type { JsonScanner } from './json-scanner';
import { textOf } from './value-target';

const INT64_DIGITS_MAX = 20;

/**
 * Gives the text `bytes[start, end)` to a cell as its column's type says: numbers as JSON writes them, `true` and `false`,
 * base64 for binary, texts as they are. Throws DecodeProblem.
 */
export function putScalarText(scanner: JsonScanner, bytes: Uint8Array, start: number, end: number, cell: CellWriter): void {
  const { type } = cell.field;
  if (type === 'utf8') cell.putText(bytes, start, end);
  else if (type === 'binary') {
    const decoded = decodeBase64(textOf(bytes, start, end));
    if (decoded === null) throw cell.wrongType('a text that is not base64');
    cell.putBytes(decoded, 0, decoded.length);
  } else if (isList(type)) throw cell.wrongType('a text');
  else {
    scanner.openRange(bytes, start, end);
    if (type === 'bool') {
      const value = scanner.readBool('true or false');
      if (scanner.failure !== null || scanner.position < end) throw cell.wrongType('a text that is neither true nor false');
      cell.putBool(value === 1);
    } else if (type === 'float64' || type === 'float32') {
      const value = scanner.readDouble('a number');
      refuseBadNumber(scanner, end, cell);
      cell.putDouble(value);
    } else {
      const value = scanner.readInteger('a whole number');
      refuseBadNumber(scanner, end, cell);
      if (Number.isFinite(value)) cell.putInteger(value);
      else if (end - start > INT64_DIGITS_MAX) cell.putBigInt(value < 0 ? -(2n ** 64n) : 2n ** 64n);
      else cell.putBigInt(BigInt(textOf(bytes, start, end)));
    }
  }
}

function refuseBadNumber(scanner: JsonScanner, end: number, cell: CellWriter): void {
  const { failure } = scanner;
  if (failure === null && scanner.position === end) return;
  const fault = failure?.code.slice('JSON_'.length) as DecodeFault | undefined;
  if (fault === 'RANGE' || fault === 'SIZE') throw new DecodeProblem(fault, `column "${cell.name}": ${failure!.message}`, failure!.offset, cell.name);
  throw cell.wrongType('a text that is no number of that type');
}
