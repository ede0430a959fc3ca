import type { JsonScanner } from './json-scanner';
import { decodeUtf8 } from './utf8';

const BACKSLASH = 92;
const LETTER_U = 117;
const SIMPLE: Readonly<Record<number, string>> = { 34: '"', 92: '\\', 47: '/', 98: '\b', 102: '\f', 110: '\n', 114: '\r', 116: '\t' };

/** Text of the scanner's last string with its escapes resolved; null after a failure. A lone surrogate is a failure. */
export function unescapeJson(scanner: JsonScanner): string | null {
  const { bytes, textStart, textEnd } = scanner;
  const parts: string[] = [];
  let from = textStart;
  let position = textStart;
  while (position < textEnd) {
    if (bytes[position] !== BACKSLASH) {
      position++;
      continue;
    }
    const plain = decodeUtf8(bytes, from, position);
    if (plain === null) return refuseUtf8(scanner);
    const escape = bytes[position + 1]!;
    const part = escape === LETTER_U ? readUnicode(scanner, position) : SIMPLE[escape];
    if (part === undefined) {
      scanner.fail('JSON_SYNTAX', 'a string holds an unknown escape', position);
      return null;
    }
    if (part === null) return null;
    parts.push(plain, part);
    position += escape !== LETTER_U ? 2 : part.length === 2 ? 12 : 6;
    from = position;
  }
  const rest = decodeUtf8(bytes, from, textEnd);
  return rest === null ? refuseUtf8(scanner) : parts.join('') + rest;
}

/** Whether the escapes of the scanner's last string are well formed; half a surrogate pair is. */
export function checkEscapes(scanner: JsonScanner): boolean {
  const { bytes, textEnd } = scanner;
  for (let position = scanner.textStart; position < textEnd; position++) {
    if (bytes[position] !== BACKSLASH) continue;
    const escape = bytes[position + 1]!;
    if (escape === LETTER_U) {
      if (hexUnit(scanner, position) < 0) return false;
    } else if (SIMPLE[escape] === undefined) return scanner.fail('JSON_SYNTAX', 'a string holds an unknown escape', position);
    position++;
  }
  return true;
}

/** One UTF-16 unit, or a whole pair, of the `\u` escape at `position`. */
function readUnicode(scanner: JsonScanner, position: number): string | null {
  const unit = hexUnit(scanner, position);
  if (unit < 0) return null;
  if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
  const { bytes, textEnd } = scanner;
  const paired = unit < 0xdc00 && position + 12 <= textEnd && bytes[position + 6] === BACKSLASH && bytes[position + 7] === LETTER_U;
  const low = paired ? hexUnit(scanner, position + 6) : 0;
  if (low < 0) return null;
  if (low < 0xdc00 || low > 0xdfff) {
    scanner.fail('JSON_UTF8', 'a string holds half of a surrogate pair', position);
    return null;
  }
  return String.fromCharCode(unit, low);
}

function hexUnit(scanner: JsonScanner, position: number): number {
  let unit = 0;
  for (let i = position + 2; i < position + 6; i++) {
    const byte = i < scanner.textEnd ? scanner.bytes[i]! : 0;
    const digit = byte >= 48 && byte <= 57 ? byte - 48 : (byte | 32) >= 97 && (byte | 32) <= 102 ? (byte | 32) - 87 : -1;
    if (digit < 0) {
      scanner.fail('JSON_SYNTAX', 'a string holds \\u without four hexadecimal digits', position);
      return -1;
    }
    unit = unit * 16 + digit;
  }
  return unit;
}

function refuseUtf8(scanner: JsonScanner): null {
  scanner.notUtf8();
  return null;
}
