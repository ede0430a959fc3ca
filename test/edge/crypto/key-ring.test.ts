import { describe, expect, it } from 'vitest';
import { fieldToken, openField } from '../../../edge/crypto/fields';
import { fieldSealer, missingKeys, parseKeyRing } from '../../../edge/crypto/key-ring';
import { parseField } from '../../../engine/crypto/field-frame';
import type { Field, FieldTags } from '../../../engine/schema/schema';

const key = (kid: string, more: object = {}): object => ({ kty: 'oct', kid, k: Buffer.alloc(32, kid).toString('base64url'), ...more });
const text = (...keys: object[]): string => JSON.stringify({ plant: { keys } });
const place = { pipelineId: 'p', fieldPath: 'x', recordKey: new Uint8Array(0) };

describe('a key file', () => {
  it('encrypts with the primary key and opens with all that are enabled', () => {
    const ring = parseKeyRing(text(key('00000001'), key('00000002', { primary: true }), key('00000003', { status: 'disabled' })), 'keys');
    const value = fieldSealer(ring).column('plant', place)!(place.recordKey, Uint8Array.of(7));
    expect(parseField(value).kid).toBe('00000002');
    expect([...openField(ring.get('plant')!.keys, place, value)]).toEqual([7]);
    expect([...ring.get('plant')!.keys.keys()]).toEqual(['00000001', '00000002']);
  });

  it('needs no mark on a single key, and gives nothing for a name that it does not have', () => {
    const sealer = fieldSealer(parseKeyRing(text(key('0000000a')), 'keys'));
    expect(sealer.column('plant', place)).not.toBe(null);
    expect(sealer.column('other', place)).toBe(null);
  });

  it('makes tokens with the key that is for them alone', () => {
    const sealer = fieldSealer(parseKeyRing(text(key('00000001'), key('00000002', { alg: 'HS256' })), 'keys'));
    expect(parseField(sealer.column('plant', place)!(place.recordKey, Uint8Array.of(7))).kid).toBe('00000001');
    expect(sealer.token('plant')!(Uint8Array.of(7))).toEqual(fieldToken(new Uint8Array(Buffer.alloc(32, '00000002')), Uint8Array.of(7)));
    expect(fieldSealer(parseKeyRing(text(key('00000001')), 'keys')).token('plant')).toBe(null);
  });

  it('says which keys of a schema are missing', () => {
    const column = (name: string, tags: FieldTags): Field => ({ name, type: 'binary', nullable: true, tags });
    const schema = { fields: [column('a', { encryption: 'plant' }), column('b', { encryption: 'other' }), column('c', { encryption: 'plant', token: true }), column('d', {})] };
    const sealer = (...keys: object[]) => fieldSealer(parseKeyRing(text(...keys), 'keys'));
    expect(missingKeys([schema], sealer(key('00000001')))).toEqual(['other', 'plant']);
    expect(missingKeys([schema, schema], sealer(key('00000001'), key('00000002', { alg: 'HS256' })))).toEqual(['other']);
  });

  it.each<[string, string, RegExp]>([
    ['two keys for tokens', text(key('00000001'), key('00000002', { alg: 'HS256' }), key('00000003', { alg: 'HS256' })), /two keys have alg "HS256"/u],
    ['no JSON', '{', /keys: it is not JSON; expected \{ "plant"/u],
    ['a list', '[]', /it is no JSON object/u],
    ['no key', text(), /"plant": no key is primary/u],
    ['two keys of one kid', text(key('00000001'), key('00000001')), /two keys have the kid 00000001/u],
    ['no primary key of two', text(key('00000001'), key('00000002')), /no key is primary/u],
    ['two primary keys', text(key('00000001', { primary: true }), key('00000002', { primary: true })), /two keys are primary/u],
    ['a kid that is no number', text(key('plant-01')), /a kid is not 8 lowercase hex digits/u],
    ['a key that is too short', text(key('00000001', { k: 'AAAA' })), /key 00000001 has no "k" of 32 bytes/u],
    ['a public key', text({ kty: 'OKP', kid: '00000001' }), /not of kty "oct"/u]
  ])('is refused with %s', (_name, json, expected) => {
    expect(() => parseKeyRing(json, 'keys')).toThrow(expected);
  });
});
