import { describe, expect, it } from 'vitest';
import { CsvDecoder, csvLines } from '../../../engine/codec/csv';
import type { ElementType } from '../../../engine/codec/element';
import { ELEMENT_BYTES, readElement } from '../../../engine/codec/element';
import { NumberDecoder } from '../../../engine/codec/number-payload';
import type { RawLayout } from '../../../engine/codec/raw';
import { RawDecoder } from '../../../engine/codec/raw';
import { encodeUtf8 } from '../../../engine/codec/utf8';
import type { Schema } from '../../../engine/schema/schema';
import { allowedOutcomes, decodeRows, expectedRows, expectOutcome, expectRows, mustDecode, schemaOf } from '../../support/codec-case';
import type { ReferenceCase } from '../../support/reference';
import { plain, referenceCases } from '../../support/reference';

const csvOf = ({ params }: ReferenceCase, schema: Schema): CsvDecoder =>
  new CsvDecoder({ schema, delimiter: String(params['delimiter']), quote: String(params['quote'] ?? '"'), header: params['header'] === true, nullText: typeof params['null'] === 'string' ? params['null'] : '' });

describe('the csv decoder against the reference', () => {
  for (const reference of referenceCases('codecs/csv.json')) {
    it(`reads ${reference.name} as Python does`, () => {
      const payload = plain(reference.input) as Uint8Array;
      const expected = reference.expected as { rows?: string[][]; columns?: string[] };
      if (expected.rows) expect(csvLines(payload, { delimiter: String(reference.params['delimiter']), quote: String(reference.params['quote'] ?? '"') })).toEqual(expected.rows);
      else {
        const all = schemaOf(reference);
        const schema = { fields: all.fields.filter(field => expected.columns!.includes(field.name)) };
        expectRows(mustDecode(csvOf(reference, schema), schema, payload), expectedRows(expected), schema);
      }
    });
  }
  for (const reference of referenceCases('codecs/bad/bad.json').filter(line => line.codec === 'csv')) {
    it(`treats ${reference.name} as the reference allows`, () => {
      const schema = schemaOf(reference);
      expectOutcome(decodeRows(csvOf(reference, schema), schema, plain(reference.input, 'codecs/bad') as Uint8Array), reference, schema);
    });
  }
});

describe('the csv decoder', () => {
  const schema: Schema = { fields: [{ name: 'a', type: 'int32', nullable: false }, { name: 'b', type: 'utf8', nullable: true }] };
  it('reads the header of every payload, whatever stood in the one before', () => {
    const decoder = new CsvDecoder({ schema });
    const decode = (text: string): unknown => {
      const seen = decodeRows(decoder, schema, encodeUtf8(text));
      return Array.isArray(seen) ? seen.map(row => [row['a'], row['b']]) : seen.code;
    };
    expect(decode('a,b')).toEqual([]);
    expect(decode('a,bc\n1,x\n')).toEqual([[1, null]]);
    expect(decode('a,b\r\n1,x\r\n')).toEqual([[1, 'x']]);
    expect(decode('a,b\r\n2,y\r\n3,\r\n')).toEqual([[2, 'y'], [3, null]]);
    expect(decode('a,b\n4,z')).toEqual([[4, 'z']]);
    expect(decode('b,a\nq,5\n')).toEqual([['5', 'q']].map(([a, b]) => [Number(a), b]));
    expect(decode('a,a\n1,2\n')).toBe('CSV_DUPLICATE_KEY');
    expect(decode('b\nx\n')).toBe('CSV_MISSING_FIELD');
    expect(decoder.drift()).toEqual(new Map([['missing:b', 1], ['unknown:bc', 1]]));
  });
});

interface RawParams {
  readonly element?: ElementType;
  readonly endian?: 'little' | 'big';
  readonly channels?: number;
  readonly order?: 'interleaved' | 'planar';
  readonly count?: number;
  readonly stride?: number;
  readonly fields?: readonly { name: string; type: ElementType; offset: number; endian: 'little' | 'big' }[];
}

const columnType = (type: ElementType): 'int64' | 'int32' | 'float64' => (type.startsWith('float') ? 'float64' : ELEMENT_BYTES[type] > 2 ? 'int64' : 'int32');
const required = (names: readonly string[], type: Schema['fields'][number]['type']): Schema => ({ fields: names.map(name => ({ name, type, nullable: false })) });

/** The layout of a case and a schema that holds its numbers: records, or a block of one list per channel. */
function rawOf(params: RawParams): { readonly layout: RawLayout; readonly schema: Schema } {
  if (params.fields) return { layout: { stride: params.stride!, fields: params.fields }, schema: { fields: params.fields.map(field => ({ name: field.name, type: columnType(field.type), nullable: false })) } };
  const channels = Array.from({ length: params.channels ?? 1 }, (_, i) => `c${i}`);
  return { layout: { block: { type: params.element!, endian: params.endian!, channels, ...(params.order ? { order: params.order } : {}), ...(params.count === undefined ? {} : { count: params.count }) } }, schema: required(channels, { list: 'float64' }) };
}

const decodeRaw = (params: RawParams, payload: Uint8Array): ReturnType<typeof decodeRows> => {
  const { layout, schema } = rawOf(params);
  return decodeRows(new RawDecoder(layout, { schema }), schema, payload);
};

describe('the raw decoder against the reference', () => {
  for (const reference of referenceCases('codecs/raw.json')) {
    it(`reads ${reference.name} as NumPy does`, () => {
      const params = reference.params as RawParams;
      const payload = plain(reference.input) as Uint8Array;
      const seen = decodeRaw(params, payload);
      if (!Array.isArray(seen)) throw new Error(seen.message);
      const expected = plain(reference.expected) as unknown[] | { channels: unknown[] };
      if (!Array.isArray(expected)) expect(Object.values(seen[0]!)).toEqual(expected.channels);
      else if (params.fields) expectRows(seen, expected as Record<string, unknown>[], rawOf(params).schema);
      else {
        const size = ELEMENT_BYTES[params.element!];
        const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
        expect(expected.map((_, i) => readElement(view, i * size, params.element!, params.endian === 'little'))).toEqual(expected);
        expect(seen[0]!['c0']).toEqual(expected.map(Number));
      }
    });
  }
  for (const reference of referenceCases('codecs/bad/bad.json').filter(line => line.codec === 'raw')) {
    it(`treats ${reference.name} as the reference allows`, () => {
      const seen = decodeRaw(reference.params as RawParams, plain(reference.input) as Uint8Array);
      const { faults, values } = allowedOutcomes(reference);
      if (Array.isArray(seen)) expect(values).toContainEqual(Object.values(seen[0]!)[0]);
      else expect(faults).toContain(seen.code.slice('RAW_'.length));
    });
  }
  it('scales numbers and reads a header before a block of samples', () => {
    const schema: Schema = { fields: [{ name: 't', type: 'timestampMs', nullable: false }, { name: 'x', type: { list: 'float32' }, nullable: false }, { name: 'y', type: { list: 'float32' }, nullable: false }] };
    const payload = new Uint8Array(8 + 8);
    const view = new DataView(payload.buffer);
    view.setBigInt64(0, 1_767_225_600_000n, false);
    [1, 10, 2, 20].forEach((value, i) => view.setInt16(8 + 2 * i, value, true));
    const layout: RawLayout = { fields: [{ name: 't', type: 'int64', offset: 0, endian: 'big' }], block: { start: 8, type: 'int16', channels: ['x', 'y'], scale: 0.5, add: 1 } };
    expect(mustDecode(new RawDecoder(layout, { schema }), schema, payload)).toEqual([{ t: 1_767_225_600_000, x: [1.5, 2], y: [6, 11] }]);
  });
});

describe('the number decoder', () => {
  const decode = (text: string, type: 'float64' | 'int32' | 'bool' | 'int64'): unknown => {
    const schema = required(['v'], type);
    const seen = decodeRows(new NumberDecoder({ schema, column: 'v' }), schema, encodeUtf8(text));
    return Array.isArray(seen) ? seen[0]!['v'] : seen.code;
  };
  it('reads one number or truth value with white space around it', () => {
    expect(decode('21.5', 'float64')).toBe(21.5);
    expect(decode(' -3\r\n', 'int32')).toBe(-3);
    expect(decode('true', 'bool')).toBe(true);
    expect(decode('9223372036854775807', 'int64')).toBe(9223372036854775807n);
  });
  it('refuses everything else with a typed failure', () => {
    expect(decode('', 'float64')).toBe('NUMBER_TRUNCATED');
    expect(decode('21,5', 'float64')).toBe('NUMBER_TYPE');
    expect(decode('1e400', 'float64')).toBe('NUMBER_RANGE');
    expect(decode('NaN', 'float64')).toBe('NUMBER_TYPE');
    expect(decode('2147483648', 'int32')).toBe('NUMBER_RANGE');
    expect(decode('9223372036854775808', 'int64')).toBe('NUMBER_RANGE');
    expect(decode('1.0', 'int32')).toBe('NUMBER_TYPE');
  });
});
