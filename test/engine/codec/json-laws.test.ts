import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecodeFailure } from '../../../engine/codec/decode-failure';
import { parseDecimal } from '../../../engine/codec/decimal';
import { JsonDecoder } from '../../../engine/codec/json';
import type { JsonDecoderOptions } from '../../../engine/codec/json';
import { RowBuilder } from '../../../engine/codec/row-builder';
import { decodeUtf8, encodeUtf8 } from '../../../engine/codec/utf8';
import { cellValue } from '../../../engine/rows/cell-text';
import type { Schema } from '../../../engine/schema/schema';

const schema: Schema = {
  fields: [
    { name: 't', type: 'timestampMs', nullable: false },
    { name: 'x', type: 'float64', nullable: true },
    { name: 'device', type: 'utf8', nullable: true },
    { name: 'n', type: 'int32', nullable: true },
    { name: 'ok', type: 'bool', nullable: true },
    { name: 'xs', type: { list: 'float64' }, nullable: true }
  ]
};
type Row = Record<string, unknown>;

function decoded(decoder: JsonDecoder, sink: RowBuilder, payload: string): number | DecodeFailure {
  return decoder.decode(encodeUtf8(payload), sink);
}

function take(sink: RowBuilder): Row[] {
  const count = sink.rowCount;
  const batch = sink.build(new Float64Array(count), new Float64Array(count));
  return Array.from({ length: count }, (_, row) => Object.fromEntries(batch.schema.fields.map((field, i) => [field.name, cellValue(batch.columns[i]!, row)])));
}

function fails(payload: string, code: string, options: Partial<JsonDecoderOptions> = {}): void {
  const sink = new RowBuilder(schema);
  const result = decoded(new JsonDecoder({ schema, ...options }), sink, payload);
  expect(result, payload.slice(0, 80)).toMatchObject({ code });
  expect(sink.rowCount).toBe(0);
}

const double = fc.double({ noNaN: true, noDefaultInfinity: true });
const row = fc.record(
  {
    t: fc.maxSafeInteger(),
    x: fc.oneof(double, fc.constant(null)),
    device: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant(null)),
    n: fc.integer(),
    ok: fc.boolean(),
    xs: fc.array(double, { maxLength: 5 })
  },
  { requiredKeys: ['t'] }
);
const spacing = fc.constantFrom(undefined, 1, '\t', '\r\n ');
const complete = (record: Row): Row => Object.fromEntries(schema.fields.map(field => [field.name, record[field.name] ?? null]));
const sameNumbers = (record: Row): Row => JSON.parse(JSON.stringify(record)) as Row;

const unknownKeys = (decoder: JsonDecoder): unknown[] => [...decoder.drift()].filter(([name]) => name.startsWith('unknown:')).flat();

describe('the json decoder', () => {
  it('reads what JSON.stringify writes, in every form and spacing, with unknown keys between', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), spacing, fc.json({ maxDepth: 3 }), (rows, space, extra) => {
        const expected = rows.map(record => sameNumbers(complete(record)));
        const noise = rows.map(record => ({ zzz: JSON.parse(extra) as unknown, ...record }));
        const columns = { unknown: extra, ...Object.fromEntries(schema.fields.map(field => [field.name, rows.map(record => complete(record)[field.name])])) };
        const sink = new RowBuilder(schema);
        const decoder = new JsonDecoder({ schema });
        expect(decoded(decoder, sink, JSON.stringify(noise, null, space))).toBe(rows.length);
        for (const record of noise) expect(decoded(decoder, sink, JSON.stringify(record, null, space))).toBe(1);
        expect(decoded(decoder, sink, JSON.stringify(columns, null, space))).toBe(rows.length);
        expect(take(sink)).toEqual([...expected, ...expected, ...expected]);
        expect(unknownKeys(decoder)).toEqual(['unknown:unknown', 1, 'unknown:zzz', rows.length * 2]);
      }),
      { numRuns: 300 }
    );
  });

  it('judges every payload alone: the ones before change neither its rows nor its refusal', () => {
    const full = fc.record({ t: fc.oneof(fc.maxSafeInteger(), fc.nat(999)), x: fc.oneof(double, fc.integer({ min: -9999, max: 9999 }).map(n => n / 100), fc.constant(-0), fc.constant(null)), device: fc.constantFrom('a', 'b', 'ä', 'a"b', '', null), n: fc.oneof(fc.integer(), fc.nat(9)), ok: fc.boolean(), xs: fc.array(double, { maxLength: 3 }) });
    const change = fc.option(fc.tuple(fc.nat(), fc.constantFrom(...'0123456789.-eE"\\,:{}[] nt\u0000')), { freq: 6 });
    const payload = fc.tuple(full, fc.integer({ min: 0, max: 3 }), fc.boolean(), change).map(([record, turn, minusZero, changed]) => {
      const entries = Object.entries(record);
      const text = JSON.stringify(Object.fromEntries([...entries.slice(turn), ...entries.slice(0, turn)]));
      const signed = minusZero ? text.replace('"x":0,', '"x":-0,') : text;
      if (changed === null) return signed;
      const at = changed[0] % signed.length;
      return signed.slice(0, at) + changed[1] + signed.slice(at + 1);
    });
    fc.assert(
      fc.property(fc.array(payload, { minLength: 1, maxLength: 40 }), payloads => {
        const sink = new RowBuilder(schema);
        const decoder = new JsonDecoder({ schema });
        const together = payloads.map(text => decoded(decoder, sink, text));
        const alone = payloads.map(text => {
          const own = new RowBuilder(schema);
          return { outcome: decoded(new JsonDecoder({ schema, limits: { payloadBytesMax: 10_000 } }), own, ` ${text}`), rows: take(own) };
        });
        const withoutOffset = (outcome: number | DecodeFailure): unknown => (typeof outcome === 'number' ? outcome : outcome.code);
        expect(together.map(withoutOffset)).toEqual(alone.map(({ outcome }) => withoutOffset(outcome)));
        expect(take(sink)).toEqual(alone.flatMap(({ rows }) => rows));
      }),
      { numRuns: 400 }
    );
  });

  it('never breaks, leaves no part of a row and agrees with JSON.parse about what is JSON, whatever bytes are changed', () => {
    const strict = new JsonDecoder({ schema });
    fc.assert(
      fc.property(row, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 }), fc.boolean(), (record, changes, cut) => {
        let bytes = encodeUtf8(JSON.stringify(record));
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        if (cut) bytes = bytes.subarray(0, changes[0]![0] % (bytes.length + 1));
        const sink = new RowBuilder(schema);
        const result = strict.decode(bytes, sink);
        const text = decodeUtf8(bytes);
        let valid = text !== null;
        try {
          JSON.parse(text ?? '');
        } catch {
          valid = false;
        }
        if (typeof result === 'number') expect(valid).toBe(true);
        else {
          expect(sink.rowCount).toBe(0);
          expect(result.offset).toBeLessThanOrEqual(bytes.length);
          expect(result.message).toMatch(/\(byte \d+\)$/);
        }
        if (!valid) expect(typeof result).toBe('object');
      }),
      { numRuns: 3000 }
    );
  });

  it('keeps the rows of good messages when a bad one stands between them', () => {
    const sink = new RowBuilder(schema);
    const decoder = new JsonDecoder({ schema });
    expect(decoded(decoder, sink, '{"t":1,"device":"a","xs":[1,2]}')).toBe(1);
    expect(decoded(decoder, sink, '[{"t":2,"device":"b","xs":[3]},{"t":3,"device":"c","xs":[4,"x"]}]')).toMatchObject({ code: 'JSON_TYPE' });
    expect(decoded(decoder, sink, '{"t":[4,5],"x":[1,2,3]}')).toMatchObject({ code: 'JSON_TYPE' });
    expect(decoded(decoder, sink, '{"t":6,"x":null}')).toBe(1);
    expect(take(sink)).toEqual([
      { t: 1, x: null, device: 'a', n: null, ok: null, xs: [1, 2] },
      { t: 6, x: null, device: null, n: null, ok: null, xs: null }
    ]);
  });

  it('leaves columns that the caller fills alone and counts their keys as unknown', () => {
    const sink = new RowBuilder(schema);
    const decoder = new JsonDecoder({ schema, except: ['device'] });
    expect(decoded(decoder, sink, '{"t":1,"device":7}')).toBe(1);
    const device = schema.fields.findIndex(field => field.name === 'device');
    sink.columns[device]!.appendNull();
    expect(take(sink)).toEqual([{ t: 1, x: null, device: null, n: null, ok: null, xs: null }]);
    expect(unknownKeys(decoder)).toEqual(['unknown:device', 1]);
  });

  it('says which column, what it saw, what it expected and where', () => {
    const result = decoded(new JsonDecoder({ schema }), new RowBuilder(schema), '{"t":1,"x":"12"}');
    expect(result).toEqual({ code: 'JSON_TYPE', column: 'x', offset: 11, message: 'saw a string where float64 for column "x" was expected (byte 11)' });
  });

  it('holds its limits', () => {
    fails('{"t":1}', 'JSON_SIZE', { limits: { payloadBytesMax: 6 } });
    fails('[{"t":1},{"t":2}]', 'JSON_SIZE', { limits: { rowsMax: 1 } });
    fails('{"t":[1,2],"x":[1,2]}', 'JSON_SIZE', { limits: { rowsMax: 1 } });
    fails('{"t":1,"device":"abc"}', 'JSON_SIZE', { limits: { stringBytesMax: 2 } });
    fails('{"t":1,"u":1,"v":1}', 'JSON_SIZE', { limits: { keysMax: 2 } });
    fails('{"t":1,"u":[[[1]]]}', 'JSON_DEPTH', { limits: { depthMax: 2 } });
    fails(`{"t":1,"x":0.${'1'.repeat(2000)}}`, 'JSON_SIZE');
    fails(`{"t":1,"u":${'['.repeat(100_000)}`, 'JSON_DEPTH');
  });

  it('refuses what other readers convert quietly', () => {
    for (const [payload, code] of [
      ['{"t":1.0}', 'JSON_TYPE'],
      ['{"t":1e3}', 'JSON_TYPE'],
      ['{"t":"1"}', 'JSON_TYPE'],
      ['{"t":9007199254740993}', 'JSON_RANGE'],
      ['{"t":1,"n":2147483648}', 'JSON_RANGE'],
      ['{"t":1,"x":1e400}', 'JSON_RANGE'],
      ['{"t":1,"t":1}', 'JSON_DUPLICATE_KEY'],
      ['{"t":1,"u":1,"\\u0075":1}', 'JSON_DUPLICATE_KEY'],
      ['{"t":1,"device":"\\udc00"}', 'JSON_UTF8'],
      ['{"t":1,"xs":[1,null]}', 'JSON_TYPE'],
      ['{"t":null}', 'JSON_MISSING_FIELD'],
      ['{"x":1}', 'JSON_MISSING_FIELD'],
      ['[{"t":1},[]]', 'JSON_TYPE'],
      ['{"t":[1],"x":1}', 'JSON_TYPE'],
      ['{"x":[1,2],"t":[1]}', 'JSON_TYPE'],
      ['7', 'JSON_TYPE'],
      ['{"t":1}x', 'JSON_TRAILING_DATA']
    ] as const) fails(payload, code);
  });

  it('shares one dictionary over batches until it is full, then starts another', () => {
    const sink = new RowBuilder({ fields: [schema.fields[0]!, schema.fields[2]!] });
    const decoder = new JsonDecoder({ schema: sink.schema });
    const dictionaryAfter = (text: string): unknown => {
      decoded(decoder, sink, `{"t":1,"device":"${text}"}`);
      const column = sink.build(new Float64Array(1), new Float64Array(1)).columns[1]!;
      return column.kind === 'utf8' ? column.dictionary : null;
    };
    const first = dictionaryAfter('a');
    expect(dictionaryAfter('b')).toBe(first);
    for (let i = 0; i < 70_000; i++) decoded(decoder, sink, `{"t":1,"device":"device-${i}"}`);
    sink.truncate(0);
    expect(dictionaryAfter('a')).not.toBe(first);
  });
});

describe('parseDecimal', () => {
  it('rounds as Number() does, also halfway between two doubles', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 14, maxLength: 20 });
    fc.assert(
      fc.property(digits, fc.nat(25), fc.boolean(), (text, places, negative) => {
        const padded = text.padStart(places + 1, '0');
        const whole = padded.slice(0, padded.length - places).replace(/^0+(?=.)/, '');
        const number = `${negative ? '-' : ''}${whole}${places > 0 ? `.${padded.slice(padded.length - places)}` : ''}`;
        expect(parseDecimal(encodeUtf8(number), 0, number.length)).toBe(Number(number));
      }),
      { numRuns: 5000 }
    );
    for (const number of ['9007199254740993', '9007199254740993.0', '4503599627370496.5', '4503599627370497.5', '0.30000000000000004', '-0.00000000000000000000']) {
      expect(parseDecimal(encodeUtf8(number), 0, number.length)).toBe(Number(number));
    }
  });
});
