import { UsageError } from './verb';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `90s`, `30min`, `12h` or `7d`; anything else is wrong usage of the option `name`. */
export function durationMs(text: string, name: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(s|min|h|d)$/.exec(text);
  const unitMs = UNIT_MS[match?.[2] ?? ''];
  if (match === null || unitMs === undefined) throw new UsageError(`--${name} ${text}: not a length of time; expected a number with s, min, h or d, e.g. 7d`);
  return Number(match[1]) * unitMs;
}
