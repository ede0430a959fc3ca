import type { AvroArray, AvroEnum, AvroMap, AvroRecord, AvroType, AvroUnion } from './avro-schema';
import { isPromotion, sameName, writerField } from './avro-compatibility';
import { putAvroDefault } from './avro-default';
import type { AvroInput } from './avro-input';
import { CellWriter } from './cell-writer';
import { DecodeProblem } from './decode-problem';
import { encodeUtf8 } from './utf8';
import type { ValueTarget } from './value-target';
import { NO_TARGET } from './value-target';

/** Reads one value that was written under one schema as another schema wants it. */
export type AvroRead = (input: AvroInput, target: ValueTarget, depth: number) => void;

/** How to read a record: the writer's fields in their order, then what only the reader has. */
export interface RecordPlan {
  /** `name`: the reader's field; null: read and forgotten. */
  readonly steps: { readonly name: string | null; readonly key: Uint8Array; readonly read: AvroRead }[];
  readonly defaults: { readonly name: string; readonly key: Uint8Array; readonly put: (target: ValueTarget) => void }[];
}

/**
 * The way from values written under `writer` to values of `reader` (Avro specification 1.12, schema resolution). Throws
 * DecodeProblem `UNKNOWN_SCHEMA` when no value can be; what depends on the value (a branch, a symbol) fails when it is read.
 */
export function resolveAvro(writer: AvroType, reader: AvroType): AvroRead {
  return new Resolver().resolve(writer, reader);
}

/** As `resolveAvro`, for two records. */
export function resolveRecord(writer: AvroRecord, reader: AvroRecord): RecordPlan {
  return new Resolver().recordPlan(writer, reader);
}

class Resolver {
  private readonly plans = new Map<AvroRecord, Map<AvroRecord, RecordPlan>>();

  resolve(writer: AvroType, reader: AvroType): AvroRead {
    if (writer.kind === 'union') return this.fromUnion(writer, reader);
    if (reader.kind === 'union') {
      for (const branch of sameKindFirst(writer, reader)) {
        const read = this.attempt(writer, branch);
        if (read !== null) return read;
      }
      throw mismatch(writer, reader);
    }
    if (writer.kind === 'record' && reader.kind === 'record') return readRecord(this.recordPlan(writer, reader));
    if (writer.kind === 'array' && reader.kind === 'array') return this.array(writer, reader);
    if (writer.kind === 'map' && reader.kind === 'map') return this.map(writer, reader);
    if (writer.kind === 'enum' && reader.kind === 'enum' && sameName(writer, reader)) return readEnum(writer, reader);
    if (writer.kind === 'fixed' && reader.kind === 'fixed' && sameName(writer, reader) && writer.size === reader.size) {
      return (input, target) => target.putBytes(input.bytes, input.take(writer.size), input.position);
    }
    if ('logical' in reader && isPromotion(writer.kind, reader.kind)) return readPrimitive(writer.kind, reader.kind, reader.logical);
    throw mismatch(writer, reader);
  }

  recordPlan(writer: AvroRecord, reader: AvroRecord): RecordPlan {
    if (!sameName(writer, reader)) throw mismatch(writer, reader);
    const known = this.plans.get(writer)?.get(reader);
    if (known !== undefined) return known;
    const plan: RecordPlan = { steps: [], defaults: [] };
    this.plans.set(writer, (this.plans.get(writer) ?? new Map()).set(reader, plan));
    const sources = new Map(reader.fields.map(field => [writerField(writer, field), field]));
    for (const field of writer.fields) {
      const wanted = sources.get(field);
      plan.steps.push({ name: wanted?.name ?? null, key: encodeUtf8(wanted?.name ?? ''), read: this.resolve(field.type, wanted?.type ?? field.type) });
    }
    for (const field of reader.fields) {
      if (writerField(writer, field) !== null) continue;
      if (field.fallback === undefined) throw new DecodeProblem('UNKNOWN_SCHEMA', `field "${field.name}" of record "${reader.name}" is not written and has no default`);
      plan.defaults.push({ name: field.name, key: encodeUtf8(field.name), put: target => putAvroDefault(field.type, field.fallback, target) });
    }
    return plan;
  }

  private attempt(writer: AvroType, reader: AvroType): AvroRead | null {
    try {
      return this.resolve(writer, reader);
    } catch (problem) {
      if (problem instanceof DecodeProblem) return null;
      throw problem;
    }
  }

  private fromUnion(writer: AvroUnion, reader: AvroType): AvroRead {
    const reads = writer.branches.map(branch => this.attempt(branch, reader));
    if (reads.every(read => read === null)) throw mismatch(writer, reader);
    return (input, target, depth) => {
      const index = input.length('the index of a branch');
      const read = reads[index];
      if (read === undefined) throw new DecodeProblem('SYNTAX', `branch ${index} of a union with ${reads.length}`);
      if (read === null) throw new DecodeProblem('UNKNOWN_SCHEMA', `a value of type ${nameOf(writer.branches[index]!)} cannot be read as ${nameOf(reader)}`);
      read(input, target, depth);
    };
  }

  private array(writer: AvroArray, reader: AvroArray): AvroRead {
    const readItem = this.resolve(writer.items, reader.items);
    const bytesMin = minBytes(writer.items);
    return (input, target, depth) => {
      refuseDepth(input, depth);
      target.openList();
      for (let count = input.blockCount(bytesMin); count > 0; count = input.blockCount(bytesMin)) {
        for (; count > 0; count--) readItem(input, target, depth + 1);
      }
      target.closeList();
    };
  }

  private map(writer: AvroMap, reader: AvroMap): AvroRead {
    const readValue = this.resolve(writer.values, reader.values);
    return (input, target, depth) => {
      refuseDepth(input, depth);
      target.openMap();
      for (let count = input.blockCount(1); count > 0; count = input.blockCount(1)) {
        for (; count > 0; count--) {
          target.key(input.bytes, input.sized(), input.position);
          readValue(input, target, depth + 1);
        }
      }
      target.closeMap();
    };
  }
}

function readRecord(plan: RecordPlan): AvroRead {
  return (input, target, depth) => {
    refuseDepth(input, depth);
    target.openMap();
    for (const { name, key, read } of plan.steps) {
      if (name !== null) target.key(key, 0, key.length);
      read(input, name === null ? NO_TARGET : target, depth + 1);
    }
    for (const { key, put } of plan.defaults) {
      target.key(key, 0, key.length);
      put(target);
    }
    target.closeMap();
  };
}

function readEnum(writer: AvroEnum, reader: AvroEnum): AvroRead {
  const symbols = writer.symbols.map(symbol => (reader.symbols.includes(symbol) ? symbol : reader.fallback));
  const texts = symbols.map(symbol => (symbol === null ? null : encodeUtf8(symbol)));
  return (input, target) => {
    const index = input.length('the index of a symbol');
    const text = texts[index];
    if (text === undefined) throw new DecodeProblem('RANGE', `symbol ${index} of an enum with ${texts.length}`);
    if (text === null) throw new DecodeProblem('UNKNOWN_SCHEMA', `symbol "${writer.symbols[index]}" is unknown to the reader's enum, which has no default`);
    target.putText(text, 0, text.length);
  };
}

function readPrimitive(writer: string, reader: string, logical: string | null): AvroRead {
  switch (writer) {
    case 'null':
      return (_, target) => target.putNull();
    case 'boolean':
      return (input, target) => target.putBool(input.bool());
    case 'float':
      return (input, target) => target.putDouble(input.float(true));
    case 'double':
      return (input, target) => target.putDouble(input.double(true));
    case 'string':
    case 'bytes':
      if (reader === 'string') return (input, target) => target.putText(input.bytes, input.sized(), input.position);
      return (input, target) => target.putBytes(input.bytes, input.sized(), input.position);
    default: {
      const readWhole = writer === 'int' ? (input: AvroInput): number => input.int32() : (input: AvroInput): number | bigint => input.long();
      if (reader === 'float' || reader === 'double') return (input, target) => target.putDouble(Number(readWhole(input)));
      return (input, target) => putWhole(readWhole(input), logical, target);
    }
  }
}

/** A whole number; in a timestampMs column the parts of a millisecond of `timestamp-micros` and `timestamp-nanos` are cut off downwards. */
function putWhole(value: number | bigint, logical: string | null, target: ValueTarget): void {
  if (logical !== null && target instanceof CellWriter && target.field.type === 'timestampMs') {
    const perMs = logical === 'timestamp-micros' ? 1_000 : logical === 'timestamp-nanos' ? 1_000_000 : 1;
    if (perMs > 1) {
      target.putTime(Math.floor(typeof value === 'bigint' ? Number(value / BigInt(perMs)) : value / perMs));
      return;
    }
  }
  if (typeof value === 'bigint') target.putBigInt(value);
  else target.putInteger(value);
}

/** Fewest bytes that a value takes, at least in order of magnitude: 0 only where nothing has to be written. */
function minBytes(type: AvroType, inside: readonly AvroType[] = []): number {
  switch (type.kind) {
    case 'null':
      return 0;
    case 'float':
      return 4;
    case 'double':
      return 8;
    case 'fixed':
      return type.size;
    case 'record':
      return type.fields.some(field => !inside.includes(field.type) && minBytes(field.type, [...inside, type]) > 0) ? 1 : 0;
    default:
      return 1;
  }
}

/** Branches of the writer's own kind before those it can only be promoted to. */
function sameKindFirst(writer: AvroType, { branches }: AvroUnion): readonly AvroType[] {
  const exact = branches.filter(branch => branch.kind === writer.kind && !('name' in branch && 'name' in writer && branch.name !== writer.name));
  return [...exact, ...branches.filter(branch => !exact.includes(branch))];
}

function refuseDepth(input: AvroInput, depth: number): void {
  if (depth > input.limits.depthMax) throw new DecodeProblem('DEPTH', `values are nested deeper than ${input.limits.depthMax}`);
}

function nameOf(type: AvroType): string {
  if ('name' in type) return `"${type.name}"`;
  return type.kind === 'union' ? `a union of ${type.branches.map(nameOf).join(', ')}` : type.kind;
}

function mismatch(writer: AvroType, reader: AvroType): DecodeProblem {
  return new DecodeProblem('UNKNOWN_SCHEMA', `what is written as ${nameOf(writer)} cannot be read as ${nameOf(reader)}`);
}
