const THIN = '\u202f';
const NONE = '–';

/** `15 402` with thin no-break spaces; whole numbers only. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return NONE;
  const digits = String(Math.abs(Math.round(value)));
  const grouped = digits.length > 4 ? digits.replace(/\B(?=(\d{3})+$)/g, THIN) : digits;
  return value < 0 ? `−${grouped}` : grouped;
}

/** `80.1/s`, `8.0/s`, `1 204/s`; a rate below 0.05 is `0/s`. */
export function formatRate(perS: number): string {
  if (!Number.isFinite(perS)) return NONE;
  if (perS < 0.05) return '0/s';
  return perS >= 1_000 ? `${formatCount(perS)}/s` : `${perS.toFixed(1)}/s`;
}

/** `812 B`, `1.0 kB`, `3.1 MB` (powers of 1 000). */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return unit === 0 ? `${Math.round(value)}${THIN}B` : `${value.toFixed(1)}${THIN}${units[unit]}`;
}

/** A short time: `4 ms`, `1.5 s`, `3 min 12 s`, `2 h 5 min`. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return NONE;
  if (milliseconds < 0) return `−${formatDuration(-milliseconds)}`;
  if (milliseconds < 10) return `${Number(milliseconds.toFixed(1))}${THIN}ms`;
  if (milliseconds < 1_000) return `${Math.round(milliseconds)}${THIN}ms`;
  if (milliseconds < 59_950) return `${Number((milliseconds / 1_000).toFixed(1))}${THIN}s`;
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 3_600) return seconds % 60 === 0 ? `${seconds / 60}${THIN}min` : `${Math.floor(seconds / 60)}${THIN}min ${seconds % 60}${THIN}s`;
  const minutes = Math.round(seconds / 60);
  return minutes % 60 === 0 ? `${minutes / 60}${THIN}h` : `${Math.floor(minutes / 60)}${THIN}h ${minutes % 60}${THIN}min`;
}

/** A running clock: `00:03:12`. */
export function formatClock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${part(Math.floor(seconds / 3_600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`;
}

/** UTC, said as UTC: `2026-11-22 08:10:30.250 UTC`. */
export function formatUtc(timeMs: number): string {
  if (!Number.isFinite(timeMs) || Math.abs(timeMs) > 8.64e15) return NONE;
  return `${new Date(timeMs).toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}

/** The time of day in UTC: `08:10:30 UTC`. */
export function formatUtcTime(timeMs: number): string {
  if (!Number.isFinite(timeMs) || Math.abs(timeMs) > 8.64e15) return NONE;
  return `${new Date(timeMs).toISOString().slice(11, 19)} UTC`;
}

/** A share as a percentage with sense: `0 %`, `< 0.1 %`, `12.5 %`. */
export function formatShare(share: number): string {
  if (share === 0) return `0${THIN}%`;
  if (share < 0.001) return `<${THIN}0.1${THIN}%`;
  return `${Number((share * 100).toFixed(1))}${THIN}%`;
}

/** A measured number for a table: six significant digits, no trailing zeros, integers in full. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const minus = (text: string): string => text.replace('-', '−');
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return formatCount(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) return minus(value.toExponential(3));
  return minus(String(Number(value.toPrecision(6))));
}

/** Any cell value as one line of text, at most `charactersMax` long. */
export function formatValue(value: unknown, charactersMax = 120): string {
  if (value === null || value === undefined) return NONE;
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string') return shorten(value, charactersMax);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return `${formatCount(value.length)} bytes`;
  return shorten(JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? NONE, charactersMax);
}

function shorten(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax - 1)}…`;
}

/** `1 message`, `2 messages`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)}${THIN}${count === 1 ? one : many}`;
}
