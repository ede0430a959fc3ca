const ID_BYTES = 16;

/** 128 random bits as hexadecimal text. `crypto.randomUUID` is missing on pages that were not loaded over HTTPS. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(ID_BYTES)), byte => byte.toString(16).padStart(2, '0')).join('');
}
