import { decodeUtf8 } from '../codec/utf8';

/** Bytes that are no protocol buffer message; caught by the one function that reads a file. */
export class ProtobufProblem {
  constructor(readonly message: string) {}
}

/** A field of a message: for length-delimited fields `start … end` are its bytes, for others `value` its number. */
export interface ProtobufField {
  readonly number: number;
  readonly wire: 0 | 1 | 2 | 5;
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

/** A view of the bytes of one message. */
export interface Message {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * The fields of one message in their order (protobuf encoding, wire types 0, 1, 2, 5). Varints beyond ±2^53 lose low
 * digits; fixed-width values are not read. Throws ProtobufProblem for what is cut, overlong or of an unknown wire type.
 */
export function* fieldsOf(message: Message): Generator<ProtobufField> {
  const cursor = new Cursor(message);
  while (cursor.position < message.end) {
    const key = cursor.varint();
    const number = Math.floor(key / 8);
    const wire = key % 8;
    if (number < 1 || number > 536_870_911) throw new ProtobufProblem(`field number ${number} at byte ${cursor.position}`);
    if (wire === 0) {
      const value = cursor.varint();
      yield { number, wire, value, start: 0, end: 0 };
    } else if (wire === 1 || wire === 5) {
      const start = cursor.skip(wire === 1 ? 8 : 4);
      yield { number, wire, value: 0, start, end: cursor.position };
    } else if (wire === 2) {
      const length = cursor.varint();
      const start = cursor.skip(length);
      yield { number, wire, value: 0, start, end: cursor.position };
    } else throw new ProtobufProblem(`wire type ${wire} at byte ${cursor.position}`);
  }
}

/** The message in a length-delimited field. */
export function messageOf(parent: Message, field: ProtobufField): Message {
  if (field.wire !== 2) throw new ProtobufProblem(`field ${field.number} is no message`);
  return { bytes: parent.bytes, start: field.start, end: field.end };
}

/** The text in a length-delimited field. */
export function textOf(parent: Message, field: ProtobufField): string {
  const text = field.wire === 2 ? decodeUtf8(parent.bytes, field.start, field.end) : null;
  if (text === null) throw new ProtobufProblem(`field ${field.number} is no UTF-8 text`);
  return text;
}

/** The integers of a repeated field, packed or not. */
export function integersOf(parent: Message, field: ProtobufField): number[] {
  if (field.wire === 0) return [field.value];
  const cursor = new Cursor(messageOf(parent, field));
  const values: number[] = [];
  while (cursor.position < field.end) values.push(cursor.varint());
  return values;
}

/** How many varints a repeated field holds, packed or not. */
export function countVarints(parent: Message, field: ProtobufField): number {
  if (field.wire === 0) return 1;
  let count = 0;
  for (let i = field.start; i < field.end; i++) if (parent.bytes[i]! < 128) count++;
  return count;
}

class Cursor {
  position: number;

  constructor(private readonly message: Message) {
    this.position = message.start;
  }

  /** A varint as a signed 64-bit integer. */
  varint(): number {
    const { bytes, end } = this.message;
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      if (this.position >= end) throw new ProtobufProblem('the message is cut');
      const byte = bytes[this.position++]!;
      if (i < 4) low += (byte & 127) * 2 ** (7 * i);
      else high += (byte & 127) * 2 ** (7 * (i - 4));
      if (byte < 128) return signed(low, high);
    }
    throw new ProtobufProblem(`overlong number at byte ${this.position}`);
  }

  skip(length: number): number {
    const start = this.position;
    if (length < 0 || start + length > this.message.end) throw new ProtobufProblem('the message is cut');
    this.position = start + length;
    return start;
  }
}

/** `high` counts 2^28; numbers from 2^63 on are the negative ones of two's complement. */
function signed(low: number, high: number): number {
  const highest = 2 ** 35;
  if (high < highest) return high * 2 ** 28 + low;
  const wrapped = (high % 2 ** 36) - 2 ** 36;
  return wrapped * 2 ** 28 + low;
}
