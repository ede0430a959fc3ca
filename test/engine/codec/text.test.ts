import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, decodeBase64Any, encodeBase64 } from '../../../engine/codec/base64';
import { decodeUtf8, encodeUtf8, utf8ErrorOffset, utf8Length } from '../../../engine/codec/utf8';

describe('UTF-8', () => {
  it('encodes as TextEncoder does and reads itself back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const bytes = encodeUtf8(text);
        expect(Array.from(bytes)).toEqual(Array.from(new TextEncoder().encode(text)));
        expect(utf8Length(text)).toBe(bytes.length);
        expect(decodeUtf8(bytes)).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
      })
    );
  });
  it('refuses exactly the bytes that TextDecoder refuses', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const lead = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0xe0, 0xed, 0xf0, 0xf4, 0xc0, 0xc2, 0x80, 0x9f, 0xa0, 0xbf));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6 }).chain(() => fc.array(lead, { maxLength: 6 })), list => {
        const bytes = Uint8Array.from(list);
        let expected: string | null;
        try {
          expected = strict.decode(bytes);
        } catch {
          expected = null;
        }
        expect(decodeUtf8(bytes)).toBe(expected);
        expect(utf8ErrorOffset(bytes) < 0).toBe(expected !== null);
      }),
      { numRuns: 3000 }
    );
  });
});

describe('base64', () => {
  it('writes as Buffer does and reads itself back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        const text = encodeBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(decodeBase64(text)).toEqual(bytes);
        expect(decodeBase64Any(Buffer.from(bytes).toString('base64url'))).toEqual(bytes);
      })
    );
  });
  it('refuses what is not canonical', () => {
    for (const text of ['A', 'AA', 'AAA', 'AA=A', 'AB==', 'AAB=', '====', 'A===', 'AA\n=', 'AA-_', 'é===']) expect(decodeBase64(text), text).toBeNull();
  });
});
