import type { Value } from '../batch/value';
import { PlanError } from '../error';
import type { DecoderConfig } from '../plan/decoder-config';
import type { DataType, Schema } from '../schema/schema';
import { isList, typeName } from '../schema/schema';
import { ByteWriter } from './byte-writer';
import { protobufMessageOf, protobufRowsOf } from './protobuf';
import type { ProtoField, ProtoKind, ProtoMessage } from './protobuf-schema';
import { wireOf } from './protobuf-wire';
import { encodeUtf8 } from './utf8';

type Config = Extract<DecoderConfig, { readonly format: 'protobuf' }>;

const SIZED = 2;
/** Which column types a field can be written from without a change of value. */
const FITTING: Readonly<Partial<Record<ProtoKind, readonly string[]>>> = {
  double: ['float64', 'float32'],
  float: ['float32'],
  int64: ['int64', 'int32', 'timestampMs'],
  sint64: ['int64', 'int32', 'timestampMs'],
  sfixed64: ['int64', 'int32', 'timestampMs'],
  int32: ['int32'],
  sint32: ['int32'],
  sfixed32: ['int32'],
  enum: ['int32'],
  bool: ['bool'],
  string: ['utf8'],
  bytes: ['binary']
};

/** Rows as messages in the order of field numbers; repeated numbers are packed. With `rows` each is the one element of that field. */
export function protobufEncoder(schema: Schema, config: Config): (row: readonly Value[]) => Uint8Array {
  const message = protobufMessageOf(config);
  const out = new ByteWriter();
  if (config.rows === undefined) {
    const write = messageWriter(message, schema, out);
    return row => {
      write(row);
      return out.take();
    };
  }
  const rows = protobufRowsOf(message, config.rows);
  const element = new ByteWriter();
  const writeElement = messageWriter(rows.message!, schema, element);
  const writeOuter = messageWriter(message, { fields: schema.fields.map(field => (rows.message!.fields.some(each => each.name === field.name) ? { ...field, name: '' } : field)) }, out);
  return row => {
    writeElement(row);
    putTag(out, rows.number, SIZED);
    out.sized(element.take());
    writeOuter(row);
    return out.take();
  };
}

function messageWriter(message: ProtoMessage, schema: Schema, out: ByteWriter): (row: readonly Value[]) => void {
  const fields = [...message.fields].sort((a, b) => a.number - b.number).flatMap(field => {
    const place = schema.fields.findIndex(each => each.name === field.name);
    if (place < 0) return [];
    const { type } = schema.fields[place]!;
    if (!fits(field, type)) throw new PlanError('ENCODER_SCHEMA', `protobuf encoder: column "${field.name}" is ${typeName(type)}, but the field is ${field.repeated ? 'repeated ' : ''}${field.kind}. Numbers are not converted.`);
    return [{ field, place }];
  });
  const items = new ByteWriter();
  return row => {
    for (const { field, place } of fields) {
      const value = row[place] ?? null;
      if (value === null || (!field.presence && isDefault(value))) continue;
      if (!field.repeated) {
        putTag(out, field.number, wireOf(field.kind));
        putValue(out, value, field.kind);
        continue;
      }
      for (const item of value as readonly number[]) putValue(items, item, field.kind);
      putTag(out, field.number, SIZED);
      out.sized(items.take());
    }
  };
}

function fits(field: ProtoField, type: DataType): boolean {
  const element = isList(type) ? type.list : type;
  return field.repeated === isList(type) && (FITTING[field.kind]?.includes(element) ?? false);
}

function isDefault(value: Value): boolean {
  if (typeof value === 'string' || value instanceof Uint8Array || Array.isArray(value)) return value.length === 0;
  return value === false || value === 0n || Object.is(value, 0);
}

function putTag(out: ByteWriter, number: number, wire: number): void {
  out.varint((BigInt(number) << 3n) | BigInt(wire));
}

function putValue(out: ByteWriter, value: Value, kind: ProtoKind): void {
  switch (kind) {
    case 'double':
      return out.double(Number(value), true);
    case 'float':
      return out.float(Number(value), true);
    case 'sfixed32':
      return out.u32(Number(value) >>> 0, true);
    case 'sfixed64':
      return out.u64(BigInt(value as number | bigint), true);
    case 'sint32':
    case 'sint64':
      return out.zigzag(BigInt(value as number | bigint));
    case 'string':
      return out.sized(encodeUtf8(String(value)));
    case 'bytes':
      return out.sized(value as Uint8Array);
    case 'bool':
      return out.u8(value === true ? 1 : 0);
    default:
      return out.varint(BigInt(value as number | bigint));
  }
}
