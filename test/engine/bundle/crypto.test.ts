import { describe, expect, it } from 'vitest';
import { webCryptoSigner } from '../../../engine/bundle/crypto';
import { pae, parseEnvelope, verifyEnvelope } from '../../../engine/bundle/dsse';
import { instantMs } from '../../../engine/bundle/instant';
import { targetMatches } from '../../../engine/bundle/target';
import { parseTrust } from '../../../engine/bundle/trust';
import { isOlder } from '../../../engine/bundle/version';
import { Sha256, toHex } from '../../../engine/codec/sha256';
import { encodeUtf8 } from '../../../engine/codec/utf8';
import { referenceCases } from '../../support/reference';
import type { ReferenceCase } from '../../support/reference';
import { crypto, subtle, testKey } from './make-bundle';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const json = (value: unknown): Uint8Array => encodeUtf8(JSON.stringify(value));

/** What a case gives: its expected value, or `{ error }` of the class that the reference names. */
const operators: Record<string, (input: Record<string, unknown>, reference: ReferenceCase) => Promise<unknown>> = {
  pae: async input => ({ pae: toHex(pae(input['payloadType'] as string, hex(input['body'] as string))) }),
  sha256: async input => ({ hash: toHex(await crypto.sha256(hex(input['data'] as string))) }),
  ed25519Sign: async (input, reference) => {
    const publicKey = (reference.expected as { publicKey: string }).publicKey;
    const signer = await webCryptoSigner(subtle, { kty: 'OKP', crv: 'Ed25519', x: url(hex(publicKey)), d: url(hex(input['seed'] as string)) });
    const signature = await signer.sign(hex(input['message'] as string));
    expect(await crypto.verify(hex(publicKey), hex(input['message'] as string), signature)).toBe(true);
    return { signature: toHex(signature), publicKey, keyidSha256Spki: signer.keyid };
  },
  dsseVerify: async input => {
    const envelope = parseEnvelope(json(input['envelope']));
    if (typeof envelope === 'string') return { error: 'syntax' };
    try {
      const verdict = await verifyEnvelope(envelope, parseTrust(json(input['trust'])), 0, crypto);
      if (!verdict.ok) return { error: verdict.reason === 'THRESHOLD_NOT_MET' ? 'threshold' : 'badSignature' };
    } catch {
      return { error: 'badKey' };
    }
    if (envelope.payloadType !== 'application/vnd.in-toto+json') return { error: 'payloadType' };
    return { statement: JSON.parse(Buffer.from(envelope.payload).toString()) as unknown };
  }
};

describe('cryptography against the reference', () => {
  for (const reference of referenceCases('crypto.json')) {
    const operator = operators[reference.op ?? ''];
    if (operator === undefined) continue;
    it(reference.name, async () => {
      const seen = await operator(reference.input as Record<string, unknown>, reference);
      const allowed = (reference.expected as { anyOf?: unknown[] }).anyOf ?? [reference.expected];
      expect(allowed).toContainEqual(seen);
    });
  }
  it('hashes the same in pieces', () => {
    for (const reference of referenceCases('crypto.json').filter(line => line.op === 'sha256')) {
      expect({ hash: new Sha256().update(hex((reference.input as { data: string }).data)).hex() }).toEqual(reference.expected);
    }
  });
});

describe('a trust file', () => {
  it('is refused with a sentence when a key is not what it says', async () => {
    const { entry } = await testKey(1);
    const trust = (keys: unknown, threshold: unknown = 1): Uint8Array => json({ version: 1, threshold, keys });
    const bad: [Uint8Array, RegExp][] = [
      [encodeUtf8('{'), /not JSON/],
      [encodeUtf8('[]'), /no JSON object/],
      [trust([entry], 0), /"threshold"/],
      [trust([entry], 2), /only 1 keys/],
      [trust({}), /"keys"/],
      [trust([entry, entry], 2), /twice/],
      [trust([{ ...entry, kty: 'EC' }]), /"OKP"/],
      [trust([{ ...entry, x: 'AAAA' }]), /32 bytes/],
      [trust([{ ...entry, keyid: '0'.repeat(64) }]), /"keyid"/],
      [trust([{ ...entry, notAfter: 'soon' }]), /"notAfter"/],
      [trust([{ ...entry, x: url(hex('01' + '0'.repeat(62))) }]), /small order/],
      [trust([{ ...entry, x: url(hex('00'.repeat(31) + '80')) }]), /small order/]
    ];
    for (const [bytes, pattern] of bad) expect(() => parseTrust(bytes)).toThrow(pattern);
    expect(parseTrust(trust([{ ...entry, notAfter: '2027-01-01T00:00:00Z', comment: 'x' }])).keys[0]!.notAfterMs).toBe(Date.UTC(2027, 0, 1));
  });
});

describe('targets, versions and instants', () => {
  it('match labels by their pattern', () => {
    const table: [string, string | null, boolean][] = [
      ['*', null, true],
      ['*', 'site-a/line7', true],
      ['site-a/*', 'site-a/line7', true],
      ['site-a/*', 'site-a', false],
      ['site-a/*', null, false],
      ['*/line7', 'site-a/line7', true],
      ['s*e*7', 'site-a/line7', true],
      ['a*a', 'a', false],
      ['a*b*b', 'ab', false],
      ['site-a', 'site-a', true],
      ['site-a', 'site-ab', false]
    ];
    for (const [pattern, label, expected] of table) expect(targetMatches([pattern], label), `${pattern} ${label}`).toBe(expected);
    expect(targetMatches([], 'x')).toBe(false);
  });
  it('compare versions by number', () => {
    expect(isOlder('0.9.0', '0.10.0')).toBe(true);
    expect(isOlder('1.4.0', '1.4.0')).toBe(false);
    expect(isOlder('1.4.1-beta.1', '1.4.0')).toBe(false);
  });
  it('read only whole seconds of days that exist', () => {
    expect(instantMs('2026-02-28T00:00:00Z')).toBe(Date.UTC(2026, 1, 28));
    for (const text of ['2026-02-30T00:00:00Z', '2026-02-28', '2026-02-28T00:00:00+01:00', '2026-02-28T24:00:00Z', 7, null]) expect(instantMs(text)).toBeNaN();
  });
});
