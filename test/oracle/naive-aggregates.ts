import type { AggregateUse } from '../../engine/plan/nodes/aggregate-use';
import type { Cell, RowEvent } from './events';

const mean = (values: readonly number[]): number => sum(values) / values.length;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function extreme(values: readonly (number | bigint)[], larger: boolean): Cell {
  if (values.some(value => Number.isNaN(value))) return NaN;
  return values.reduce((best, value) => ((larger ? value > best : value < best) ? value : best));
}

function variance(values: readonly number[], ddof: number): Cell {
  if (values.length <= ddof) return null;
  const middle = mean(values);
  return sum(values.map(value => (value - middle) ** 2)) / (values.length - ddof);
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = q * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}

/** Aggregates over all rows of a window, in order of arrival, none of them smarter than its definition. */
const definitions: Readonly<Record<string, (values: readonly (number | bigint)[], use: AggregateUse) => Cell>> = {
  sum: values => (typeof values[0] === 'bigint' ? (values as bigint[]).reduce((total, value) => total + value, 0n) : sum(values as number[])),
  mean: values => mean(values.map(Number)),
  min: values => extreme(values, false),
  max: values => extreme(values, true),
  first: values => values[0]!,
  last: values => values.at(-1)!,
  variance: (values, use) => variance(values.map(Number), Number(use.options?.['ddof'] ?? 1)),
  stddev: (values, use) => {
    const squared = variance(values.map(Number), Number(use.options?.['ddof'] ?? 1));
    return squared === null ? null : Math.sqrt(Number(squared));
  },
  median: values => quantile(values.map(Number), 0.5)
};

/** Names of the aggregates that the oracle knows. */
export const NAIVE_AGGREGATES = Object.keys(definitions);

/** The result of `use` over `rows`, which are in order of arrival. */
export function naiveAggregate(use: AggregateUse, rows: readonly RowEvent[]): Cell {
  const values = rows.map(({ cells }) => (use.column === undefined ? 0 : cells[use.column]!)).filter(value => value !== null);
  if (use.fn === 'count') return BigInt(values.length);
  if (use.fn === 'countDistinct') return BigInt(new Set(values.map(String)).size);
  return values.length === 0 ? null : definitions[use.fn]!(values as (number | bigint)[], use);
}
