import { DEFAULT_DECODE_LIMITS } from '../codec/decode-failure';
import { CLOSE_LIST, CLOSE_OBJECT, COLON, COMMA, JsonScanner, OPEN_LIST, OPEN_OBJECT, QUOTE } from '../codec/json-scanner';

/** A value seen in a sample, with what matters for its type: `1.0` is not an integer. JSON has no bytes and no times of its own. */
export type SampleValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: number; readonly integer: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'time'; readonly value: number }
  | { readonly kind: 'list'; readonly items: readonly SampleValue[] }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, SampleValue> };

/** The value of a JSON payload, or one sentence about why it is none. */
export function parseSample(payload: Uint8Array): SampleValue | string {
  const scanner = new JsonScanner(DEFAULT_DECODE_LIMITS);
  scanner.open(payload);
  const value = readValue(scanner, 0);
  if (value !== null && scanner.peek() >= 0) scanner.fail('JSON_TRAILING_DATA', 'the payload goes on after its value');
  return value === null || scanner.failure !== null ? (scanner.failure?.message ?? 'the payload is no JSON') : value;
}

function readValue(scanner: JsonScanner, depth: number): SampleValue | null {
  const byte = scanner.peek();
  if (depth > scanner.limits.depthMax) {
    scanner.fail('JSON_DEPTH', `values are nested deeper than ${scanner.limits.depthMax}`);
    return null;
  }
  if (byte === OPEN_OBJECT) return readObject(scanner, depth + 1);
  if (byte === OPEN_LIST) return readList(scanner, depth + 1);
  if (byte === QUOTE) {
    const text = scanner.scanString('a string') ? scanner.text() : null;
    return text === null ? null : { kind: 'text', value: text };
  }
  if (scanner.takeNull()) return { kind: 'null' };
  if (byte === 116 || byte === 102) {
    const value = scanner.readBool('a value');
    return Number.isNaN(value) ? null : { kind: 'bool', value: value === 1 };
  }
  const start = scanner.position;
  const value = scanner.readDouble('a value');
  if (Number.isNaN(value)) return null;
  const written = scanner.bytes.subarray(start, scanner.position);
  return { kind: 'number', value, integer: written.every(digit => digit === 45 || (digit >= 48 && digit <= 57)) };
}

function readObject(scanner: JsonScanner, depth: number): SampleValue | null {
  const members = new Map<string, SampleValue>();
  scanner.position++;
  if (scanner.peek() === CLOSE_OBJECT) {
    scanner.position++;
    return { kind: 'object', members };
  }
  for (;;) {
    const byte = scanner.peek();
    if (byte !== QUOTE) scanner.unexpected(byte, 'a key in double quotes');
    const name = byte === QUOTE && scanner.scanString('a key') ? scanner.text() : null;
    if (name === null || !scanner.expect(COLON, 'after a key')) return null;
    const value = readValue(scanner, depth);
    if (value === null) return null;
    members.set(name, value);
    const next = endOrComma(scanner, CLOSE_OBJECT, '"," or "}"');
    if (next !== 'comma') return next === 'end' ? { kind: 'object', members } : null;
  }
}

function readList(scanner: JsonScanner, depth: number): SampleValue | null {
  const items: SampleValue[] = [];
  scanner.position++;
  if (scanner.peek() === CLOSE_LIST) {
    scanner.position++;
    return { kind: 'list', items };
  }
  for (;;) {
    const value = readValue(scanner, depth);
    if (value === null) return null;
    items.push(value);
    const next = endOrComma(scanner, CLOSE_LIST, '"," or "]"');
    if (next !== 'comma') return next === 'end' ? { kind: 'list', items } : null;
  }
}

function endOrComma(scanner: JsonScanner, close: number, wanted: string): 'end' | 'comma' | 'failed' {
  const byte = scanner.peek();
  scanner.position++;
  if (byte === close) return 'end';
  if (byte === COMMA) return 'comma';
  scanner.unexpectedBefore(byte, wanted);
  return 'failed';
}
