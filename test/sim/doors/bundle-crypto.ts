/** `edge/host/bundle-crypto` without a thread pool: the same answers, at once. */
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { keyIdOf, type BundleCrypto, type BundleSigner, type SigningJwk } from '../../../engine/bundle/crypto';

export function nodeCrypto(): BundleCrypto {
  return {
    sha256: bytes => Promise.resolve(new Uint8Array(createHash('sha256').update(bytes).digest())),
    verify: (publicKey, message, signature) => {
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }, format: 'jwk' });
      return Promise.resolve(verify(null, message, key, signature));
    }
  };
}

export function nodeSigner(jwk: SigningJwk): Promise<BundleSigner> {
  const key = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
  return Promise.resolve({ keyid: keyIdOf(Buffer.from(jwk.x, 'base64url')), sign: message => Promise.resolve(new Uint8Array(sign(null, message, key))) });
}
