/** Milliseconds of an instant such as `2027-01-01T00:00:00Z` (whole seconds, UTC); NaN for anything else. */
export function instantMs(value: unknown): number {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) return NaN;
  const ms = Date.parse(value);
  return Number.isNaN(ms) || instantText(ms) !== value ? NaN : ms;
}

/** The instant as text, cut to whole seconds. */
export function instantText(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
