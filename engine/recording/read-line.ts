import { decodeBase64 } from '../codec/base64';
import { DEFAULT_DECODE_LIMITS } from '../codec/decode-failure';
import { CLOSE_OBJECT, COLON, COMMA, JsonScanner, OPEN_OBJECT, QUOTE } from '../codec/json-scanner';
import { skipValue } from '../codec/json-skip';
import { decodeUtf8, utf8Length } from '../codec/utf8';
import type { RecordedInput, RecordingLimits } from './recorded-input';

interface Member {
  readonly start: number;
  readonly end: number;
}

/** Why a line is no recorded input; the reader adds the line number. */
export class LineProblem {
  constructor(readonly message: string) {}
}

/** The input on one line (without its line end), or what is wrong with it. The payload keeps the bytes it has in the line. */
export function readRecordingLine(line: Uint8Array, limits: RecordingLimits): RecordedInput | LineProblem {
  const members = readMembers(line, limits);
  if (members instanceof LineProblem) return members;
  const reader = new MemberReader(line, members);
  const arrivalTimeMs = reader.integer('arrivalTimeMs');
  if (arrivalTimeMs === undefined) return new LineProblem('"arrivalTimeMs" is missing; expected integer milliseconds since 1970');
  if (members.has('tick')) return reader.problem ?? readTick(reader, members, arrivalTimeMs);
  const topic = reader.text('topic');
  if (topic === undefined) return reader.problem ?? new LineProblem('"topic" is missing');
  if (utf8Length(topic) > limits.topicBytesMax) return new LineProblem(`"topic" has ${utf8Length(topic)} bytes, at most ${limits.topicBytesMax} are allowed`);
  const payload = readPayload(reader, members);
  const input = { kind: 'message', arrivalTimeMs, topic, payload, ...readDelivery(reader), ...readProperties(reader) } as const;
  return reader.problem ?? input;
}

function readTick(reader: MemberReader, members: ReadonlyMap<string, Member>, arrivalTimeMs: number): RecordedInput | LineProblem {
  if (reader.bool('tick') !== true) return reader.problem ?? new LineProblem('"tick" is false; leave it out or write true');
  if (members.has('topic') || members.has('payload') || members.has('payloadBase64')) {
    return new LineProblem('a tick has a topic or payload; write them on a line of their own');
  }
  return { kind: 'tick', arrivalTimeMs };
}

function readPayload(reader: MemberReader, members: ReadonlyMap<string, Member>): Uint8Array {
  const raw = members.get('payload');
  const encoded = members.get('payloadBase64');
  if (raw !== undefined && encoded !== undefined) reader.refuse('"payload" and "payloadBase64" are both present; keep one');
  if (raw !== undefined) return new Uint8Array(reader.bytes(raw));
  const text = reader.text('payloadBase64');
  if (text === undefined) reader.refuse('"payload" or "payloadBase64" is missing');
  const bytes = decodeBase64(text ?? '');
  if (bytes === null) reader.refuse('"payloadBase64" is not standard base64 with padding');
  return bytes ?? new Uint8Array(0);
}

function readDelivery(reader: MemberReader): { qos?: 0 | 1 | 2; retain?: boolean } {
  const qos = reader.integer('qos');
  const retain = reader.bool('retain');
  if (qos !== undefined && qos !== 0 && qos !== 1 && qos !== 2) reader.refuse(`"qos" is ${qos}, expected 0, 1 or 2`);
  return { ...(qos === undefined ? {} : { qos: qos as 0 | 1 | 2 }), ...(retain === undefined ? {} : { retain }) };
}

function readProperties(reader: MemberReader): { properties?: Readonly<Record<string, unknown>> } {
  const value = reader.json('properties');
  if (value === undefined) return {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { properties: value as Record<string, unknown> };
  reader.refuse('"properties" is not an object');
  return {};
}

/** Where the value of each member stands. Unknown members are ignored, so that later versions can add some. */
function readMembers(line: Uint8Array, limits: RecordingLimits): ReadonlyMap<string, Member> | LineProblem {
  const scanner = new JsonScanner({ ...DEFAULT_DECODE_LIMITS, stringBytesMax: limits.lineBytesMax });
  scanner.open(line);
  const members = new Map<string, Member>();
  const problem = (): LineProblem => new LineProblem(scanner.failure?.message ?? 'the line is no JSON object');
  if (!scanner.expect(OPEN_OBJECT, 'at the beginning')) return problem();
  for (;;) {
    if (scanner.peek() !== QUOTE) scanner.unexpected(scanner.peek(), 'a key in double quotes');
    else if (scanner.scanString('a key')) {
      const name = scanner.text();
      if (name !== null && members.has(name)) return new LineProblem(`key "${name}" stands twice`);
      if (name !== null && scanner.expect(COLON, 'after a key')) {
        scanner.peek();
        const start = scanner.position;
        if (skipValue(scanner, 1)) members.set(name, { start, end: scanner.position });
      }
    }
    if (scanner.failure !== null) return problem();
    const byte = scanner.peek();
    scanner.position++;
    if (byte === CLOSE_OBJECT) break;
    if (byte !== COMMA) {
      scanner.unexpectedBefore(byte, '"," or "}"');
      return problem();
    }
  }
  return scanner.peek() < 0 ? members : new LineProblem('the line goes on after its object');
}

class MemberReader {
  problem: LineProblem | null = null;

  constructor(
    private readonly line: Uint8Array,
    private readonly members: ReadonlyMap<string, Member>
  ) {}

  refuse(message: string): undefined {
    this.problem ??= new LineProblem(message);
    return undefined;
  }

  bytes(member: Member): Uint8Array {
    return this.line.subarray(member.start, member.end);
  }

  /** The member as a plain value. Its bytes have been checked, so this cannot fail. */
  json(name: string): unknown {
    const member = this.members.get(name);
    return member === undefined ? undefined : (JSON.parse(decodeUtf8(this.line, member.start, member.end) ?? 'null') as unknown);
  }

  integer(name: string): number | undefined {
    const value = this.json(name);
    if (value === undefined || (typeof value === 'number' && Number.isSafeInteger(value))) return value;
    return this.refuse(`"${name}" is ${JSON.stringify(value)}, expected an integer`);
  }

  text(name: string): string | undefined {
    const value = this.json(name);
    if (value === undefined || typeof value === 'string') return value;
    return this.refuse(`"${name}" is ${JSON.stringify(value).slice(0, 60)}, expected text`);
  }

  bool(name: string): boolean | undefined {
    const value = this.json(name);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.refuse(`"${name}" is ${JSON.stringify(value).slice(0, 60)}, expected true or false`);
  }
}
