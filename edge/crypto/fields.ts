import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import type { FieldPlace } from '../../engine/crypto/field-frame';
import { FIELD_IV_BYTES, FIELD_TAG_BYTES, fieldAad, frameField, notAuthentic, parseField, requireKey } from '../../engine/crypto/field-frame';
import type { SealingKey } from '../../engine/crypto/web-fields';

const ALGORITHM = 'aes-256-gcm';

/** An encrypted field: the same bytes as with WebCrypto, at about eight times its speed. */
export function sealField({ key, kid, iv }: SealingKey, place: FieldPlace, plaintext: Uint8Array): Uint8Array {
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: FIELD_TAG_BYTES });
  cipher.setAAD(fieldAad(place, kid));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return frameField({ kid, iv, sealed });
}

/** The plaintext of an encrypted field. Throws `FIELD_TRUNCATED`, `FIELD_VERSION`, `KEY_MISSING` and `FIELD_AUTH`. */
export function openField(keys: ReadonlyMap<string, Uint8Array>, place: FieldPlace, value: Uint8Array): Uint8Array {
  const { kid, iv, sealed } = parseField(value);
  const decipher = createDecipheriv(ALGORITHM, requireKey(keys, kid), iv, { authTagLength: FIELD_TAG_BYTES });
  decipher.setAAD(fieldAad(place, kid));
  decipher.setAuthTag(sealed.subarray(sealed.length - FIELD_TAG_BYTES));
  try {
    const head = decipher.update(sealed.subarray(0, sealed.length - FIELD_TAG_BYTES));
    return new Uint8Array(Buffer.concat([head, decipher.final()]));
  } catch {
    throw notAuthentic(place, kid);
  }
}

const IVS_PER_DRAW = 1_024;

/** Initialisation vectors at random, drawn many at a time. */
export class RandomIvs {
  private readonly bytes = new Uint8Array(IVS_PER_DRAW * FIELD_IV_BYTES);
  private next = IVS_PER_DRAW;

  draw(): Uint8Array {
    if (this.next === IVS_PER_DRAW) {
      randomFillSync(this.bytes);
      this.next = 0;
    }
    return this.bytes.slice(this.next * FIELD_IV_BYTES, ++this.next * FIELD_IV_BYTES);
  }
}
