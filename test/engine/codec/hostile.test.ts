import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../../engine/batch/value';
import { encodeBase64 } from '../../../engine/codec/base64';
import { decoderOf } from '../../../engine/codec/decoder-of';
import { encoderOf } from '../../../engine/codec/encoder-of';
import { RowBuilder } from '../../../engine/codec/row-builder';
import type { DecoderConfig } from '../../../engine/plan/decoder-config';
import type { Schema } from '../../../engine/schema/schema';
import { RECORD_SCHEMA, rowsOf } from '../../support/codec-case';
import { referenceBytes } from '../../support/reference';

const avroSchema = readFileSync(new URL('../../golden/reference/codecs/reading.avsc', import.meta.url), 'utf8');
const descriptor = encodeBase64(referenceBytes('codecs/reading.desc'));
const ROW: readonly Value[] = ['pump-07', 12n, 1_767_225_600_000, -3, 21.5, 0.25, true, Uint8Array.of(1, 2, 3), [1, 2, 3], [0.1, 0.2], 'näh'];
const SCALARS: Schema = { fields: RECORD_SCHEMA.fields.filter(field => typeof field.type === 'string') };
const SPARKPLUG: Schema = { fields: SCALARS.fields.filter(field => field.name !== 'seq').map(field => ({ ...field, nullable: true })) };
const scalarRow = ROW.filter((_, index) => typeof RECORD_SCHEMA.fields[index]!.type === 'string');

const FORMATS: readonly (readonly [DecoderConfig, Schema, readonly Value[]])[] = [
  [{ format: 'json' }, RECORD_SCHEMA, ROW],
  [{ format: 'messagePack' }, RECORD_SCHEMA, ROW],
  [{ format: 'messagePack', layout: 'array', sequence: true }, RECORD_SCHEMA, ROW],
  [{ format: 'cbor' }, RECORD_SCHEMA, ROW],
  [{ format: 'avro', schema: avroSchema }, RECORD_SCHEMA, ROW],
  [{ format: 'avro', schema: avroSchema, framing: 'singleObject' }, RECORD_SCHEMA, ROW],
  [{ format: 'avro', schema: avroSchema, framing: 'container' }, RECORD_SCHEMA, ROW],
  [{ format: 'protobuf', descriptor, message: 'littoral.test.Reading' }, RECORD_SCHEMA, ROW],
  [{ format: 'protobuf', descriptor, message: 'littoral.test.Batch', rows: 'readings' }, RECORD_SCHEMA, ROW],
  [{ format: 'csv' }, SCALARS, scalarRow],
  [{ format: 'sparkplug', layout: 'message' }, SPARKPLUG, scalarRow.filter((_, index) => SCALARS.fields[index]!.name !== 'seq')],
  [{ format: 'raw', stride: 12, fields: [{ name: 'level', type: 'int32', offset: 0 }, { name: 'temperature', type: 'float64', offset: 4 }] }, { fields: RECORD_SCHEMA.fields.filter(field => ['level', 'temperature'].includes(field.name)) }, [-3, 21.5]]
];

/** Changes to a payload: another byte, a part that is gone, a part that comes twice, bytes put in. */
const change = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 1 }) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }) }),
  fc.record({ kind: fc.constant('twice' as const), at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }) }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), bytes: fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.constant(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 127))) })
);

function changed(payload: Uint8Array, changes: readonly { readonly kind: 'set' | 'cut' | 'twice' | 'insert'; readonly at: number; readonly bytes: Uint8Array }[]): Uint8Array {
  let bytes = [...payload];
  for (const { kind, at, bytes: part } of changes) {
    const place = bytes.length === 0 ? 0 : at % bytes.length;
    if (kind === 'set') bytes[place] = part[0]!;
    else if (kind === 'cut') bytes.splice(place, part.length);
    else if (kind === 'twice') bytes = [...bytes.slice(0, place + part.length), ...bytes.slice(place)];
    else bytes.splice(place, 0, ...part);
  }
  return Uint8Array.from(bytes);
}

describe('any decoder', () => {
  for (const [config, schema, row] of FORMATS) {
    it(`of ${JSON.stringify(config).slice(0, 60)} gives whole rows or a typed failure for whatever bytes, and goes on`, () => {
      const decoder = decoderOf(config, { schema });
      const payload = encoderOf(config, schema)(row);
      const topic = 'spBv1.0/g/NDATA/e';
      const first = new RowBuilder(schema);
      expect(decoder.decode(payload, first, topic)).toBe(1);
      const expected = rowsOf(first.build(new Float64Array(1), new Float64Array(1)));
      const sink = new RowBuilder(schema);
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), changes => {
          const hostile = changed(payload, changes);
          const outcome = decoder.decode(hostile, sink, topic);
          const count = typeof outcome === 'number' ? outcome : 0;
          if (typeof outcome !== 'number') {
            expect(outcome.code).toMatch(/^(JSON|MSGPACK|CBOR|AVRO|PROTOBUF|CSV|SPARKPLUG|RAW)_(SYNTAX|TRUNCATED|TRAILING_DATA|UTF8|DUPLICATE_KEY|TYPE|RANGE|MISSING_FIELD|DEPTH|SIZE|UNKNOWN_SCHEMA)$/);
            expect(outcome.message).toMatch(/\(byte \d+\)$/);
          }
          decoder.takeRefusals?.();
          for (const column of sink.columns) expect(column.length).toBe(count);
          expect(decoder.decode(payload, sink, topic)).toBe(1);
          const seen = rowsOf(sink.build(new Float64Array(count + 1), new Float64Array(count + 1)));
          expect(seen.slice(count)).toEqual(expected);
        }),
        { numRuns: 400 }
      );
    });
  }
});

describe('bytes in a column', () => {
  it('are a copy, so that a packet whose memory is used again does not change rows', () => {
    for (const [config, schema, row] of FORMATS.filter(([{ format }]) => ['messagePack', 'cbor', 'avro', 'protobuf', 'sparkplug'].includes(format))) {
      const decoder = decoderOf(config, { schema });
      const packet = Buffer.from(encoderOf(config, schema)(row));
      const sink = new RowBuilder(schema);
      expect(decoder.decode(packet, sink, 'spBv1.0/g/NDATA/e')).toBe(1);
      packet.fill(0);
      expect(rowsOf(sink.build(new Float64Array(1), new Float64Array(1)))[0]!['raw']).toEqual(Uint8Array.of(1, 2, 3));
    }
  });
});
