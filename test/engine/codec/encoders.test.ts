import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../../engine/batch/value';
import { publish } from '../../../engine/api/sinks';
import { rowPayload } from '../../../engine/rows/row-payload';
import { encodeBase64 } from '../../../engine/codec/base64';
import { decoderOf } from '../../../engine/codec/decoder-of';
import { encoderOf } from '../../../engine/codec/encoder-of';
import { JsonDecoder } from '../../../engine/codec/json';
import { RowBuilder } from '../../../engine/codec/row-builder';
import { sink } from '../../../engine/operator/sink';
import { configParsers } from '../../../engine/plan/parse-config';
import type { DecoderConfig } from '../../../engine/plan/decoder-config';
import type { Field, Schema } from '../../../engine/schema/schema';
import { expectedRows, mustDecode, RECORD_SCHEMA, rowsOf } from '../../support/codec-case';
import { plain, referenceBytes, referenceCases, referenceJson } from '../../support/reference';

const avroSchema = readFileSync(new URL('../../golden/reference/codecs/reading.avsc', import.meta.url), 'utf8');
const descriptor = encodeBase64(referenceBytes('codecs/reading.desc'));
const scalars: Schema = { fields: RECORD_SCHEMA.fields.filter(field => typeof field.type === 'string') };
const numbers: Schema = { fields: scalars.fields.filter(field => ['seq', 'eventTimeMs', 'level', 'temperature', 'ratio'].includes(field.name)).map(field => ({ ...field, nullable: false })) };
const wide: Schema = { fields: [...scalars.fields.filter(field => field.name !== 'seq').map(field => ({ ...field, nullable: true })), { name: 'timestampMs', type: 'timestampMs', nullable: false }] };

/** Formats, the schema that each can hold, and what it makes of a null list. */
const FORMATS: readonly { readonly name: string; readonly config: DecoderConfig; readonly schema: Schema; readonly topic?: string; readonly nullLists?: 'empty' }[] = [
  { name: 'json', config: { format: 'json' }, schema: RECORD_SCHEMA },
  { name: 'json lines', config: { format: 'json', lines: true }, schema: RECORD_SCHEMA },
  { name: 'messagePack maps', config: { format: 'messagePack' }, schema: RECORD_SCHEMA },
  { name: 'messagePack lists', config: { format: 'messagePack', layout: 'array' }, schema: RECORD_SCHEMA },
  { name: 'cbor maps', config: { format: 'cbor' }, schema: RECORD_SCHEMA },
  { name: 'cbor lists', config: { format: 'cbor', layout: 'array' }, schema: RECORD_SCHEMA },
  { name: 'avro', config: { format: 'avro', schema: avroSchema }, schema: RECORD_SCHEMA },
  { name: 'avro single objects', config: { format: 'avro', schema: avroSchema, framing: 'singleObject' }, schema: RECORD_SCHEMA },
  { name: 'avro container files', config: { format: 'avro', schema: avroSchema, framing: 'container' }, schema: RECORD_SCHEMA },
  { name: 'protobuf', config: { format: 'protobuf', descriptor, message: 'littoral.test.Reading' }, schema: RECORD_SCHEMA, nullLists: 'empty' },
  { name: 'protobuf rows in a message', config: { format: 'protobuf', descriptor, message: 'littoral.test.Batch', rows: 'readings' }, schema: RECORD_SCHEMA, nullLists: 'empty' },
  { name: 'csv', config: { format: 'csv', nullText: '\\N' }, schema: scalars },
  { name: 'csv without a header', config: { format: 'csv', header: false, delimiter: ';', quote: "'", decimal: ',', nullText: '~' }, schema: scalars },
  {
    name: 'raw records',
    config: { format: 'raw', stride: 40, fields: [{ name: 'seq', type: 'int64', offset: 0 }, { name: 'eventTimeMs', type: 'int64', offset: 8, endian: 'big' }, { name: 'level', type: 'int32', offset: 16 }, { name: 'ratio', type: 'float32', offset: 20 }, { name: 'temperature', type: 'float64', offset: 32 }] },
    schema: numbers
  },
  { name: 'sparkplug messages', config: { format: 'sparkplug', layout: 'message' }, schema: wide, topic: 'spBv1.0/g/NDATA/e' }
];

const records = (referenceJson('codecs/records.json') as { record: Record<string, unknown> }[]).map(line => plain(line.record) as Record<string, unknown>);

/** A record as values in the order of a schema's columns: bigints for int64, something for what may not be null. */
function valuesOf(record: Record<string, unknown>, { fields }: Schema): Value[] {
  return fields.map(field => {
    const value = record[field.name] ?? null;
    if (field.type === 'int64' && typeof value === 'number') return BigInt(value);
    return value === null && !field.nullable ? 0 : (value as Value);
  });
}

function roundTrip(format: (typeof FORMATS)[number], row: readonly Value[]): unknown[] {
  const { config, schema, topic } = format;
  const [seen, ...more] = mustDecode(decoderOf(config, { schema }), schema, encoderOf(config, schema)(row), topic);
  expect(more).toEqual([]);
  return schema.fields.map(field => seen![field.name]);
}

/** JSON and CSV have no NaN and no infinities, Sparkplug's times begin in 1970. */
const canHold = ({ name }: (typeof FORMATS)[number], row: readonly Value[]): boolean =>
  !(/json|csv/.test(name) && row.some(value => typeof value === 'number' && !Number.isFinite(value))) && !(name.startsWith('sparkplug') && Number(row[1]) < 0);

const withNullLists = (row: readonly Value[], { fields }: Schema, format: (typeof FORMATS)[number]): Value[] =>
  row.map((value, index) => (value === null && typeof fields[index]!.type === 'object' && format.nullLists === 'empty' ? [] : value));

describe('encoders', () => {
  for (const format of FORMATS) {
    it(`writes the records of the reference as ${format.name}, and the decoder reads them back`, () => {
      for (const record of records) {
        const row = valuesOf(record, format.schema);
        if (!canHold(format, row)) continue;
        expect(roundTrip(format, row), String(record['deviceId'])).toEqual(withNullLists(row, format.schema, format));
      }
    });

    it(`writes any row as ${format.name}, and the decoder reads it back`, () => {
      const rows = fc.tuple(...format.schema.fields.map(arbitraryOf)) as fc.Arbitrary<Value[]>;
      fc.assert(
        fc.property(rows, row => {
          expect(roundTrip(format, row)).toEqual(withNullLists(row, format.schema, format));
        }),
        { numRuns: 60 }
      );
    });
  }

  it('writes the very bytes of fastavro and of protobuf for Python', () => {
    const cases = [...referenceCases('codecs/avro.json'), ...referenceCases('codecs/protobuf.json')].filter(line => /^(avro-(raw|single)|protobuf)-r\d+$/.test(line.name) && (line as { note?: string }).note === undefined);
    expect(cases.length).toBeGreaterThan(60);
    for (const { name, expected, input, params } of cases) {
      const config: DecoderConfig = name.startsWith('avro') ? { format: 'avro', schema: avroSchema, framing: params['layout'] as 'raw' } : { format: 'protobuf', descriptor, message: 'littoral.test.Reading' };
      const [record] = expectedRows(expected);
      expect(encoderOf(config, RECORD_SCHEMA)(valuesOf(record!, RECORD_SCHEMA)), name).toEqual(plain(input));
    }
  });

  it('writes one metric of a row, in the type that the row names', () => {
    const schema: Schema = { fields: [{ name: 'metric', type: 'utf8', nullable: false }, { name: 'datatype', type: 'utf8', nullable: false }, { name: 'timestampMs', type: 'timestampMs', nullable: false }, { name: 'value', type: 'float64', nullable: true }, { name: 'text', type: 'utf8', nullable: true }] };
    const config: DecoderConfig = { format: 'sparkplug' };
    for (const row of [['speed', 'Double', 1000, 1.5, null], ['level', 'Int8', 2000, -5, null], ['name', 'String', 3000, null, 'pump'], ['none', 'Double', 4000, null, null]]) {
      const [seen] = mustDecode(decoderOf(config, { schema }), schema, encoderOf(config, schema)(row), 'spBv1.0/g/NDATA/e');
      expect(Object.values(seen!)).toEqual(row);
    }
  });

  it('refuses schemas that do not fit, with what to change', () => {
    const text = (name: string): Field => ({ name, type: 'utf8', nullable: false });
    expect(() => encoderOf({ format: 'avro', schema: avroSchema }, { fields: [text('deviceId')] })).toThrow(/field "seq" is long, but no column has that name/);
    expect(() => encoderOf({ format: 'protobuf', descriptor, message: 'littoral.test.Reading' }, { fields: [text('seq')] })).toThrow(/column "seq" is utf8, but the field is int64/);
    expect(() => encoderOf({ format: 'raw', stride: 4, fields: [{ name: 'x', type: 'int32', offset: 0 }] }, { fields: [text('y')] })).toThrow(/no column is called "x"/);
  });
});

function arbitraryOf(field: Field): fc.Arbitrary<Value> {
  const value = arbitraryValue(field);
  return field.nullable ? fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) }) : value;
}

function arbitraryValue({ type }: Field): fc.Arbitrary<Value> {
  const finite = { noNaN: true, noDefaultInfinity: true };
  if (typeof type === 'object') {
    const element = type.list === 'float32' ? fc.float(finite) : fc.double(finite);
    return fc.array(element, type.size === undefined ? { maxLength: 40 } : { minLength: type.size, maxLength: type.size });
  }
  switch (type) {
    case 'bool':
      return fc.boolean();
    case 'int32':
      return fc.integer();
    case 'int64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'float32':
      return fc.float(finite);
    case 'float64':
      return fc.double(finite);
    case 'timestampMs':
      return fc.maxSafeNat();
    case 'utf8':
      return fc.string({ unit: 'grapheme', minLength: 1 });
    case 'binary':
      return fc.uint8Array({ minLength: 1, maxLength: 300 });
  }
}

describe('the encoder of a sink', () => {
  const schema: Schema = { fields: [{ name: 'device', type: 'utf8', nullable: false }, { name: 'n', type: 'int64', nullable: true }, { name: 'x', type: { list: 'float32' }, nullable: false }] };
  const rows = new RowBuilder(schema);
  new JsonDecoder({ schema }).decode(new TextEncoder().encode('[{"device":"a","n":9007199254740993,"x":[1.5]},{"device":"b","x":[]}]'), rows);
  const batch = rows.build(new Float64Array(2), new Float64Array(2));
  it('writes JSON as in rows-out files unless the sink names a format', () => {
    expect(new TextDecoder().decode(rowPayload(undefined, schema)(batch, 0))).toBe('{"device":"a","n":"9007199254740993","x":[1.5]}');
    const cbor = rowPayload({ format: 'cbor' }, schema);
    for (const row of [0, 1]) expect(mustDecode(decoderOf({ format: 'cbor' }, { schema }), schema, cbor(batch, row))).toEqual([rowsOf(batch)[row]]);
  });
  it('belongs to publish and is checked with the plan', () => {
    expect(publish('a/{device}', { encoder: { format: 'messagePack' } }).config['encoder']).toEqual({ format: 'messagePack' });
    const config = { connector: 'mqtt', name: 'out', topic: 'a', connection: 'c', qos: 0, retain: false, encoder: { format: 'avro', schema: avroSchema } };
    expect(configParsers.sink(config, 'out')).toEqual(config);
    expect(() => sink.resolve(configParsers.sink(config, 'out'), [{ schema, keys: [] }], 'out')).toThrow(/sink "out": avro encoder: field "deviceId" is string, but no column has that name/);
  });
});
