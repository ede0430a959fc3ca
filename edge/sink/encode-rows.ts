import { gzipSync } from 'node:zlib';
import type { Batch } from '../../engine/batch/batch';
import type { HttpSinkConfig, StatsdSinkConfig } from '../../engine/plan/nodes/sink';
import { rowPayload } from '../../engine/rows/row-payload';
import { prepareTopic } from '../../engine/rows/topic-template';
import type { DecoderConfig } from '../../engine/plan/decoder-config';
import type { Schema } from '../../engine/schema/schema';
import { encodeBatch } from './batch-codec';
import { encodeEffects, type MqttEffect } from './effect-codec';
import { requestTopic } from './request-effect';
import { statsdLines } from './statsd-lines';
import type { SinkBinding } from './sink-port';

/** Makes the body of an outbox row of a batch; what leaves later is fixed in it, so that every repetition is the same. */
export type EncodeRows = (batch: Batch) => Uint8Array;

/** How the rows of `binding` wait in the outbox. */
export function rowsEncoder({ sink: { config }, schema }: SinkBinding): EncodeRows {
  switch (config.connector) {
    case 'lake':
    case 'featureStore':
      return encodeBatch;
    case 'mqtt':
      return perRow(prepareTopic(config.topic, schema), rowPayload(config.encoder, schema, compressionOf(config.compression)));
    case 'file':
      return perRow(prepareTopic(config.path, schema), linePayload(config.encoder, schema));
    case 'stdout':
      return perRow(() => '', linePayload(config.encoder, schema));
    case 'http':
      return requests(config, schema);
    case 'statsd':
      return datagrams(config, schema);
  }
}

function perRow(topicOf: (batch: Batch, row: number) => string, payloadOf: (batch: Batch, row: number) => Uint8Array): EncodeRows {
  return batch => encodeEffects(Array.from({ length: batch.rowCount }, (_none, row) => ({ topic: topicOf(batch, row), payload: payloadOf(batch, row) })));
}

function compressionOf(compression: 'gzip' | undefined): ((bytes: Uint8Array) => Uint8Array) | undefined {
  return compression === undefined ? undefined : bytes => gzipSync(bytes);
}

/** Formats of lines end in a line feed; binary ones are put one after the other. */
function linePayload(encoder: DecoderConfig | undefined, schema: Schema): (batch: Batch, row: number) => Uint8Array {
  const payloadOf = rowPayload(encoder, schema);
  const format = encoder?.format ?? 'json';
  if (format !== 'json' && format !== 'text' && format !== 'number') return payloadOf;
  return (batch, row) => {
    const bytes = payloadOf(batch, row);
    return bytes.at(-1) === LINE_FEED ? bytes : Buffer.concat([bytes, LINE_END]);
  };
}

const LINE_FEED = 10;
const LINE_END = Buffer.from('\n');

function requests(config: HttpSinkConfig, schema: Schema): EncodeRows {
  const pathOf = prepareTopic(config.path, schema);
  const compress = compressionOf(config.compression);
  const rowsMax = config.batchRowsMax ?? 1;
  if (rowsMax === 1) return perRow((batch, row) => requestTopic(pathOf(batch, row), 1), rowPayload(config.encoder, schema, compress));
  const payloadOf = linePayload(config.encoder, schema);
  return batch => {
    const open = new Map<string, Uint8Array[]>();
    const effects: MqttEffect[] = [];
    const close = (topic: string, lines: readonly Uint8Array[]): void => {
      const body = Buffer.concat(lines);
      effects.push({ topic: requestTopic(topic, lines.length), payload: compress === undefined ? body : compress(body) });
    };
    for (let row = 0; row < batch.rowCount; row++) {
      const path = pathOf(batch, row);
      const lines = open.get(path) ?? [];
      lines.push(payloadOf(batch, row));
      open.set(path, lines);
      if (lines.length < rowsMax) continue;
      close(path, lines);
      open.delete(path);
    }
    for (const [path, lines] of open) close(path, lines);
    return encodeEffects(effects);
  };
}

function datagrams(config: StatsdSinkConfig, schema: Schema): EncodeRows {
  const linesOf = statsdLines(config, schema);
  return batch => encodeEffects(Array.from({ length: batch.rowCount }, (_none, row) => ({ topic: '', payload: Buffer.from(linesOf(batch, row)) })).filter(({ payload }) => payload.length > 0));
}
