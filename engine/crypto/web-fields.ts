import type { FieldPlace } from './field-frame';
import { fieldAad, frameField, notAuthentic, parseField, requireKey } from './field-frame';

/** The part of WebCrypto's `SubtleCrypto` that is used; `crypto.subtle` of a browser and of Node both fit. */
export interface SubtleAesLike {
  importKey(format: 'raw', key: Uint8Array<ArrayBuffer>, algorithm: string, extractable: boolean, usages: ('encrypt' | 'decrypt')[]): Promise<unknown>;
  encrypt(algorithm: GcmLike, key: never, data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>;
  decrypt(algorithm: GcmLike, key: never, data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>;
}
interface GcmLike {
  readonly name: 'AES-GCM';
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly additionalData: Uint8Array<ArrayBuffer>;
}

/** A key, its name, and 12 bytes that were never used with it. */
export interface SealingKey {
  readonly key: Uint8Array;
  readonly kid: string;
  readonly iv: Uint8Array;
}

/** An encrypted field made with WebCrypto: the same bytes as in Node. */
export async function sealWebField(subtle: SubtleAesLike, { key, kid, iv }: SealingKey, place: FieldPlace, plaintext: Uint8Array): Promise<Uint8Array> {
  const imported = await subtle.importKey('raw', owned(key), 'AES-GCM', false, ['encrypt']);
  const sealed = await subtle.encrypt({ name: 'AES-GCM', iv: owned(iv), additionalData: owned(fieldAad(place, kid)) }, imported as never, owned(plaintext));
  return frameField({ kid, iv, sealed: new Uint8Array(sealed) });
}

/** The plaintext of an encrypted field, with WebCrypto. Rejects with `FIELD_TRUNCATED`, `FIELD_VERSION`, `KEY_MISSING` and `FIELD_AUTH`. */
export async function openWebField(subtle: SubtleAesLike, keys: ReadonlyMap<string, Uint8Array>, place: FieldPlace, value: Uint8Array): Promise<Uint8Array> {
  const { kid, iv, sealed } = parseField(value);
  const imported = await subtle.importKey('raw', owned(requireKey(keys, kid)), 'AES-GCM', false, ['decrypt']);
  const gcm: GcmLike = { name: 'AES-GCM', iv: owned(iv), additionalData: owned(fieldAad(place, kid)) };
  try {
    return new Uint8Array(await subtle.decrypt(gcm, imported as never, owned(sealed)));
  } catch {
    throw notAuthentic(place, kid);
  }
}

/** `bytes` in a buffer that is not shared between threads, as WebCrypto wants. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes);
}
