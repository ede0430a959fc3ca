/** `value` as one JSON document; NaN and the infinities as texts, as in rows-out files, because JSON has no numbers for them. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, (_key, item: unknown) => (typeof item === 'number' && !Number.isFinite(item) ? String(item) : item))}\n`;
}
