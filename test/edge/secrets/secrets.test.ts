import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSecret, SECRET_BYTES_MAX } from '../../../edge/secrets/parse-secret';
import { Secret } from '../../../edge/secrets/secret';
import { SecretRing } from '../../../edge/secrets/secret-ring';
import { adviceOnUrl, withoutCredentials } from '../../../edge/secrets/url-secrets';

let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'littoral-secrets-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('a secret', () => {
  it('is read from the environment, a file or a credential of systemd', () => {
    const environment = { PLANT: 'from-env', CREDENTIALS_DIRECTORY: folder };
    file('mqtt', 'from-credential\n');
    expect(parseSecret('env:PLANT', { environment }).reveal()).toBe('from-env');
    expect(parseSecret(`file:${file('one', 'from-file\r\n')}`).reveal()).toBe('from-file');
    expect(parseSecret('credential:mqtt', { environment }).reveal()).toBe('from-credential');
  });

  it('is read again each time, so that a rotated one is taken', () => {
    const path = file('rotated', 'old');
    const secret = parseSecret(`file:${path}`);
    expect(secret.reveal()).toBe('old');
    writeFileSync(path, 'new');
    expect(secret.reveal()).toBe('new');
  });

  it('never shows its value, whatever prints it', () => {
    const secret = new Secret('env:PLANT', () => 'hunter2');
    const prints = [`${secret}`, String(secret), JSON.stringify({ secret }), inspect(secret), inspect({ deep: [secret] }, { depth: 9, showHidden: true }), Object.values(secret).join(), JSON.stringify({ ...secret })];
    for (const print of prints) expect(print).not.toContain('hunter2');
    expect(prints[0]).toBe('<secret env:PLANT>');
  });

  it.each([
    ['a bare value', 'hunter2'],
    ['an unknown kind', 'vault:hunter2'],
    ['a variable that is no name', 'env:hunter 2'],
    ['a credential outside its folder', 'credential:../hunter2'],
    ['no path', 'file:']
  ])('is refused as a reference when it is %s, and the words do not repeat it', (_name, reference) => {
    expect(() => parseSecret(reference)).toThrow(expect.objectContaining({ code: 'SECRET_REFERENCE', message: expect.not.stringContaining('hunter') as string }) as Error);
  });

  it.each([
    ['a variable that is not set', 'env:LITTORAL_NOT_SET', {}, 'not set'],
    ['a file that is not there', 'file:/nowhere/at/all', {}, 'ENOENT'],
    ['a folder', 'file:/', {}, 'not a regular file'],
    ['a device', 'file:/dev/zero', {}, 'not a regular file'],
    ['no systemd', 'credential:mqtt', {}, 'CREDENTIALS_DIRECTORY']
  ])('cannot be revealed from %s', (_name, reference, environment, words) => {
    expect(() => parseSecret(reference, { environment }).reveal()).toThrow(expect.objectContaining({ code: 'SECRET_UNREADABLE', retryable: true, message: expect.stringContaining(words) as string }) as Error);
  });

  it('takes no more memory than a secret needs', () => {
    const path = file('large', 'x'.repeat(SECRET_BYTES_MAX + 1));
    expect(() => parseSecret(`file:${path}`).reveal()).toThrow(/more than 65536 bytes/);
  });
});

describe('a ring of secrets', () => {
  const environment = { USER_PASSWORD: 'ann:a:b', NAME: 'bob', WORD: 'w' };

  it('gives a connection its user and password, from one secret or two', () => {
    const ring = SecretRing.parse(['plant=env:USER_PASSWORD', 'hook.username=env:NAME', 'hook.password=env:WORD', 'half.username=env:NAME'], { environment });
    expect(ring.credentialsOf('plant')?.()).toEqual({ username: 'ann', password: 'a:b' });
    expect(ring.credentialsOf('hook')?.()).toEqual({ username: 'bob', password: 'w' });
    expect(ring.credentialsOf('half')).toBeUndefined();
    expect(ring.credentialsOf('other')).toBeUndefined();
    expect(ring.get('half.username')?.reveal()).toBe('bob');
    expect(ring.get('half')).toBeUndefined();
  });

  it.each([['no name', ['=env:A']], ['no equals sign', ['hunter2']], ['the same name twice', ['a=env:A', 'a=env:B']]])('refuses %s', (_name, texts) => {
    expect(() => SecretRing.parse(texts)).toThrow(expect.objectContaining({ code: 'SECRET_REFERENCE', message: expect.not.stringContaining('hunter') as string }) as Error);
  });
});

describe('an address', () => {
  it('with a secret in its query is refused with advice', () => {
    for (const name of ['password', 'token', 'api_key', 'Signature']) {
      expect(() => adviceOnUrl('--broker', `mqtt://host?${name}=hunter2`)).toThrow(expect.objectContaining({ code: 'SECRET_IN_URL', message: expect.not.stringContaining('hunter') as string }) as Error);
    }
  });

  it('with a password before the host works and gives advice without the password', () => {
    expect(adviceOnUrl('--broker', 'mqtt://ann:hunter2@host')).toMatch(/process list.*--secret/);
    expect(adviceOnUrl('--broker', 'mqtt://ann:hunter2@host')).not.toContain('hunter2');
    expect(adviceOnUrl('--broker', 'mqtt://host:1883')).toBeNull();
    expect(withoutCredentials('cannot reach mqtt://ann:hunter2@host:1883/')).toBe('cannot reach mqtt://host:1883/');
  });
});
