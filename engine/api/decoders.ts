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

/**
 * Payloads in Protocol Buffers: `protobuf({ descriptor, message: 'plant.v1.Reading' })`. `descriptor` is the base64 of the file that
 * `protoc --include_imports -o reading.desc reading.proto` writes. With `rows: 'readings'` every element of that field is a row.
 */
export function protobuf(options: OptionsOf<'protobuf'>): ConfigOf<'protobuf'> {
  return { format: 'protobuf', ...given(options, 'protobuf', "{ descriptor, message: 'package.Message' }") };
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
