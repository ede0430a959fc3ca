import type { Plan } from './plan';

/**
 * A Plan as canonical JSON: keys sorted by UTF-16 units, no blanks, no absent fields. Equal Plans give equal texts,
 * so a SHA-256 of its UTF-8 bytes identifies what a pipeline means. Positions of expressions in source text are left out.
 */
export function planToJson(plan: Plan): string {
  return canonicalJson(plan);
}

/** Any JSON value in the form of `planToJson`. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(item => canonicalJson(item)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([name, field]) => field !== undefined && !(name === 'offset' && isPlacedExpression(value)));
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(',')}}`;
}

function isPlacedExpression(value: object): boolean {
  return 'kind' in value && ((value.kind === 'column' && 'name' in value) || (value.kind === 'call' && 'fn' in value));
}
