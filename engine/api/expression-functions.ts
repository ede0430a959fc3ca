/*
 * The functions that expressions may call by name. In `filter` and `select` they are read as text and become part of the
 * Plan; called elsewhere they compute the same value.
 */

/** Magnitude: `abs(-2)` is 2. */
export function abs(x: number): number {
  return Math.abs(x);
}
/** -1, 0 or 1. */
export function sign(x: number): number {
  return Math.sign(x);
}
/** Nearest integer; halves go up, so `round(-2.5)` is -2. */
export function round(x: number): number {
  return Math.round(x);
}
/** Largest integer not above `x`. */
export function floor(x: number): number {
  return Math.floor(x);
}
/** Smallest integer not below `x`. */
export function ceil(x: number): number {
  return Math.ceil(x);
}
/** Square root; NaN below 0. */
export function sqrt(x: number): number {
  return Math.sqrt(x);
}
/** e to the power of `x`. */
export function exp(x: number): number {
  return Math.exp(x);
}
/** Natural logarithm; -Infinity at 0, NaN below. */
export function ln(x: number): number {
  return Math.log(x);
}
/** Logarithm to base 10. */
export function log10(x: number): number {
  return Math.log10(x);
}
/** `x` to the power of `y`, as float64. */
export function pow(x: number, y: number): number {
  return Math.pow(x, y);
}
/** Sine; `x` in radians. */
export function sin(x: number): number {
  return Math.sin(x);
}
/** Cosine; `x` in radians. */
export function cos(x: number): number {
  return Math.cos(x);
}
/** Tangent; `x` in radians. */
export function tan(x: number): number {
  return Math.tan(x);
}
/** Angle of the point (x, y) in radians, from -π to π. */
export function atan2(y: number, x: number): number {
  return Math.atan2(y, x);
}
/** Length of the vector (x, y). */
export function hypot(x: number, y: number): number {
  return Math.hypot(x, y);
}
/** `x`, but not below `low` and not above `high`. */
export function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}
/** The first value that is not missing: `coalesce(r.x, 0)`. */
export function coalesce<T extends number | string | boolean>(...values: [T, T, ...T[]]): T {
  return values.find(value => value !== null && value !== undefined) ?? values[0];
}
/** true if the value is missing. A comparison with a missing value is neither true nor false, so test with this. */
export function isNull(value: unknown): boolean {
  return value === null || value === undefined;
}
/** true if the number is NaN. */
export function isNaN(x: number): boolean {
  return Number.isNaN(x);
}
/** The text in lower case. */
export function lower(text: string): string {
  return text.toLowerCase();
}
/** The text in upper case. */
export function upper(text: string): string {
  return text.toUpperCase();
}
/** Number of characters (Unicode code points) of a text. */
export function length(text: string): number {
  return Array.from(text).length;
}
/** true if `text` begins with `prefix`. */
export function startsWith(text: string, prefix: string): boolean {
  return text.startsWith(prefix);
}
/** true if `part` occurs in `text`. */
export function contains(text: string, part: string): boolean {
  return text.includes(part);
}
/** The text with every `from` replaced by `to`, both constant texts without special characters: `replace(r.line, 'ERR', 'error')`. */
export function replace(text: string, from: string, to: string): string {
  return text.split(from).join(to);
}
