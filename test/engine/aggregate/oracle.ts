import type { Value } from '../../../engine/batch/value';

/** A row as the oracle sees it: its values of "x" and "y" (a list has several), its time, in order of arrival. */
export interface OracleRow {
  readonly x: Value;
  readonly y: Value;
  readonly eventTimeMs: number;
}

interface Seen {
  readonly x: number | bigint | string;
  readonly y: number;
  readonly eventTimeMs: number;
}

/** What an aggregate gives for `rows`, recomputed naively. Floats are to be compared within a tolerance. */
export function oracle(fn: string, type: string, rows: readonly OracleRow[]): Value | 'fault' {
  const result = ofNumbers(fn, rows);
  if (type === 'bool' && ['first', 'last', 'mode'].includes(fn)) return result === null ? null : result === 1;
  return type === 'int32' && ['sum', 'range'].includes(fn) && typeof result === 'number' ? BigInt(result) : result;
}

function ofNumbers(fn: string, rows: readonly OracleRow[]): Value | 'fault' {
  const seen = rows.flatMap(row => elements(row.x).map((x): Seen => ({ x, y: Number(row.y), eventTimeMs: row.eventTimeMs })));
  const values = seen.map(each => each.x);
  const numbers = values.map(Number);
  const pairs = seen.filter((_, index) => rows[index]?.y !== null || Array.isArray(rows[index]?.x));
  if (fn === 'count') return BigInt(values.length);
  if (fn === 'countDistinct') return BigInt(new Set(values).size);
  if (fn === 'covariance') return divided(products(pairs.map(each => Number(each.x)), pairs.map(each => each.y)), pairs.length - 1);
  if (fn === 'correlation') return pairs.length < 2 ? null : correlationOf(pairs.map(each => Number(each.x)), pairs.map(each => each.y));
  if (values.length === 0) return null;
  switch (fn) {
    case 'sum':
      return typeof values[0] === 'bigint' ? inInt64((values as bigint[]).reduce((a, b) => a + b, 0n)) : numbers.reduce((a, b) => a + b, 0);
    case 'mean':
      return mean(numbers);
    case 'median':
      return quantile(numbers, 0.5);
    case 'quantile':
      return quantile(numbers, 0.25);
    case 'variance':
      return divided(products(numbers, numbers), numbers.length - 1);
    case 'stddev':
      return numbers.length < 2 ? null : Math.sqrt(products(numbers, numbers) / (numbers.length - 1));
    case 'min':
      return inOrder(values)[0]!;
    case 'max':
      return inOrder(values).at(-1)!;
    case 'range':
      return rangeOf(values);
    case 'first':
      return values[0]!;
    case 'last':
      return values.at(-1)!;
    case 'mode':
      return modeOf(values);
    case 'rateOfChange':
      return rateOf(seen);
    case 'slope':
      return slopeOf(seen);
    default:
      return numbers;
  }
}

function elements(x: Value): readonly (number | bigint | string)[] {
  if (x === null) return [];
  if (Array.isArray(x)) return x as readonly number[];
  return [typeof x === 'boolean' ? Number(x) : (x as number | bigint | string)];
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function products(xs: readonly number[], ys: readonly number[]): number {
  const [x, y] = [mean(xs), mean(ys)];
  return xs.reduce((sum, value, index) => sum + (value - x) * (ys[index]! - y), 0);
}

function divided(sum: number, by: number): number | null {
  return by < 1 ? null : sum / by;
}

function correlationOf(xs: readonly number[], ys: readonly number[]): number {
  return products(xs, ys) / Math.sqrt(products(xs, xs) * products(ys, ys));
}

function inInt64(value: bigint): bigint | 'fault' {
  return BigInt.asIntN(64, value) === value ? value : 'fault';
}

/** NaN first and last at once: it is both the least and the greatest. */
function inOrder(values: readonly (number | bigint | string)[]): readonly (number | bigint | string)[] {
  if (values.some(value => value !== value)) return [NaN];
  return [...values].sort((a, b) => {
    if (typeof a === 'string' && typeof b === 'string') return (a.codePointAt(0) ?? -1) - (b.codePointAt(0) ?? -1);
    return a < b ? -1 : a > b ? 1 : 0;
  });
}

function rangeOf(values: readonly (number | bigint | string)[]): number | bigint | 'fault' {
  const sorted = inOrder(values);
  const [least, greatest] = [sorted[0]!, sorted.at(-1)!];
  return typeof least === 'bigint' && typeof greatest === 'bigint' ? inInt64(greatest - least) : Number(greatest) - Number(least);
}

function quantile(values: readonly number[], q: number): number {
  if (values.some(Number.isNaN)) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (sorted.length - 1) * q;
  const [lower, upper] = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!];
  const share = rank - Math.floor(rank);
  if (lower === upper) return lower;
  return share < 0.5 ? lower + (upper - lower) * share : upper - (upper - lower) * (1 - share);
}

function modeOf(values: readonly (number | bigint | string)[]): number | bigint | string {
  const counts = new Map<number | bigint | string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const candidates = [...counts].filter(([, count]) => count === most).map(([value]) => value);
  const known = candidates.filter(value => value === value);
  return known.length === 0 ? NaN : inOrder(known)[0]!;
}

function rateOf(seen: readonly Seen[]): number | null {
  const byTime = [...seen].sort((a, b) => a.eventTimeMs - b.eventTimeMs);
  const [first, last] = [byTime[0]!, byTime.at(-1)!];
  return first.eventTimeMs === last.eventTimeMs ? null : (Number(last.x) - Number(first.x)) / ((last.eventTimeMs - first.eventTimeMs) / 1000);
}

function slopeOf(seen: readonly Seen[]): number | null {
  const startMs = seen[0]!.eventTimeMs;
  const seconds = seen.map(each => (each.eventTimeMs - startMs) / 1000);
  const squares = products(seconds, seconds);
  return seconds.every(second => second === seconds[0]) ? null : products(seconds, seen.map(each => Number(each.x))) / squares;
}
