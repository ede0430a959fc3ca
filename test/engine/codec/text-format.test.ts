import { describe, expect, it } from 'vitest';
import { decoderOf } from '../../../engine/codec/decoder-of';
import { encoderOf } from '../../../engine/codec/encoder-of';
import type { DecoderConfig } from '../../../engine/plan/decoder-config';
import type { Schema } from '../../../engine/schema/schema';
import { decodeRows } from '../../support/codec-case';

const schema: Schema = { fields: [{ name: 'line', type: 'utf8', nullable: false }, { name: 'level', type: 'utf8', nullable: true }] };
const decode = (config: DecoderConfig, payload: Uint8Array): unknown => {
  const rows = decodeRows(decoderOf(config, { schema }), schema, payload);
  return Array.isArray(rows) ? rows.map(row => row['line']) : rows.code;
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const whole: DecoderConfig = { format: 'text', column: 'line' };
const lines: DecoderConfig = { ...whole, lines: true };

describe('the text format', () => {
  it('takes a payload as one row, whatever is in it', () => {
    expect(decode(whole, bytes('a\r\nb "\u{1F600}"\n'))).toEqual(['a\r\nb "\u{1F600}"\n']);
    expect(decode(whole, bytes(''))).toEqual(['']);
  });

  it('takes every line as a row with lines, empty ones too, whether or not the last has an end', () => {
    expect(decode(lines, bytes('a\r\n\nb'))).toEqual(['a', '', 'b']);
    expect(decode(lines, bytes('a\nb\n'))).toEqual(['a', 'b']);
    expect(decode(lines, bytes(''))).toEqual([]);
  });

  it('refuses what is not UTF-8, and too many lines, with a typed failure', () => {
    expect(decode(whole, Uint8Array.of(0x61, 0xff))).toBe('TEXT_UTF8');
    expect(decode(lines, bytes('\n'.repeat(2_000_000)))).toBe('TEXT_SIZE');
  });

  it('writes the column back, with a line end when asked for', () => {
    expect(Buffer.from(encoderOf(whole, schema)(['a b', null])).toString()).toBe('a b');
    expect(Buffer.from(encoderOf(lines, schema)(['a b', null])).toString()).toBe('a b\n');
    expect(() => encoderOf({ format: 'text', column: 'none' }, schema)).toThrow(/no utf8 column/);
    expect(() => decoderOf({ format: 'text', column: 'none' }, { schema })).toThrow(/no utf8 column/);
  });
});
