import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Forms in which a secret could lie about. */
export function formsOf(secret: string): readonly Buffer[] {
  const bytes = Buffer.from(secret);
  const texts = [secret, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url'), bytes.toString('hex'), bytes.toString('hex').toUpperCase(), encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  return [...new Set(texts)].map(text => Buffer.from(text));
}

/** Which of `secrets` (by what they are) stand in `bytes`. */
export function leaksIn(bytes: Uint8Array, secrets: Readonly<Record<string, readonly Buffer[]>>): string[] {
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Object.entries(secrets).flatMap(([what, forms]) => (forms.some(form => haystack.includes(form)) ? [what] : []));
}

/** All files below a folder, relative, with their rights. */
export function filesBelow(folder: string, under = ''): readonly { readonly path: string; readonly mode: number; readonly bytes: Uint8Array }[] {
  return readdirSync(join(folder, under), { withFileTypes: true }).flatMap(entry => {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(folder, path);
    return entry.isFile() ? [{ path, mode: statSync(join(folder, path)).mode & 0o777, bytes: readFileSync(join(folder, path)) }] : [];
  });
}
