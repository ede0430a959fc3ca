import { webcrypto } from 'node:crypto';
import { keyIdOf } from '../../engine/bundle/crypto';
import { LittoralError } from '../../engine/error';
import { readFileText, writePrivateFile } from './files';

/** An Ed25519 key pair as JWKs (RFC 8037); `d` is the secret. */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
}
export interface PrivateJwk extends PublicJwk {
  readonly d: string;
}

/** A new key pair from the system's random source. */
export async function generateSigningKey(): Promise<PrivateJwk> {
  const pair = await webcrypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  if (!('privateKey' in pair)) throw new Error('WebCrypto gave no key pair');
  const jwk = await webcrypto.subtle.exportKey('jwk', pair.privateKey);
  return checkPrivateJwk(jwk, 'new key');
}

/** SHA-256 of the public key's SPKI form, as 64 lowercase hex digits. */
export function keyIdOfJwk(key: PublicJwk): string {
  return keyIdOf(new Uint8Array(Buffer.from(key.x, 'base64url')));
}

/** Writes the private key as a JWK with mode 0600; rejects when the file exists. */
export async function writeSigningKey(path: string, key: PrivateJwk): Promise<void> {
  const { kty, crv, x, d } = key;
  await writePrivateFile(path, `${JSON.stringify({ kty, crv, x, d, use: 'sig', kid: keyIdOfJwk(key) })}\n`);
}

/** Reads a private key that `writeSigningKey` wrote. Rejects with `KEY_UNREADABLE`; the message never holds key material. */
export async function readSigningKey(path: string): Promise<PrivateJwk> {
  const text = await readFileText(path, 'key');
  let jwk: unknown;
  try {
    jwk = JSON.parse(text);
  } catch {
    throw unreadable(path, 'it is not JSON');
  }
  return checkPrivateJwk(jwk, path);
}

function checkPrivateJwk(jwk: unknown, path: string): PrivateJwk {
  if (typeof jwk !== 'object' || jwk === null) throw unreadable(path, 'it is not a JSON object');
  const field = (name: string): unknown => Object.entries(jwk).find(([key]) => key === name)?.[1];
  if (field('kty') !== 'OKP' || field('crv') !== 'Ed25519') throw unreadable(path, 'kty and crv are not "OKP" and "Ed25519"');
  const [x, d] = [field('x'), field('d')];
  if (!isKeyBytes(x)) throw unreadable(path, 'x is not 32 bytes of base64url');
  if (!isKeyBytes(d)) throw unreadable(path, 'd is not 32 bytes of base64url; is this a public key?');
  return { kty: 'OKP', crv: 'Ed25519', x, d };
}

function isKeyBytes(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{43}$/.test(value);
}

function unreadable(path: string, seen: string): LittoralError {
  return new LittoralError(
    'KEY_UNREADABLE',
    `signing key "${path}": ${seen}; an Ed25519 private key as a JWK was expected. Make one with \`littoral keygen --key FILE --trust FILE\`.`
  );
}
