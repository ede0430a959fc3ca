import type { LogEntry } from './log';

const WINDOW_MS = 60_000;
const FIRST_ONES = 3;
const KEYS_MAX = 256;

interface Repeats {
  readonly sinceMs: number;
  seen: number;
  last: LogEntry;
}

/**
 * Holds back what repeats: of lines that differ by nothing but numbers the first three of a minute pass, the others
 * are counted and told in one line when the minute is over. Needs no timer: `due` is asked whenever something is logged and
 * at the end.
 */
export class RepeatFilter {
  private readonly repeats = new Map<string, Repeats>();

  /** Whether `entry` is to be written now. */
  passes(entry: LogEntry): boolean {
    if (entry.severity === 'error') return true;
    const key = keyOf(entry);
    const known = this.repeats.get(key);
    if (known === undefined) {
      if (this.repeats.size >= KEYS_MAX) return true;
      this.repeats.set(key, { sinceMs: entry.timeMs, seen: 1, last: entry });
      return true;
    }
    known.seen++;
    known.last = entry;
    return known.seen <= FIRST_ONES;
  }

  /** What was held back and whose minute is over at `nowMs` (Infinity: all), as one line each. */
  due(nowMs: number): readonly LogEntry[] {
    const lines: LogEntry[] = [];
    for (const [key, { sinceMs, seen, last }] of this.repeats) {
      if (nowMs - sinceMs < WINDOW_MS) continue;
      this.repeats.delete(key);
      const held = seen - FIRST_ONES;
      if (held > 0) lines.push({ ...last, text: `${last.text} (repeated ${held} times)`, fields: { ...last.fields, repeated: held } });
    }
    return lines;
  }
}

/** Texts vary by attempts and waits, so numbers do not make a line another one. */
function keyOf({ event, text }: LogEntry): string {
  return `${event}\n${text.replace(/\d+/g, '#')}`;
}
