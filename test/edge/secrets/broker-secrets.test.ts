import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renewed, withDefaults } from '../../../edge/mqtt/broker-settings';
import { brokerSecrets } from '../../../edge/secrets/broker-secrets';
import { parseSecret } from '../../../edge/secrets/parse-secret';
import { SecretRing } from '../../../edge/secrets/secret-ring';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const KEY = '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----';
let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'littoral-broker-secrets-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const ring = (texts: readonly string[] = []): SecretRing => SecretRing.parse(texts, { environment: { LOGIN: 'ann:secret', OTHER: 'bob:other' } });

describe('the secrets of brokers', () => {
  it('are none when there are none', () => {
    expect(brokerSecrets({ ring: ring(['plant=env:LOGIN']) })).toBeUndefined();
    expect(withDefaults({ url: 'mqtt://a' }, undefined, { credentials: true })).toEqual({ url: 'mqtt://a' });
  });

  it('are read for each connection, certificates and key too', () => {
    const caFile = file('ca.crt', CERTIFICATE);
    const read = brokerSecrets({ ring: ring(['broker=env:LOGIN']), caFile, key: parseSecret(`file:${file('key.pem', `${KEY}\n`)}`) });
    const settings = withDefaults({ url: 'mqtts://a' }, read, { credentials: true });
    expect(renewed(settings)).toMatchObject({ username: 'ann', password: 'secret', tls: { ca: CERTIFICATE, cert: undefined, key: KEY } });
    writeFileSync(caFile, CERTIFICATE.replace('MIIB', 'MIIC'));
    expect(renewed(settings).tls?.ca).toContain('MIIC');
  });

  it('go to no other broker than the one they are for, certificates to all', () => {
    const read = brokerSecrets({ ring: ring(['broker=env:LOGIN']), caFile: file('ca.crt', CERTIFICATE) });
    const other = renewed(withDefaults({ url: 'mqtts://other' }, read, { credentials: false }));
    expect(other.username).toBeUndefined();
    expect(other.password).toBeUndefined();
    expect(other.tls?.ca).toBe(CERTIFICATE);
    const own = renewed(withDefaults({ url: 'mqtts://own', renew: ring(['own=env:OTHER']).credentialsOf('own') }, read, { credentials: true }));
    expect(own).toMatchObject({ username: 'bob', password: 'other' });
    const ownTls = renewed(withDefaults({ url: 'mqtts://own', tls: { ca: 'mine' } }, read, { credentials: false }));
    expect(ownTls.tls).toEqual({ ca: 'mine' });
  });

  it.each([
    ['not there', '/nowhere/ca.crt', 'ENOENT'],
    ['no certificate', '', 'holds no certificate']
  ])('say which file is %s', (_name, path, words) => {
    const read = brokerSecrets({ ring: ring(), caFile: path === '' ? file('empty.crt', 'hello') : path });
    expect(read).toThrow(expect.objectContaining({ code: 'SECRET_UNREADABLE', retryable: true, message: expect.stringContaining(words) as string }) as Error);
  });
});
