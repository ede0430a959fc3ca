const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CHUNK_GROUPS = 4096;

const SEXTETS = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) SEXTETS[ALPHABET.charCodeAt(i)] = i;

/** Standard base64 with padding (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  let chunk: string[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = (bytes[i]! << 16) | ((left > 1 ? bytes[i + 1]! : 0) << 8) | (left > 2 ? bytes[i + 2]! : 0);
    chunk.push(
      ALPHABET[group >> 18]! +
        ALPHABET[(group >> 12) & 63]! +
        (left > 1 ? ALPHABET[(group >> 6) & 63]! : '=') +
        (left > 2 ? ALPHABET[group & 63]! : '=')
    );
    if (chunk.length === CHUNK_GROUPS) {
      text += chunk.join('');
      chunk = [];
    }
  }
  return text + chunk.join('');
}

/**
 * Bytes of standard base64, or null when `text` is not exactly what `encodeBase64` would write: foreign characters,
 * missing padding, stray bits in the last group.
 */
export function decodeBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let group = 0;
  let at = 0;
  for (let i = 0; i < digits; i++) {
    const unit = text.charCodeAt(i);
    const sextet = unit < 128 ? SEXTETS[unit]! : -1;
    if (sextet < 0) return null;
    group = (group << 6) | sextet;
    if (i % 4 === 3) {
      bytes[at++] = group >> 16;
      bytes[at++] = (group >> 8) & 255;
      bytes[at++] = group & 255;
      group = 0;
    }
  }
  if (padding === 1) {
    if ((group & 3) !== 0) return null;
    bytes[at++] = group >> 10;
    bytes[at++] = (group >> 2) & 255;
  } else if (padding === 2) {
    if ((group & 15) !== 0) return null;
    bytes[at++] = group >> 4;
  }
  return bytes;
}

/** As `decodeBase64`, and the URL-safe alphabet and absent padding are taken too (DSSE allows both). */
export function decodeBase64Any(text: string): Uint8Array | null {
  const standard = text.replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '');
  if (text.length - standard.length > 2) return null;
  return decodeBase64(standard + '='.repeat((4 - (standard.length % 4)) % 4));
}
