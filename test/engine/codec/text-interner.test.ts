import { describe, expect, it } from 'vitest';
import { HASH_SEED, hashBytes, TextInterner } from '../../../engine/codec/text-interner';
import { encodeUtf8 } from '../../../engine/codec/utf8';

const STEP = 16777619;
const hashFrom = (state: number, text: string): number => [...encodeUtf8(text)].reduce((hash, byte) => Math.imul(hash ^ byte, STEP), state);

/** Two texts of six letters that lead from `state` to the same hash. */
function collidingPair(state: number): readonly [string, string] {
  const seen = new Map<number, string>();
  for (let i = 0; ; i++) {
    const text = (i * 2654435761).toString(36).slice(-6).padStart(6, 'z');
    const hash = hashFrom(state, text);
    const other = seen.get(hash);
    if (other !== undefined && other !== text) return [other, text];
    seen.set(hash, text);
  }
}

/** 2^count different texts with one hash. */
function collidingTexts(count: number): string[] {
  let texts = [''];
  let state = HASH_SEED;
  for (let i = 0; i < count; i++) {
    const [a, b] = collidingPair(state);
    texts = texts.flatMap(text => [text + a, text + b]);
    state = hashFrom(state, a);
  }
  return texts;
}

describe('TextInterner', () => {
  const encode = (interner: TextInterner, text: string): number => {
    const bytes = encodeUtf8(text);
    return interner.encode(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length));
  };

  it('gives every text its own code, also when all hashes collide', () => {
    const texts = collidingTexts(8);
    expect(new Set(texts.map(text => hashFrom(HASH_SEED, text))).size).toBe(1);
    const interner = new TextInterner();
    for (let round = 0; round < 2; round++) expect(texts.map(text => encode(interner, text))).toEqual(texts.map((_, i) => i));
    expect(interner.dictionary.values).toEqual(texts);
  });

  it('keeps its codes while it grows', () => {
    const interner = new TextInterner();
    const texts = Array.from({ length: 5000 }, (_, i) => `device-${i}-ü`);
    for (let round = 0; round < 2; round++) expect(texts.map(text => encode(interner, text))).toEqual(texts.map((_, i) => i));
    expect(interner.encodeText('device-7-ü')).toBe(7);
  });

  it('refuses bytes that are not UTF-8 every time', () => {
    const interner = new TextInterner();
    const bytes = Uint8Array.of(0xff);
    for (let round = 0; round < 2; round++) expect(interner.encode(bytes, 0, 1, hashBytes(bytes, 0, 1))).toBe(-1);
    expect(interner.dictionary.size).toBe(0);
  });
});
