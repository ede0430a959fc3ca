import { checkEscapes } from './json-escape';
import type { JsonScanner } from './json-scanner';
import { CLOSE_LIST, CLOSE_OBJECT, COLON, COMMA, DOT, MINUS, NINE, OPEN_LIST, OPEN_OBJECT, PLUS, QUOTE, ZERO } from './json-scanner';
import { utf8ErrorOffset } from './utf8';

/** Takes any value, checked for syntax and UTF-8 and thrown away. `depth` counts the lists and objects around it. */
export function skipValue(scanner: JsonScanner, depth: number): boolean {
  const byte = scanner.peek();
  if (byte === OPEN_OBJECT) return skipObject(scanner, depth + 1);
  if (byte === OPEN_LIST) return skipList(scanner, depth + 1);
  if (byte === QUOTE) return skipString(scanner);
  if (byte === MINUS || (byte >= ZERO && byte <= NINE)) return skipNumber(scanner);
  if (scanner.takeNull()) return true;
  return !Number.isNaN(scanner.readBool('a value'));
}

function skipString(scanner: JsonScanner): boolean {
  if (!scanner.scanString('a string')) return false;
  if (scanner.textEscaped && !checkEscapes(scanner)) return false;
  return utf8ErrorOffset(scanner.bytes, scanner.textStart, scanner.textEnd) < 0 || scanner.notUtf8();
}

function skipNumber(scanner: JsonScanner): boolean {
  if (scanner.bytes[scanner.position] === MINUS) scanner.position++;
  const first = scanner.position;
  if (!scanner.skipDigits()) return false;
  if (scanner.bytes[first] === ZERO && scanner.position - first > 1) return !Number.isNaN(scanner.leadingZero(first));
  if (scanner.position < scanner.end && scanner.bytes[scanner.position] === DOT) {
    scanner.position++;
    if (!scanner.skipDigits()) return false;
  }
  if (scanner.position >= scanner.end || (scanner.bytes[scanner.position]! | 32) !== 101) return true;
  scanner.position++;
  const sign = scanner.bytes[scanner.position];
  if (scanner.position < scanner.end && (sign === MINUS || sign === PLUS)) scanner.position++;
  return scanner.skipDigits();
}

function skipObject(scanner: JsonScanner, depth: number): boolean {
  if (depth > scanner.limits.depthMax) return tooDeep(scanner);
  scanner.position++;
  if (scanner.peek() === CLOSE_OBJECT) {
    scanner.position++;
    return true;
  }
  for (;;) {
    if (!skipKey(scanner) || !scanner.expect(COLON, 'after a key') || !skipValue(scanner, depth)) return false;
    const byte = scanner.peek();
    scanner.position++;
    if (byte === CLOSE_OBJECT) return true;
    if (byte !== COMMA) return scanner.unexpectedBefore(byte, '"," or "}"');
  }
}

function skipKey(scanner: JsonScanner): boolean {
  const byte = scanner.peek();
  return byte === QUOTE ? skipString(scanner) : scanner.unexpected(byte, 'a key in double quotes');
}

function skipList(scanner: JsonScanner, depth: number): boolean {
  if (depth > scanner.limits.depthMax) return tooDeep(scanner);
  scanner.position++;
  if (scanner.peek() === CLOSE_LIST) {
    scanner.position++;
    return true;
  }
  for (;;) {
    if (!skipValue(scanner, depth)) return false;
    const byte = scanner.peek();
    scanner.position++;
    if (byte === CLOSE_LIST) return true;
    if (byte !== COMMA) return scanner.unexpectedBefore(byte, '"," or "]"');
  }
}

function tooDeep(scanner: JsonScanner): false {
  return scanner.fail('JSON_DEPTH', `values are nested deeper than ${scanner.limits.depthMax}`);
}
