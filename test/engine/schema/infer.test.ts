import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encoderOf } from '../../../engine/codec/encoder-of';
import { JsonDecoder } from '../../../engine/codec/json';
import { RowBuilder } from '../../../engine/codec/row-builder';
import { encodeUtf8 } from '../../../engine/codec/utf8';
import { inferSchema } from '../../../engine/schema/infer';
import { printSchema } from '../../../engine/schema/print-typescript';
import type { Schema } from '../../../engine/schema/schema';
import { typeName } from '../../../engine/schema/schema';
import { typeNames } from '../../../engine/schema/type-table';

const infer = (...payloads: string[]): ReturnType<typeof inferSchema> => inferSchema(payloads.map(encodeUtf8));
const types = (...payloads: string[]): string[] => infer(...payloads).schema.fields.map(field => `${field.name}: ${typeName(field.type)}${field.nullable ? '?' : ''}`);

describe('inferring a schema', () => {
  it('names the columns of a vibration topic in their order and finds the event time', () => {
    const payload = '{"device":"b1","tMs":1767225600000,"x":[0.1,-0.2],"rpm":1480.5,"ok":true}';
    expect(types(payload, payload)).toEqual(['device: utf8', 'tMs: timestampMs', 'x: list<float64>', 'rpm: float64', 'ok: bool']);
    const guess = infer(payload);
    expect(guess.eventTime).toBe('tMs');
    expect(guess.columns[2]).toEqual({ name: 'x', seen: 1, nullShare: 0, min: -0.2, max: 0.1, example: '[0.1,-0.2]' });
  });

  it('takes integers beyond 2^31 as int64 and small ones as int32 once five rows agree', () => {
    const rows = Array.from({ length: 5 }, (_, i) => `{"id":${3_000_000_000 + i},"n":${i}}`);
    expect(types(...rows)).toEqual(['id: int64', 'n: int32']);
    expect(types(rows[0]!)).toEqual(['id: int64', 'n: float64']);
    expect(types(...rows, '{"id":1,"n":1.0}')).toEqual(['id: int64', 'n: float64']);
  });

  it('calls absent and null values nullable and tells their share', () => {
    expect(types('{"a":1.5}', '{"a":null,"b":"x"}')).toEqual(['a: float64?', 'b: utf8?']);
    expect(infer('{"a":1.5}', '{"a":null,"b":"x"}').columns.map(column => [column.seen, column.nullShare])).toEqual([[2, 0.5], [1, 0.5]]);
  });

  it('prefers the better name among plausible times and ignores implausible ones', () => {
    expect(infer('{"createdAt":1767225600001,"eventTimeMs":1767225600000}').eventTime).toBe('eventTimeMs');
    expect(infer('{"serial":1767225600001}')).toMatchObject({ eventTime: 'serial' });
    expect(infer('{"t":1767225600}').eventTime).toBeNull();
    expect(infer('{"t":1767225600000.5}').eventTime).toBeNull();
  });

  it('reads lists of objects and objects of equally long lists as rows', () => {
    expect(infer('[{"t":1767225600000,"x":1.5},{"t":1767225600001,"x":2.5}]')).toMatchObject({ samples: 2, eventTime: 't' });
    expect(types('{"t":[1767225600000,1767225600001],"x":[1.5,null]}')).toEqual(['t: timestampMs', 'x: float64?']);
  });

  it('leaves out objects and lists of text with a reason, and reports payloads that are no rows', () => {
    const guess = infer('{"a":{"b":1},"c":["x"],"d":1.5}', 'running', '7');
    expect(guess.schema.fields.map(field => field.name)).toEqual(['d']);
    expect(guess.skipped.map(column => column.name)).toEqual(['a', 'c']);
    expect(guess.errors).toHaveLength(2);
    expect(guess.errors[0]!.message).toMatch(/saw "r"/);
  });

  it('is a schema under which the decoder takes the samples', () => {
    const scalar = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), fc.string(), fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })));
    const rows = fc.dictionary(fc.constantFrom('a', 'b', 't', 'ünits', 'x y'), scalar, { minKeys: 1, noNullPrototype: true });
    fc.assert(
      fc.property(rows, fc.nat(3), (row, repeats) => {
        const payloads = Array.from({ length: repeats + 1 }, () => encodeUtf8(JSON.stringify(row)));
        const { schema } = inferSchema(payloads);
        const sink = new RowBuilder(schema);
        const decoder = new JsonDecoder({ schema });
        for (const payload of payloads) expect(decoder.decode(payload, sink)).toBeTypeOf('number');
      })
    );
  });
});

describe('inferring a schema from other formats', () => {
  const row = { device: 'b1', n: 7, x: [0.5, 1], ok: true, t: 1_767_225_600_000 };
  const schema: Schema = {
    fields: [
      { name: 'device', type: 'utf8', nullable: false },
      { name: 'n', type: 'int32', nullable: false },
      { name: 'x', type: { list: 'float64' }, nullable: false },
      { name: 'raw', type: 'binary', nullable: false },
      { name: 't', type: 'timestampMs', nullable: false }
    ]
  };
  it.each(['messagePack', 'cbor'] as const)('finds columns, bytes and the event time in %s', format => {
    const payload = encoderOf({ format }, schema)([row.device, row.n, row.x, Uint8Array.of(1, 2), row.t]);
    const guess = inferSchema(Array.from({ length: 5 }, () => payload), { format });
    expect(guess.schema).toEqual(schema);
    expect(guess.eventTime).toBe('t');
    expect(inferSchema([payload.subarray(0, 9)], { format }).errors).toHaveLength(1);
  });
  it('finds columns in CSV by the text of their fields', () => {
    const csv = encodeUtf8(`tMs;wert;ok;note\n${'1767225600000;1,5;true;\n'.repeat(5)}`);
    const guess = inferSchema([csv], { format: 'csv', delimiter: ';', decimal: ',' });
    expect(guess.schema.fields.map(field => `${field.name} ${typeName(field.type)}${field.nullable ? '?' : ''}`)).toEqual(['tMs timestampMs', 'wert float64', 'ok bool', 'note utf8?']);
    expect(inferSchema([encodeUtf8('a,b\n1\n')], { format: 'csv' }).errors[0]!.message).toBe('a line has 1 fields where 2 were expected');
  });
});

describe('printing and naming types', () => {
  it('prints a schema as the fluent API reads it', () => {
    const schema = {
      fields: [
        { name: 'device', type: 'utf8', nullable: false },
        { name: "it's", type: 'float64', nullable: true },
        { name: 'x', type: { list: 'float32', size: 3 }, nullable: true }
      ]
    } as const;
    expect(printSchema('Vibration', schema)).toBe("const Vibration = schema({\n  device: utf8(),\n  'it\\'s': float64({ nullable: true }),\n  x: list('float32', { size: 3, nullable: true })\n});");
  });
  it('has one name per system for every type', () => {
    expect(typeNames('float32')).toEqual({ arrow: 'Float32', parquet: 'FLOAT', flinkSql: 'FLOAT', onnx: 'tensor(float)', duckdb: 'FLOAT' });
    expect(typeNames({ list: 'float64', size: 3 })).toMatchObject({ arrow: 'FixedSizeList<Float64, 3>', flinkSql: 'ARRAY<DOUBLE>', duckdb: 'DOUBLE[3]' });
  });
});
