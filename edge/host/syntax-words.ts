/** What esbuild or a parser says about the first error, with its place. */
export function syntaxWords(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'errors' in error && Array.isArray(error.errors)) {
    const first: unknown = error.errors[0];
    if (typeof first === 'object' && first !== null && 'text' in first && typeof first.text === 'string') {
      return `${first.text}${'location' in first ? placeOf(first.location) : ''}`;
    }
  }
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? error.message) : String(error);
}

function placeOf(location: unknown): string {
  if (typeof location !== 'object' || location === null || !('line' in location) || !('column' in location)) return '';
  return ` (line ${String(location.line)}, column ${Number(location.column) + 1})`;
}
