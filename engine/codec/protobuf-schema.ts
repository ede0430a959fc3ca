import type { Message, ProtobufField } from '../model/protobuf';
import { fieldsOf, messageOf, ProtobufProblem, textOf } from '../model/protobuf';
import { DecodeProblem } from './decode-problem';

export type ProtoKind =
  | 'double' | 'float' | 'int64' | 'uint64' | 'int32' | 'fixed64' | 'fixed32' | 'bool' | 'string' | 'group' | 'message'
  | 'bytes' | 'uint32' | 'enum' | 'sfixed32' | 'sfixed64' | 'sint32' | 'sint64';

export interface ProtoField {
  readonly name: string;
  readonly number: number;
  readonly kind: ProtoKind;
  readonly repeated: boolean;
  readonly required: boolean;
  /** Whether "absent" differs from the default: then an absent value is null. */
  readonly presence: boolean;
  /** Index of the oneof, of which the last member wins; null outside one. */
  readonly oneof: number | null;
  /** Of message and group: the type. */
  readonly message: ProtoMessage | null;
  /** Of enum: number → name. */
  readonly symbols: ReadonlyMap<number, string> | null;
}

export interface ProtoMessage {
  /** Full name without the first dot. */
  readonly name: string;
  readonly fields: readonly ProtoField[];
  readonly byNumber: ReadonlyMap<number, ProtoField>;
  /** The entry of a map field. */
  readonly mapEntry: boolean;
}

const KINDS: readonly ProtoKind[] = [
  'double', 'float', 'int64', 'uint64', 'int32', 'fixed64', 'fixed32', 'bool', 'string', 'group', 'message', 'bytes', 'uint32', 'enum', 'sfixed32', 'sfixed64', 'sint32', 'sint64'
];
const REPEATED = 3;
const REQUIRED = 2;
const DEPTH_MAX = 32;

interface Pending {
  readonly message: { name: string; fields: ProtoField[]; byNumber: Map<number, ProtoField>; mapEntry: boolean };
  readonly fields: readonly Message[];
  readonly proto3: boolean;
}

/** The messages of a FileDescriptorSet (`protoc --include_imports -o`), by full name. Throws DecodeProblem `UNKNOWN_SCHEMA`. */
export function parseDescriptorSet(bytes: Uint8Array): ReadonlyMap<string, ProtoMessage> {
  try {
    const set = new DescriptorParser();
    const whole = { bytes, start: 0, end: bytes.length };
    for (const field of fieldsOf(whole)) if (field.number === 1) set.file(messageOf(whole, field));
    return set.linked();
  } catch (problem) {
    if (problem instanceof ProtobufProblem) throw refusal(problem.message);
    throw problem;
  }
}

class DescriptorParser {
  private readonly messages = new Map<string, Pending>();
  private readonly enums = new Map<string, ReadonlyMap<number, string>>();

  file(file: Message): void {
    const fields = [...fieldsOf(file)];
    const text = (number: number): string => textsOf(file, fields, number)[0] ?? '';
    const syntax = text(12);
    if (syntax !== '' && syntax !== 'proto2' && syntax !== 'proto3') throw refusal(`file "${text(1)}" has syntax "${syntax}"; proto2 and proto3 are read`);
    for (const field of fields) {
      if (field.number === 4) this.message(messageOf(file, field), text(2), syntax === 'proto3', 0);
      else if (field.number === 5) this.enumeration(messageOf(file, field), text(2));
    }
  }

  linked(): ReadonlyMap<string, ProtoMessage> {
    for (const { message, fields, proto3 } of this.messages.values()) {
      for (const raw of fields) {
        const field = this.field(raw, proto3);
        message.fields.push(field);
        message.byNumber.set(field.number, field);
      }
    }
    return new Map([...this.messages].map(([name, { message }]) => [name, message]));
  }

  private message(descriptor: Message, scope: string, proto3: boolean, depth: number): void {
    if (depth > DEPTH_MAX) throw refusal('its messages are nested too deep');
    const fields = [...fieldsOf(descriptor)];
    const name = qualified(scope, textsOf(descriptor, fields, 1)[0] ?? '');
    const inner = (number: number): Message[] => fields.flatMap(field => (field.number === number ? [messageOf(descriptor, field)] : []));
    const mapEntry = inner(7).some(options => [...fieldsOf(options)].some(option => option.number === 7 && option.value === 1));
    this.messages.set(name, { message: { name, fields: [], byNumber: new Map(), mapEntry }, fields: inner(2), proto3 });
    for (const nested of inner(3)) this.message(nested, name, proto3, depth + 1);
    for (const nested of inner(4)) this.enumeration(nested, name);
  }

  private enumeration(descriptor: Message, scope: string): void {
    const fields = [...fieldsOf(descriptor)];
    const symbols = new Map<number, string>();
    for (const field of fields) {
      if (field.number !== 2) continue;
      const value = messageOf(descriptor, field);
      const parts = [...fieldsOf(value)];
      const number = parts.find(part => part.number === 2)?.value ?? 0;
      if (!symbols.has(number)) symbols.set(number, textsOf(value, parts, 1)[0] ?? '');
    }
    this.enums.set(qualified(scope, textsOf(descriptor, fields, 1)[0] ?? ''), symbols);
  }

  private field(raw: Message, proto3: boolean): ProtoField {
    const parts = [...fieldsOf(raw)];
    const value = (number: number): number | null => parts.find(part => part.number === number)?.value ?? null;
    const name = textsOf(raw, parts, 1)[0] ?? '';
    const kind = KINDS[(value(5) ?? 0) - 1];
    const typeName = (textsOf(raw, parts, 6)[0] ?? '').replace(/^\./, '');
    if (kind === undefined) throw refusal(`field "${name}" has no type`);
    const isMessage = kind === 'message' || kind === 'group';
    const message = isMessage ? this.messages.get(typeName)?.message : null;
    const symbols = kind === 'enum' ? this.enums.get(typeName) : null;
    if (message === undefined || symbols === undefined) throw refusal(`field "${name}" is of type "${typeName}", which the descriptor does not hold; build it with --include_imports`);
    const oneof = value(9);
    return {
      name,
      number: value(3) ?? 0,
      kind,
      repeated: value(4) === REPEATED,
      required: value(4) === REQUIRED,
      presence: isMessage || !proto3 || oneof !== null,
      oneof: value(17) === 1 ? null : oneof,
      message,
      symbols
    };
  }
}

function textsOf(message: Message, fields: readonly ProtobufField[], number: number): string[] {
  return fields.flatMap(field => (field.number === number ? [textOf(message, field)] : []));
}

function qualified(scope: string, name: string): string {
  return scope === '' ? name : `${scope}.${name}`;
}

function refusal(reason: string): DecodeProblem {
  return new DecodeProblem('UNKNOWN_SCHEMA', `the Protobuf descriptor cannot be used: ${reason}`);
}
