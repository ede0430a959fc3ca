import type { RowOut } from '../api/host';

export interface CompareOptions {
  /** Numbers of a row pass when |seen - expected| ≤ absTolerance + relTolerance·|expected|. Default 0: exact. */
  readonly absTolerance?: number;
  readonly relTolerance?: number;
  /** Differences that are listed; the others are only counted. Default 20. */
  readonly differencesMax?: number;
}

export interface RowDifference {
  readonly index: number;
  readonly expected: RowOut | null;
  readonly seen: RowOut | null;
}

export interface Comparison {
  /** Rows that differ, are missing or are too many. */
  readonly differing: number;
  readonly differences: readonly RowDifference[];
}

/** Compares rows one by one in their order. Keys may stand in any order; sink, event time and `at` have no tolerance. */
export function compareRows(expected: readonly RowOut[], seen: readonly RowOut[], options: CompareOptions = {}): Comparison {
  const { absTolerance = 0, relTolerance = 0, differencesMax = 20 } = options;
  const differences: RowDifference[] = [];
  let differing = 0;
  for (let index = 0; index < Math.max(expected.length, seen.length); index++) {
    const left = expected[index] ?? null;
    const right = seen[index] ?? null;
    if (left !== null && right !== null && equalRows(left, right, absTolerance, relTolerance)) continue;
    differing += 1;
    if (differences.length < differencesMax) differences.push({ index, expected: left, seen: right });
  }
  return { differing, differences };
}

function equalRows(expected: RowOut, seen: RowOut, absTolerance: number, relTolerance: number): boolean {
  return (
    expected.sink === seen.sink &&
    expected.eventTimeMs === seen.eventTimeMs &&
    expected.at === seen.at &&
    equalValues(expected.row, seen.row, absTolerance, relTolerance)
  );
}

function equalValues(expected: unknown, seen: unknown, absTolerance: number, relTolerance: number): boolean {
  if (typeof expected === 'number' && typeof seen === 'number') {
    return expected === seen || Math.abs(seen - expected) <= absTolerance + relTolerance * Math.abs(expected);
  }
  if (typeof expected !== 'object' || typeof seen !== 'object' || expected === null || seen === null) return expected === seen;
  if (Array.isArray(expected) !== Array.isArray(seen)) return false;
  const left = Object.entries(expected);
  if (left.length !== Object.keys(seen).length) return false;
  return left.every(([name, value]) => Object.hasOwn(seen, name) && equalValues(value, (seen as Record<string, unknown>)[name], absTolerance, relTolerance));
}
