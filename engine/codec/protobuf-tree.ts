import { copyBytes } from './byte-reader';
import { DecodeProblem } from './decode-problem';
import type { ProtoField, ProtoMessage } from './protobuf-schema';
import type { WireReader } from './protobuf-wire';
import { END_GROUP, GROUP, isPackable, SIZED, wireOf } from './protobuf-wire';
import type { PlainValue } from './tree-target';
import { textOf } from './value-target';

/** A message on its way: only the fields that were sent. Lists grow, embedded messages are merged, the last scalar wins. */
export type MessageTree = Map<string, TreeValue>;
type TreeValue = number | bigint | boolean | string | Uint8Array | MessageTree | TreeValue[];

export interface TreeOptions {
  /** Messages and groups around this one, itself included. */
  readonly depth: number;
  readonly depthMax: number;
  /** Number of the group that is read, which ends with its own tag. */
  readonly group?: number;
  /** Hears of the fields that a message does not have. */
  readonly onUnknown?: (field: number) => void;
}

/**
 * Reads the fields of `message` up to byte `end`, or to the end of the group `group`, into `tree`. `null` checks them only.
 * Throws DecodeProblem.
 */
export function readMessageTree(reader: WireReader, end: number, message: ProtoMessage, tree: MessageTree | null, options: TreeOptions): void {
  const { depth, depthMax, group, onUnknown } = options;
  if (depth > depthMax) throw new DecodeProblem('DEPTH', `messages are nested deeper than ${depthMax}`);
  const outerEnd = reader.end;
  reader.end = end;
  while (group !== undefined || reader.position < end) {
    reader.tag();
    if (reader.wire === END_GROUP && reader.field === group) break;
    const field = message.byNumber.get(reader.field);
    if (field === undefined) {
      onUnknown?.(reader.field);
      reader.skip(depth, depthMax);
    } else readField(reader, field, message, tree, { depth: depth + 1, depthMax, ...(onUnknown ? { onUnknown } : {}) });
  }
  reader.end = outerEnd;
}


/** Reads the field of the last tag into `tree`; null checks it only. */
export function readField(reader: WireReader, field: ProtoField, message: ProtoMessage, tree: MessageTree | null, options: TreeOptions): void {
  const { wire } = reader;
  if (field.oneof !== null && tree !== null) {
    for (const other of message.fields) if (other.oneof === field.oneof && other !== field) tree.delete(other.name);
  }
  if (field.repeated && wire === SIZED && isPackable(field.kind)) {
    const start = reader.sized();
    const end = reader.position;
    const outerEnd = reader.end;
    reader.position = start;
    reader.end = end;
    const list = listOf(tree, field);
    while (reader.position < end) {
      const value = plainScalar(reader.scalar(field.kind), field);
      list?.push(value);
    }
    reader.end = outerEnd;
    return;
  }
  refuseWire(field, wire);
  const { message: inner } = field;
  if (inner !== null) {
    const known = tree?.get(field.name);
    const value = tree === null ? null : !field.repeated && known instanceof Map ? known : (new Map() as MessageTree);
    if (wire === GROUP) readMessageTree(reader, reader.end, inner, value, { ...options, group: field.number });
    else {
      const start = reader.sized();
      const end = reader.position;
      reader.position = start;
      readMessageTree(reader, end, inner, value, options);
    }
    if (value !== null) put(tree, field, value);
    return;
  }
  put(tree, field, readValue(reader, field));
}

/** Throws when a field comes with a wire type that its kind does not have. */
export function refuseWire(field: ProtoField, wire: number): void {
  if (wire !== wireOf(field.kind)) throw new DecodeProblem('TYPE', `field "${field.name}" is ${field.kind}, but came with wire type ${wire}`);
}

function readValue(reader: WireReader, field: ProtoField): TreeValue {
  if (field.kind === 'string') return textOf(reader.bytes, reader.sized(), reader.position);
  if (field.kind === 'bytes') return copyBytes(reader.bytes, reader.sized(), reader.position);
  return plainScalar(reader.scalar(field.kind), field);
}

function plainScalar(value: number | bigint, field: ProtoField): TreeValue {
  return field.kind === 'bool' ? value === 1 : value;
}

function put(tree: MessageTree | null, field: ProtoField, value: TreeValue): void {
  if (field.repeated) listOf(tree, field)?.push(value);
  else tree?.set(field.name, value);
}

function listOf(tree: MessageTree | null, field: ProtoField): TreeValue[] | null {
  if (tree === null) return null;
  const known = tree.get(field.name);
  if (Array.isArray(known)) return known;
  const list: TreeValue[] = [];
  tree.set(field.name, list);
  return list;
}

/** The message with its defaults: absent fields with presence are null, maps are lists of [key, value] sorted by key. */
export function completeTree(tree: MessageTree, message: ProtoMessage): ReadonlyMap<string, PlainValue> {
  return new Map(message.fields.map(field => [field.name, completeField(tree.get(field.name), field)]));
}

function completeField(value: TreeValue | undefined, field: ProtoField): PlainValue {
  if (value === undefined) return field.repeated ? [] : field.presence ? null : defaultOf(field);
  const { message } = field;
  if (message === null) return value as PlainValue;
  if (!Array.isArray(value)) return completeTree(value as MessageTree, message);
  const items = value.map(item => completeTree(item as MessageTree, message));
  return message.mapEntry ? mapEntries(items, message) : items;
}

function mapEntries(items: readonly ReadonlyMap<string, PlainValue>[], entry: ProtoMessage): PlainValue {
  const pairs = new Map<PlainValue, PlainValue>();
  for (const item of items) {
    const part = (number: number): PlainValue => {
      const field = entry.byNumber.get(number)!;
      return item.get(field.name) ?? (field.message === null ? defaultOf(field) : completeTree(new Map(), field.message));
    };
    pairs.set(part(1), part(2));
  }
  return [...pairs].sort(([a], [b]) => (a! < b! ? -1 : a! > b! ? 1 : 0));
}

/** What a scalar without presence is when it was not sent. */
export function defaultOf(field: ProtoField): number | boolean | string | Uint8Array {
  if (field.kind === 'string') return '';
  if (field.kind === 'bytes') return new Uint8Array(0);
  return field.kind === 'bool' ? false : 0;
}
