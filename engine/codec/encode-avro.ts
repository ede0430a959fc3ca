import type { Value } from '../batch/value';
import { PlanError } from '../error';
import type { DecoderConfig } from '../plan/decoder-config';
import type { DataType, Schema } from '../schema/schema';
import { isList, typeName } from '../schema/schema';
import type { AvroType } from './avro-schema';
import { avroRecordOf } from './avro';
import { avroFingerprint } from './avro-fingerprint';
import { ByteWriter } from './byte-writer';
import { Sha256 } from './sha256';
import { encodeUtf8 } from './utf8';

type Config = Extract<DecoderConfig, { readonly format: 'avro' }>;
type Write = (out: ByteWriter, value: Value) => void;

/** Which column types a primitive can be written from without a change of value. */
const FITTING: Readonly<Record<string, readonly string[]>> = {
  boolean: ['bool'],
  int: ['int32'],
  long: ['int32', 'int64', 'timestampMs'],
  float: ['float32'],
  double: ['float32', 'float64'],
  string: ['utf8'],
  bytes: ['binary']
};

/** Rows as Avro records under the schema of the config; a container file holds one row and its marker is made from the schema. */
export function avroEncoder(schema: Schema, config: Config): (row: readonly Value[]) => Uint8Array {
  const record = avroRecordOf(config.schema, 'schema');
  const writes = record.fields.map(field => {
    const place = schema.fields.findIndex(each => each.name === field.name);
    const column = schema.fields[place];
    return { place, write: writerOf(field.name, field.type, column?.type ?? null, column?.nullable ?? true) };
  });
  const out = new ByteWriter();
  const body = (row: readonly Value[]): Uint8Array => {
    for (const { place, write } of writes) write(out, row[place] ?? null);
    return out.take();
  };
  if (config.framing === 'singleObject') {
    const fingerprint = avroFingerprint(record);
    return row => {
      const bytes = body(row);
      out.u8(0xc3);
      out.u8(0x01);
      out.u64(fingerprint, true);
      out.append(bytes);
      return out.take();
    };
  }
  return config.framing === 'container' ? containerEncoder(config.schema, body) : body;
}

function containerEncoder(schemaText: string, body: (row: readonly Value[]) => Uint8Array): (row: readonly Value[]) => Uint8Array {
  const text = encodeUtf8(schemaText);
  const hash = new Sha256();
  hash.update(text);
  const sync = hash.digest().slice(0, 16);
  const out = new ByteWriter();
  return row => {
    const bytes = body(row);
    out.text('Obj\u0001');
    out.zigzag(2n);
    for (const [name, value] of [['avro.codec', encodeUtf8('null')], ['avro.schema', text]] as const) {
      putBytes(out, encodeUtf8(name));
      putBytes(out, value);
    }
    out.zigzag(0n);
    out.append(sync);
    out.zigzag(1n);
    putBytes(out, bytes);
    out.append(sync);
    return out.take();
  };
}

function putBytes(out: ByteWriter, bytes: Uint8Array): void {
  out.zigzag(BigInt(bytes.length));
  out.append(bytes);
}

function writerOf(name: string, type: AvroType, column: DataType | null, nullable: boolean): Write {
  if (type.kind === 'union') {
    const nullBranch = type.branches.findIndex(branch => branch.kind === 'null');
    const valueBranch = column === null ? -1 : type.branches.findIndex(branch => fits(branch, column));
    if ((nullable && nullBranch < 0) || (column !== null && valueBranch < 0)) throw misfit(name, type, column);
    const write = column === null ? null : plainWriter(type.branches[valueBranch]!);
    return (out, value) => {
      out.zigzag(BigInt(value === null ? nullBranch : valueBranch));
      if (value !== null) write?.(out, value);
    };
  }
  if (nullable || column === null || !fits(type, column)) throw misfit(name, type, column);
  return plainWriter(type);
}

function fits(type: AvroType, column: DataType): boolean {
  if (isList(column)) return type.kind === 'array' && fits(type.items, column.list);
  return FITTING[type.kind]?.includes(column) ?? false;
}

function plainWriter(type: AvroType): Write {
  switch (type.kind) {
    case 'boolean':
      return (out, value) => out.u8(value === true ? 1 : 0);
    case 'float':
      return (out, value) => out.float(Number(value), true);
    case 'double':
      return (out, value) => out.double(Number(value), true);
    case 'string':
      return (out, value) => putBytes(out, encodeUtf8(String(value)));
    case 'bytes':
      return (out, value) => putBytes(out, value as Uint8Array);
    case 'array': {
      const write = plainWriter(type.items);
      return (out, value) => {
        const items = value as readonly number[];
        if (items.length > 0) out.zigzag(BigInt(items.length));
        for (const item of items) write(out, item);
        out.zigzag(0n);
      };
    }
    default:
      return (out, value) => out.zigzag(BigInt(value as number | bigint));
  }
}

function misfit(name: string, type: AvroType, column: DataType | null): PlanError {
  const seen = column === null ? 'no column has that name' : `the column is ${typeName(column)}`;
  return new PlanError('ENCODER_SCHEMA', `avro encoder: field "${name}" is ${type.kind}, but ${seen}. Nullable columns need a union with null; numbers are not converted.`);
}
