import { encodeUtf8 } from '../codec/utf8';
import { LittoralError } from '../error';

/*
 * An encrypted field as bytes, 33 more than its plaintext (AES-256-GCM, NIST SP 800-38D):
 *
 *   0x01 | kid (4) | iv (12) | ciphertext | tag (16)
 *
 * The additional authenticated data are pipeline, field, kid and record key, each after its length as 4 bytes big-endian, so that a
 * value cannot be moved to another pipeline, column or record unnoticed.
 */
export const FIELD_KEY_BYTES = 32;
export const FIELD_IV_BYTES = 12;
export const FIELD_TAG_BYTES = 16;
const VERSION = 1;
const KID_BYTES = 4;
/** Bytes before the ciphertext. */
export const FIELD_HEAD_BYTES = 1 + KID_BYTES + FIELD_IV_BYTES;

/** Where a value belongs. */
export interface FieldPlace {
  readonly pipelineId: string;
  readonly fieldPath: string;
  readonly recordKey: Uint8Array;
}

export interface FieldFrame {
  /** 8 lowercase hex digits. */
  readonly kid: string;
  readonly iv: Uint8Array;
  /** Ciphertext and tag. */
  readonly sealed: Uint8Array;
}

/** What the tag of a value at `place` covers beside its ciphertext. */
export function fieldAad(place: FieldPlace, kid: string): Uint8Array {
  return recordAad(columnAad(place, kid), place.recordKey);
}

/** The part of `fieldAad` that all values of a column under one key share. */
export function columnAad({ pipelineId, fieldPath }: Pick<FieldPlace, 'pipelineId' | 'fieldPath'>, kid: string): Uint8Array {
  return [encodeUtf8(pipelineId), encodeUtf8(fieldPath), kidBytes(kid)].reduce(recordAad, new Uint8Array(0));
}

/** `before`, and `part` after its length. */
export function recordAad(before: Uint8Array, part: Uint8Array): Uint8Array {
  const aad = new Uint8Array(before.length + 4 + part.length);
  aad.set(before);
  for (let at = 0; at < 4; at++) aad[before.length + at] = part.length >>> (24 - 8 * at);
  aad.set(part, before.length + 4);
  return aad;
}

export function frameField({ kid, iv, sealed }: FieldFrame): Uint8Array {
  const bytes = new Uint8Array(FIELD_HEAD_BYTES + sealed.length);
  writeHead(bytes, kidBytes(kid), iv);
  bytes.set(sealed, FIELD_HEAD_BYTES);
  return bytes;
}

/** Writes what stands before the ciphertext. */
export function writeHead(frame: Uint8Array, kid: Uint8Array, iv: Uint8Array): void {
  frame[0] = VERSION;
  frame.set(kid, 1);
  frame.set(iv, 1 + KID_BYTES);
}

/** The parts of an encrypted field, as views. Throws `FIELD_TRUNCATED` and `FIELD_VERSION`. */
export function parseField(bytes: Uint8Array): FieldFrame {
  if (bytes.length < FIELD_HEAD_BYTES + FIELD_TAG_BYTES) {
    throw new LittoralError('FIELD_TRUNCATED', `encrypted field: it has ${bytes.length} bytes; expected at least ${FIELD_HEAD_BYTES + FIELD_TAG_BYTES}. Read the whole value.`);
  }
  if (bytes[0] !== VERSION) throw new LittoralError('FIELD_VERSION', `encrypted field: it begins with ${bytes[0]}; expected ${VERSION}. It is no encrypted field, or one of a newer Littoral.`);
  return { kid: kidText(bytes.subarray(1, 1 + KID_BYTES)), iv: bytes.subarray(1 + KID_BYTES, FIELD_HEAD_BYTES), sealed: bytes.subarray(FIELD_HEAD_BYTES) };
}

/** The key `kid` of `keys` (by kid), or LittoralError `KEY_MISSING`. */
export function requireKey(keys: ReadonlyMap<string, Uint8Array>, kid: string): Uint8Array {
  const key = keys.get(kid);
  if (key === undefined) throw new LittoralError('KEY_MISSING', `encrypted field: key ${kid} is not there; expected it among the ${keys.size} keys given. Add it to the key file.`);
  return key;
}

/** The failure of a value that was changed, cut, or moved from elsewhere, or whose key is another. */
export function notAuthentic(place: FieldPlace, kid: string): LittoralError {
  return new LittoralError('FIELD_AUTH', `encrypted field "${place.fieldPath}" of pipeline "${place.pipelineId}": it does not open with key ${kid}; expected the value as it was written, in its own column and record. It was changed or moved.`);
}

/** Whether `text` names a key: 8 lowercase hex digits. */
export function isKid(text: string): boolean {
  return /^[0-9a-f]{8}$/u.test(text);
}

/** The 4 bytes of a kid. */
export function kidBytes(kid: string): Uint8Array {
  return Uint8Array.from([0, 2, 4, 6], at => Number.parseInt(kid.slice(at, at + 2), 16));
}

function kidText(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
