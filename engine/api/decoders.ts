import { encodeBase64 } from '../codec/base64';
import type { DecoderConfig } from '../plan/decoder-config';
import { given } from './given';

type ConfigOf<F extends DecoderConfig['format']> = Extract<DecoderConfig, { readonly format: F }>;
type OptionsOf<F extends DecoderConfig['format']> = Omit<ConfigOf<F>, 'format'>;

export interface AvroOptions extends Omit<OptionsOf<'avro'>, 'schema' | 'writerSchemas'> {
  /** The schema under which rows are read, as JSON text or as an object: a record whose fields are the columns. */
  readonly schema: string | object;
  /** Further schemas that payloads may be written with. Default none. */
  readonly writerSchemas?: readonly (string | object)[];
}

/**
 * Payloads in Avro: `mqtt('plant/+', { decoder: avro({ schema, framing: 'singleObject' }), … })`. Rows are read under `schema`,
 * whatever known schema they were written with: new fields get their defaults, ints become longs, and so on.
 */
export function avro(options: AvroOptions): ConfigOf<'avro'> {
  const { schema, writerSchemas, ...rest } = given(options, 'avro', '{ schema } with an Avro schema');
  return { format: 'avro', ...rest, schema: textOf(schema), ...(writerSchemas === undefined ? {} : { writerSchemas: writerSchemas.map(textOf) }) };
}

export interface ProtobufOptions extends Omit<OptionsOf<'protobuf'>, 'descriptor'> {
  /** The file that `protoc --include_imports -o reading.desc reading.proto` writes: its bytes, or these as base64. */
  readonly descriptor: string | Uint8Array;
}

/**
 * Payloads in Protocol Buffers: `protobuf({ descriptor, message: 'plant.v1.Reading' })` gives a row per message. With `rows: 'readings'` every element of that field is a row.
 */
export function protobuf(options: ProtobufOptions): ConfigOf<'protobuf'> {
  const { descriptor, ...rest } = given(options, 'protobuf', "{ descriptor, message: 'package.Message' }");
  return { format: 'protobuf', ...rest, descriptor: typeof descriptor === 'string' ? descriptor : encodeBase64(descriptor) };
}

/**
 * Sparkplug B: `mqtt('spBv1.0/plant1/#', { decoder: sparkplug(), … })` gives a row per metric, with the columns `metric`, `value`, `text`,
 * `timestampMs`, `device`, … that the schema names; `sparkplug({ layout: 'message' })` a row per message with a column per metric.
 */
export function sparkplug(options: OptionsOf<'sparkplug'> = {}): ConfigOf<'sparkplug'> {
  return { format: 'sparkplug', ...options };
}

function textOf(schema: string | object): string {
  return typeof schema === 'string' ? schema : JSON.stringify(schema);
}
