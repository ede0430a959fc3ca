/**
 * JSON with sorted keys, two spaces of indentation and a line feed at the end: equal values give equal text, whatever
 * made them. For plain JSON values; an absent (`undefined`) member is left out.
 */
export function canonicalJson(value: unknown): string {
  return `${JSON.stringify(sorted(value), null, 2)}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map(name => [name, sorted((value as Record<string, unknown>)[name])]));
}
