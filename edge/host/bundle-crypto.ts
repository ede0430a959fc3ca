import { webcrypto } from 'node:crypto';
import { webCrypto, webCryptoSigner } from '../../engine/bundle/crypto';
import type { BundleCrypto, BundleSigner } from '../../engine/bundle/crypto';
import type { PrivateJwk } from './signing-key';

/** BundleCrypto on Node's WebCrypto. */
export function nodeCrypto(): BundleCrypto {
  return webCrypto(webcrypto.subtle);
}

/** Signs bundles with `key`. */
export function nodeSigner(key: PrivateJwk): Promise<BundleSigner> {
  return webCryptoSigner(webcrypto.subtle, key);
}
