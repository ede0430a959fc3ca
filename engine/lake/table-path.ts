/** Whether `path` stays below the folder it is relative to. */
export function isInside(path: string): boolean {
  if (path === '' || path.includes('\\') || path.includes('\0') || /^[a-z][a-z0-9+.-]*:/i.test(path)) return false;
  return path.split('/').every(part => part !== '' && part !== '.' && part !== '..');
}

/** `path` as a Delta log holds it: URI-encoded, `=` of the partition folders kept. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/').replaceAll('%3D', '=');
}

/** The path that a Delta log holds as `encoded`; null when it is none or leads out of the table. */
export function decodePath(encoded: unknown): string | null {
  if (typeof encoded !== 'string') return null;
  try {
    const path = decodeURIComponent(encoded);
    return isInside(path) ? path : null;
  } catch {
    return null;
  }
}
