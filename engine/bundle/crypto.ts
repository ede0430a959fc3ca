import { LittoralError } from '../error';
import { Sha256 } from '../codec/sha256';
import { decodeBase64Any, encodeBase64 } from '../codec/base64';

/** What a bundle needs of the host's cryptography. */
export interface BundleCrypto {
  sha256(bytes: Uint8Array): Promise<Uint8Array>;
  /** Ed25519 (RFC 8032) with a public key of 32 bytes. False for anything that is not a valid signature. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
}

/** Someone who signs bundles. */
export interface BundleSigner {
  /** SHA-256 of the public key's SPKI form, 64 lowercase hex digits. */
  readonly keyid: string;
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** The part of WebCrypto's `SubtleCrypto` that is used; `crypto.subtle` of a browser and of Node both fit. */
export interface SubtleLike {
  digest(algorithm: string, data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>;
  importKey(format: 'jwk', key: Readonly<Record<string, unknown>>, algorithm: string, extractable: boolean, usages: ('sign' | 'verify')[]): Promise<unknown>;
  sign(algorithm: string, key: never, data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>;
  verify(algorithm: string, key: never, signature: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>): Promise<boolean>;
}

/** A private Ed25519 key as a JWK (RFC 8037). */
export interface SigningJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly d: string;
}

/** BundleCrypto on WebCrypto. */
export function webCrypto(subtle: SubtleLike): BundleCrypto {
  return {
    async sha256(bytes) {
      return new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
    },
    async verify(publicKey, message, signature) {
      const jwk = { kty: 'OKP', crv: 'Ed25519', x: base64Url(publicKey), key_ops: ['verify'], ext: true };
      const key = await subtle.importKey('jwk', jwk, 'Ed25519', true, ['verify']);
      return subtle.verify('Ed25519', key as never, signature as Uint8Array<ArrayBuffer>, message as Uint8Array<ArrayBuffer>);
    }
  };
}

/** A signer with `jwk` on WebCrypto. Rejects with `KEY_INVALID` when it is no private Ed25519 key. */
export async function webCryptoSigner(subtle: SubtleLike, jwk: SigningJwk): Promise<BundleSigner> {
  const publicKey = decodeBase64Any(jwk.x);
  if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519' || publicKey?.length !== 32) {
    throw new LittoralError('KEY_INVALID', 'signing key: expected a private Ed25519 key as a JWK (kty "OKP", crv "Ed25519", x, d); make one with `littoral keygen`');
  }
  const { kty, crv, x, d } = jwk;
  const key = await subtle.importKey('jwk', { kty, crv, x, d }, 'Ed25519', false, ['sign']);
  return {
    keyid: keyIdOf(publicKey),
    async sign(message) {
      return new Uint8Array(await subtle.sign('Ed25519', key as never, message as Uint8Array<ArrayBuffer>));
    }
  };
}

/** DER prefix of an Ed25519 SubjectPublicKeyInfo (RFC 8410); the 32 key bytes follow. */
const SPKI_PREFIX = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

/** SHA-256 of the SPKI form of a public key of 32 bytes, as 64 lowercase hex digits. */
export function keyIdOf(publicKey: Uint8Array): string {
  return new Sha256().update(SPKI_PREFIX).update(publicKey).hex();
}

const URL_SAFE: Readonly<Record<string, string>> = { '+': '-', '/': '_', '=': '' };

function base64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replace(/[+/=]/g, letter => URL_SAFE[letter] ?? letter);
}
