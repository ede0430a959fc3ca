import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takePlainDouble, takePlainWhole } from '../../../engine/codec/plain-number';
import { encodeUtf8 } from '../../../engine/codec/utf8';

const out = new Float64Array(1);

function double(text: string, behind: string): number | null {
  const end = takePlainDouble(encodeUtf8(text + behind), 0, text.length + behind.length, out, 0);
  if (end < 0) return null;
  expect(end).toBe(text.length);
  return out[0]!;
}

describe('plain numbers', () => {
  const digits = (max: number): fc.Arbitrary<string> => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: max }).map(each => each.join(''));
  const whole = digits(20).map(text => text.replace(/^0+(?=\d)/, ''));
  it('are what Number makes of their text, to the last bit, or are left to the slow way', () => {
    fc.assert(
      fc.property(fc.boolean(), whole, fc.option(digits(20)), fc.constantFrom('', ',', ']', '}', ' '), (negative, integer, fraction, behind) => {
        const text = `${negative ? '-' : ''}${integer}${fraction === null ? '' : `.${fraction}`}`;
        const seen = double(text, behind);
        if (seen !== null) expect(Object.is(seen, Number(text)), text).toBe(true);
        else expect(`${integer}${fraction ?? ''}`.replace(/^0+/, '').length > 15 || (fraction ?? '').length >= 18, text).toBe(true);
      }),
      { numRuns: 20_000 }
    );
  });
  it('without a fraction are exact, and -0 is 0', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), value => {
        const text = String(value);
        expect(takePlainWhole(encodeUtf8(text), 0, text.length, out, 0)).toBe(text.length);
        expect(out[0]).toBe(value);
      })
    );
    expect(takePlainWhole(encodeUtf8('-0'), 0, 2, out, 0)).toBe(2);
    expect(Object.is(out[0], 0)).toBe(true);
    expect(double('-0', '')).toBe(-0);
  });
  it.each(['', '-', '01', '-01', '.5', '1.', '-.5', '+1', 'x', '9007199254740992', '0.1234567890123456789', '12345678901234567890'])('leave %j to the slow way', text => {
    expect(double(text, ',')).toBeNull();
  });
});
