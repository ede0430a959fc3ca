import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createHash, createPublicKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { documentOf, littoralUnderTest } from './littoral';

const littoral = littoralUnderTest();

describe('keygen', () => {
  test('writes a private JWK for its owner alone and a trust file whose key id is the SHA-256 of the SPKI', async () => {
    const ended = await littoral.run(['keygen', '--key', 'keys/a.key', '--trust', 'keys/trust.json', '--json']);
    expect(ended.code).toBe(0);
    const document = documentOf(ended);
    const key = JSON.parse(readFileSync(littoral.path('keys/a.key'), 'utf8'));
    const trust = JSON.parse(readFileSync(littoral.path('keys/trust.json'), 'utf8'));
    expect(statSync(littoral.path('keys/a.key')).mode & 0o777).toBe(0o600);
    expect(trust).toMatchObject({ version: 1, threshold: 1, keys: [{ kty: 'OKP', crv: 'Ed25519', x: key.x, keyid: document['keyid'] }] });
    const spki = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.x }, format: 'jwk' }).export({ type: 'spki', format: 'der' });
    expect(document['keyid']).toBe(createHash('sha256').update(spki).digest('hex'));
    expect(`${ended.stdout}${ended.stderr}`).not.toContain(key.d);
  });

  test('adds a second key to a trust file under a higher version', async () => {
    const ended = await littoral.run(['keygen', '--key', 'keys/b.key', '--trust', 'keys/trust.json', '--expires', '2031-01-01']);
    expect(ended.code).toBe(0);
    const trust = JSON.parse(readFileSync(littoral.path('keys/trust.json'), 'utf8'));
    expect(trust.version).toBe(2);
    expect(trust.keys).toHaveLength(2);
    expect(trust.keys[1].notAfter).toBe('2031-01-01T00:00:00Z');
  });

  test('never overwrites a private key', async () => {
    const before = readFileSync(littoral.path('keys/a.key'), 'utf8');
    const ended = await littoral.run(['keygen', '--key', 'keys/a.key', '--trust', 'keys/trust.json', '--json']);
    expect(ended.code).toBe(3);
    expect(documentOf(ended)).toMatchObject({ ok: false, reason: 'EEXIST' });
    expect(readFileSync(littoral.path('keys/a.key'), 'utf8')).toBe(before);
  });

  test('leaves a file that is no trust file alone and makes no key', async () => {
    writeFileSync(littoral.path('other.json'), '{"some":"thing"}');
    const ended = await littoral.run(['keygen', '--key', 'c.key', '--trust', 'other.json', '--json']);
    expect(ended.code).toBe(1);
    expect(documentOf(ended)).toMatchObject({ ok: false, reason: 'TRUST_UNREADABLE' });
    expect(readFileSync(littoral.path('other.json'), 'utf8')).toBe('{"some":"thing"}');
    expect(() => statSync(littoral.path('c.key'))).toThrow();
  });
});
