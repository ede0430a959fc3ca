import { describe, expect, it } from 'vitest';
import { CborReader } from '../../../engine/codec/cbor';
import { DEFAULT_DECODE_LIMITS } from '../../../engine/codec/decode-failure';
import { ItemDecoder } from '../../../engine/codec/item-decoder';
import { MessagePackReader } from '../../../engine/codec/messagepack';
import { decodeRows, expectedRows, expectOutcome, expectRows, mustDecode, schemaOf } from '../../support/codec-case';
import type { ReferenceCase } from '../../support/reference';
import { plain, referenceCases } from '../../support/reference';

const { depthMax } = DEFAULT_DECODE_LIMITS;
const FORMATS = { msgpack: ['MSGPACK', MessagePackReader], cbor: ['CBOR', CborReader] } as const;

function decoderOf(codec: keyof typeof FORMATS, { params }: ReferenceCase, schema: ReturnType<typeof schemaOf>): ItemDecoder {
  const [format, Reader] = FORMATS[codec];
  return new ItemDecoder(format, new Reader(depthMax), { schema, layout: params['layout'] === 'array' ? 'array' : 'map', sequence: params['layout'] === 'stream' });
}

for (const codec of ['msgpack', 'cbor'] as const) {
  describe(`the ${codec} decoder against the reference`, () => {
    for (const reference of referenceCases(`codecs/${codec}.json`)) {
      it(`reads ${reference.name} as ${codec} of Python does`, () => {
        const schema = schemaOf(reference);
        expectRows(mustDecode(decoderOf(codec, reference, schema), schema, plain(reference.input, 'codecs') as Uint8Array), expectedRows(reference.expected), schema);
      });
    }
    for (const reference of referenceCases('codecs/bad/bad.json').filter(line => line.codec === codec)) {
      it(`treats ${reference.name} as the reference allows`, () => {
        const schema = schemaOf(reference);
        const payload = plain(reference.input, 'codecs/bad') as Uint8Array;
        const seen = decodeRows(decoderOf(codec, reference, schema), schema, payload);
        expectOutcome(seen, reference, schema);
        if (!Array.isArray(seen)) expect(seen.offset).toBeLessThanOrEqual(payload.length);
      });
    }
  });
}

describe('the cbor decoder', () => {
  it('reads texts with a meaning as texts, and refuses other tags where a column wants the value', () => {
    const schema = { fields: [{ name: 'v', type: 'utf8' as const, nullable: false }] };
    const decoder = new ItemDecoder('CBOR', new CborReader(depthMax), { schema });
    const decode = (...bytes: number[]): unknown => {
      const seen = decodeRows(decoder, schema, Uint8Array.of(0xd9, 0xd9, 0xf7, 0xa1, 0x61, 0x76, ...bytes));
      return Array.isArray(seen) ? seen[0]!['v'] : seen.code;
    };
    expect(decode(0xd8, 32, 0x61, 0x75)).toBe('u');
    expect(decode(0xd8, 32, 0x05)).toBe('CBOR_TYPE');
    expect(decode(0xd8, 99, 0x61, 0x75)).toBe('CBOR_TYPE');
  });
});
