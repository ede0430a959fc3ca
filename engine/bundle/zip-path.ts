const LENGTH_MAX = 255;

/** Why `path` must not name an entry of an archive; null when it may. */
export function pathProblem(path: string): string | null {
  if (path === '' || path.length > LENGTH_MAX) return `has ${path.length} characters, 1 to ${LENGTH_MAX} are allowed`;
  if (!/^[\x20-\x7e]*$/.test(path)) return 'holds a character outside printable ASCII';
  if (/[\\:*?"<>|]/.test(path)) return 'holds a character that some file systems refuse';
  const segments = path.split('/');
  if (segments.some(segment => segment === '' || segment === '.' || segment === '..')) return 'is absolute, ends with a slash or steps through "." or ".."';
  return null;
}
