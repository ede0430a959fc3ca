import type { Value } from '../batch/value';
import type { DecoderConfig } from '../plan/decoder-config';
import type { Schema } from '../schema/schema';
import { avroEncoder } from './encode-avro';
import { itemEncoder } from './encode-item';
import { protobufEncoder } from './encode-protobuf';
import { rawEncoder } from './encode-raw';
import { sparkplugEncoder } from './encode-sparkplug';
import { csvEncoder, jsonEncoder, numberEncoder, textEncoder } from './encode-text';

/** Makes the payload of one row; `row` has a value per column of the schema. */
export type PayloadEncoder = (row: readonly Value[]) => Uint8Array;

/**
 * The encoder of rows of `schema` into the format that `config` describes: what the decoder of the same config reads back as
 * the same row. Throws PlanError `ENCODER_SCHEMA` or `DECODER_SCHEMA` when the two do not fit.
 */
export function encoderOf(config: DecoderConfig, schema: Schema): PayloadEncoder {
  switch (config.format) {
    case 'json':
      return jsonEncoder(schema, config);
    case 'messagePack':
    case 'cbor':
      return itemEncoder(config.format, schema, config.layout ?? 'map');
    case 'avro':
      return avroEncoder(schema, config);
    case 'protobuf':
      return protobufEncoder(schema, config);
    case 'sparkplug':
      return sparkplugEncoder(schema, config);
    case 'csv':
      return csvEncoder(schema, config);
    case 'raw':
      return rawEncoder(schema, config);
    case 'number':
      return numberEncoder(schema, config);
    case 'text':
      return textEncoder(schema, config);
  }
}
