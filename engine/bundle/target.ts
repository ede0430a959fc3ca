/**
 * Whether one of `patterns` fits the label of a machine. `*` stands for any characters; a machine without a label (null)
 * takes only what is for "*".
 */
export function targetMatches(patterns: readonly string[], label: string | null): boolean {
  return patterns.some(pattern => (label === null ? pattern === '*' : matches(pattern, label)));
}

function matches(pattern: string, label: string): boolean {
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  const last = parts[parts.length - 1] ?? '';
  if (parts.length === 1) return pattern === label;
  if (label.length < first.length + last.length || !label.startsWith(first) || !label.endsWith(last)) return false;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = label.indexOf(part, from);
    if (found < 0 || found + part.length > label.length - last.length) return false;
    from = found + part.length;
  }
  return true;
}
