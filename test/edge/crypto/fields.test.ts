import { webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RandomIvs, fieldToken, openField, sealField } from '../../../edge/crypto/fields';
import { fieldAad, type FieldPlace } from '../../../engine/crypto/field-frame';
import { openWebField, sealWebField, type SubtleAesLike } from '../../../engine/crypto/web-fields';
import { LittoralError } from '../../../engine/error';
import { referenceCases, type ReferenceCase } from '../../support/reference';

const subtle = webcrypto.subtle as unknown as SubtleAesLike;
const bytes = (hex: unknown): Uint8Array => new Uint8Array(Buffer.from(hex as string, 'hex'));
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');
const cases = referenceCases('crypto.json').filter(({ op, params }) => op?.startsWith('field') === true && params['aad'] === 'lengthPrefixed');

const CLASSES: Readonly<Record<string, string>> = { FIELD_TRUNCATED: 'truncated', FIELD_VERSION: 'unknownVersion', KEY_MISSING: 'missingKey', FIELD_AUTH: 'authFailed' };

function placeOf(input: Readonly<Record<string, unknown>>): FieldPlace {
  return { pipelineId: input['pipelineId'] as string, fieldPath: input['fieldPath'] as string, recordKey: bytes(input['recordKey']) };
}

const hosts = {
  Node: { seal: (...args: Parameters<typeof sealField>) => Promise.resolve(sealField(...args)), open: (...args: Parameters<typeof openField>) => Promise.resolve().then(() => openField(...args)) },
  WebCrypto: {
    seal: (...args: Parameters<typeof sealField>) => sealWebField(subtle, ...args),
    open: (...args: Parameters<typeof openField>) => openWebField(subtle, ...args)
  }
};

/** What a case gives: its expected value, or `{ error }` of the class that the reference names. */
async function seen({ op, input }: ReferenceCase, host: (typeof hosts)[keyof typeof hosts]): Promise<unknown> {
  const given = input as Readonly<Record<string, unknown>>;
  const place = placeOf(given);
  if (op === 'fieldEncrypt') {
    const kid = given['kid'] as string;
    return { value: hex(await host.seal({ key: bytes(given['key']), kid, iv: bytes(given['iv']) }, place, bytes(given['plaintext']))), aad: hex(fieldAad(place, kid)) };
  }
  const keys = new Map(Object.entries(given['keys'] as Record<string, string>).map(([kid, key]) => [kid, bytes(key)]));
  try {
    return { plaintext: hex(await host.open(keys, place, bytes(given['value']))) };
  } catch (error) {
    if (error instanceof LittoralError) return { error: CLASSES[error.code] };
    throw error;
  }
}

describe.each(Object.entries(hosts))('encrypted fields with %s', (_name, host) => {
  it.each(cases.map(each => ({ ...each, title: each.name })))('agree with the reference: $title', async reference => {
    expect(await seen(reference, host)).toEqual(reference.expected);
  });
});

describe('the authenticated data of a field', () => {
  it('differ where plain concatenation would be equal', () => {
    const collision = referenceCases('crypto.json').find(({ op }) => op === 'aadFraming')!.input as Record<'a' | 'b', { pipelineId: string; fieldPath: string }> & { kid: string; recordKey: string };
    const [a, b] = [collision.a, collision.b].map(place => hex(fieldAad({ ...place, recordKey: bytes(collision.recordKey) }, collision.kid)));
    expect(a).not.toBe(b);
  });
});

describe('the token of a field', () => {
  it.each(referenceCases('crypto.json').flatMap(({ name, op, input, expected }) => (op === 'hmacToken' ? [{ name, input: input as Record<string, string>, expected }] : [])))('agrees with the reference: $name', ({ input, expected }) => {
    expect({ token: hex(fieldToken(bytes(input['key']), bytes(input['message']))) }).toEqual(expected);
  });
});

describe('initialisation vectors', () => {
  it('are 12 bytes and all different', () => {
    const ivs = new RandomIvs();
    const drawn = Array.from({ length: 3_000 }, () => ivs.draw());
    expect(drawn.every(iv => iv.length === 12)).toBe(true);
    expect(new Set(drawn.map(hex)).size).toBe(3_000);
  });
});
