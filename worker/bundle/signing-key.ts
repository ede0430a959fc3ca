import { decodeBase64Any } from '../../engine/codec/base64';
import { keyIdOf } from '../../engine/bundle/crypto';
import type { BundleSigner } from '../../engine/bundle/crypto';
import { LittoralError } from '../../engine/error';

const DATABASE = 'littoral-keys';
const STORE = 'keys';
const NAME = 'bundle';

export interface BrowserKey {
  readonly signer: BundleSigner;
  /** For the trust file of the machines that are to run the bundles. */
  readonly publicKey: JsonWebKey;
}

/** This browser's own Ed25519 key: made once, kept in IndexedDB, not extractable by anybody. */
export async function browserKey(): Promise<BrowserKey> {
  if (globalThis.crypto?.subtle === undefined) {
    throw new LittoralError('NO_CRYPTO', 'signing key: this page has no WebCrypto; expected https or 127.0.0.1. Open the page securely, or sign on the command line with `littoral bundle`.');
  }
  const pair = (await readPair()) ?? (await makePair());
  const { kty, crv, x } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const publicBytes = decodeBase64Any(x ?? '');
  if (publicBytes === null) throw new Error('the browser exported a public key without x');
  return {
    publicKey: { kty, crv, x },
    signer: {
      keyid: keyIdOf(publicBytes),
      sign: async message => new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, message as Uint8Array<ArrayBuffer>))
    }
  };
}

async function makePair(): Promise<CryptoKeyPair> {
  let pair: CryptoKeyPair;
  try {
    pair = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
  } catch (cause) {
    throw new LittoralError('NO_ED25519', 'signing key: this browser cannot make Ed25519 keys; Chrome 137, Firefox 129 and Safari 17 can. Update it, or sign on the command line with `littoral bundle`.', { cause });
  }
  await withStore('readwrite', store => store.put(pair, NAME));
  return pair;
}

async function readPair(): Promise<CryptoKeyPair | null> {
  const value: unknown = await withStore('readonly', store => store.get(NAME));
  return isPair(value) ? value : null;
}

function isPair(value: unknown): value is CryptoKeyPair {
  return typeof value === 'object' && value !== null && 'privateKey' in value && value.privateKey instanceof CryptoKey && 'publicKey' in value && value.publicKey instanceof CryptoKey;
}

function withStore(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error ?? new Error('IndexedDB could not be opened'));
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(STORE, mode);
      const request = ask(transaction.objectStore(STORE));
      transaction.oncomplete = () => {
        database.close();
        resolve(request.result);
      };
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB transaction failed'));
    };
  });
}
