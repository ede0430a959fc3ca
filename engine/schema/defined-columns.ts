import { avroRecordOf } from '../codec/avro';
import type { AvroType } from '../codec/avro-schema';
import { protobufMessageOf, protobufRowsOf } from '../codec/protobuf';
import type { ProtoField, ProtoKind } from '../codec/protobuf-schema';
import type { DataType, Field, ListType, ScalarType, Schema } from './schema';

/** Columns that the definition of a format gives, in its order. */
export interface DefinedColumns {
  readonly schema: Schema;
  /** The first column that is a time; null when none says so. */
  readonly eventTime: string | null;
  /** Fields that cannot become columns, each with one sentence. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

const AVRO: Readonly<Record<string, ScalarType>> = { boolean: 'bool', int: 'int32', long: 'int64', float: 'float32', double: 'float64', string: 'utf8', enum: 'utf8', bytes: 'binary', fixed: 'binary' };
const PROTOBUF: Readonly<Partial<Record<ProtoKind, ScalarType>>> = {
  double: 'float64',
  float: 'float32',
  int32: 'int32',
  sint32: 'int32',
  sfixed32: 'int32',
  uint32: 'int64',
  fixed32: 'int64',
  int64: 'int64',
  sint64: 'int64',
  sfixed64: 'int64',
  uint64: 'int64',
  fixed64: 'int64',
  bool: 'bool',
  string: 'utf8',
  bytes: 'binary',
  enum: 'utf8'
};
const LISTS: Readonly<Partial<Record<DataType & string, ListType['list']>>> = { int32: 'int32', float32: 'float32', float64: 'float64' };
const TIMESTAMP = 'google.protobuf.Timestamp';

/** The columns of an Avro record schema, as JSON text. Throws PlanError `DECODER_SCHEMA`. */
export function columnsOfAvro(text: string): DefinedColumns {
  return collect(avroRecordOf(text, 'schema').fields.map(({ name, type }) => ({ name, column: avroColumn(type), nullable: type.kind === 'union' && type.branches.some(branch => branch.kind === 'null') })));
}

/** The columns of a Protobuf message, or with `rows` of the elements of that field. Throws PlanError `DECODER_SCHEMA`. */
export function columnsOfProtobuf(options: { readonly descriptor: string; readonly message: string; readonly rows?: string }): DefinedColumns {
  const outer = protobufMessageOf(options);
  const message = options.rows === undefined ? outer : protobufRowsOf(outer, options.rows).message!;
  return collect(message.fields.map(field => ({ name: field.name, column: protobufColumn(field), nullable: field.presence && !field.repeated && !field.required })));
}

function collect(fields: readonly { readonly name: string; readonly column: DataType | null; readonly nullable: boolean }[]): DefinedColumns {
  const columns: Field[] = fields.flatMap(({ name, column, nullable }) => (column === null ? [] : [{ name, type: column, nullable }]));
  return {
    schema: { fields: columns },
    eventTime: columns.find(column => column.type === 'timestampMs')?.name ?? null,
    skipped: fields.flatMap(({ name, column }) => (column === null ? [{ name, reason: 'it holds something else than a scalar or a list of numbers' }] : []))
  };
}

function avroColumn(type: AvroType): DataType | null {
  if (type.kind === 'union') {
    const values = type.branches.filter(branch => branch.kind !== 'null');
    return values.length === 1 ? avroColumn(values[0]!) : null;
  }
  if (type.kind === 'array') return listOf(avroColumn(type.items));
  if (type.kind === 'long' && type.logical?.startsWith('timestamp') === true) return 'timestampMs';
  return AVRO[type.kind] ?? null;
}

function protobufColumn(field: ProtoField): DataType | null {
  if (field.message?.name === TIMESTAMP && !field.repeated) return 'timestampMs';
  const scalar = PROTOBUF[field.kind] ?? null;
  return field.repeated ? (field.kind === 'enum' ? null : listOf(scalar)) : scalar;
}

function listOf(element: DataType | null): DataType | null {
  const list = typeof element === 'string' ? LISTS[element] : undefined;
  return list === undefined ? null : { list };
}
