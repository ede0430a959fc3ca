import type { DecoderConfig } from '../plan/decoder-config';
import { AvroDecoder } from './avro';
import { CborReader } from './cbor';
import { CsvDecoder } from './csv';
import { DEFAULT_DECODE_LIMITS } from './decode-failure';
import { ItemDecoder } from './item-decoder';
import { JsonDecoder } from './json';
import { MessagePackReader } from './messagepack';
import { NumberDecoder } from './number-payload';
import type { PayloadDecoder, PayloadDecoderOptions } from './payload-decoder';
import { ProtobufDecoder } from './protobuf';
import { RawDecoder } from './raw';
import { SparkplugDecoder } from './sparkplug';
import { TextDecoder } from './text-payload';

/** The decoder that `config` describes, for the columns of a schema. Throws PlanError `DECODER_SCHEMA` when the two do not fit. */
export function decoderOf(config: DecoderConfig, options: PayloadDecoderOptions): PayloadDecoder {
  const depthMax = options.limits?.depthMax ?? DEFAULT_DECODE_LIMITS.depthMax;
  switch (config.format) {
    case 'json':
      return new JsonDecoder({ ...options, ...config });
    case 'messagePack':
      return new ItemDecoder('MSGPACK', new MessagePackReader(depthMax), { ...options, ...config });
    case 'cbor':
      return new ItemDecoder('CBOR', new CborReader(depthMax), { ...options, ...config });
    case 'avro': {
      const { format: _, schema, ...rest } = config;
      return new AvroDecoder({ ...options, ...rest, avroSchema: schema });
    }
    case 'protobuf':
      return new ProtobufDecoder({ ...options, ...config });
    case 'sparkplug':
      return new SparkplugDecoder({ ...options, ...config });
    case 'csv':
      return new CsvDecoder({ ...options, ...config });
    case 'raw':
      return new RawDecoder(config, options);
    case 'number':
      return new NumberDecoder({ ...options, ...config });
    case 'text':
      return new TextDecoder({ ...options, ...config });
  }
}
