import type { AggregateOptions } from '../plan/nodes/aggregate-use';
import type { QuantileMethod } from '../signal/quantile-method';

/** An aggregate that needs a column of numbers or signals. */
export interface NumericAggregate<C extends string> {
  readonly fn: string;
  readonly takes: 'numbers';
  readonly column: C;
  readonly options?: AggregateOptions;
}
/** An aggregate whose result is one of the column's own values. */
export interface ValueAggregate<C extends string> {
  readonly fn: string;
  readonly takes: 'values';
  readonly column: C;
}
/** A count of the different values of a column. */
export interface DistinctAggregate<C extends string> {
  readonly fn: string;
  readonly takes: 'distinct';
  readonly column: C;
  readonly options?: AggregateOptions;
}
/** An aggregate of two columns of numbers. */
export interface PairAggregate<C extends string> {
  readonly fn: string;
  readonly takes: 'pairs';
  readonly column: C;
  readonly otherColumn: C;
  readonly options?: AggregateOptions;
}
/** An aggregate of numbers whose result is a signal. */
export interface ListAggregate<C extends string> {
  readonly fn: string;
  readonly takes: 'list';
  readonly column: C;
  readonly options?: AggregateOptions;
}
/** A count: of rows, or of the values that are present in a column. */
export interface CountAggregate<C extends string> {
  readonly fn: 'count';
  readonly takes: 'rows';
  readonly column?: C;
}
export type Aggregate<C extends string> = NumericAggregate<C> | ValueAggregate<C> | CountAggregate<C> | DistinctAggregate<C> | PairAggregate<C> | ListAggregate<C>;

/** An aggregate of numbers with the options that are given. */
export function numeric<C extends string>(fn: string, column: C, options: object = {}): NumericAggregate<C> {
  return { fn, takes: 'numbers', column, ...optionsOf(options) };
}

/** The options that are there, if any. */
function optionsOf(options: object): { readonly options?: AggregateOptions } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? {} : { options: Object.fromEntries(entries) };
}

/** Number of rows of the window, or of rows whose `column` is not null: int64, never null. */
export function count<C extends string = never>(column?: C): CountAggregate<C> {
  return column === undefined ? { fn: 'count', takes: 'rows' } : { fn: 'count', takes: 'rows', column };
}
/** Sum of the values that are not null; null if there are none. float64 with Neumaier compensation; int64 exact, an overflow sends the window to the dead letters (`SUM_OVERFLOW`). */
export function sum<C extends string>(column: C): NumericAggregate<C> {
  return numeric('sum', column);
}
/** Arithmetic mean of the values that are not null, as float64; null if there are none. */
export function mean<C extends string>(column: C): NumericAggregate<C> {
  return numeric('mean', column);
}
/** Value of the first row of the window by arrival whose `column` is not null; null if there is none. */
export function first<C extends string>(column: C): ValueAggregate<C> {
  return { fn: 'first', takes: 'values', column };
}
/** Value of the last row of the window by arrival whose `column` is not null; null if there is none. */
export function last<C extends string>(column: C): ValueAggregate<C> {
  return { fn: 'last', takes: 'values', column };
}
/** Root mean square, sqrt(mean(x²)), in the unit of the column, as float64; null if there are no values. */
export function rms<C extends string>(column: C): NumericAggregate<C> {
  return numeric('rms', column);
}

/** Number of different values of a column; missing ones do not count. Exact up to `exactValuesMax` per window and key, then estimated with a standard error of 0.81 %. */
export function countDistinct<C extends string>(column: C, options: CountDistinctOptions = {}): DistinctAggregate<C> {
  return { fn: 'countDistinct', takes: 'distinct', column, ...optionsOf(options) };
}
export interface CountDistinctOptions {
  /** Different values that are kept for an exact number, at most 1 048 576. Default 4096. */
  readonly exactValuesMax?: number;
}

/** Most frequent value of a column, the smallest of equally frequent ones; null if there is none. For columns with at most 65 536 different values per window. */
export function mode<C extends string>(column: C): ValueAggregate<C> {
  return { fn: 'mode', takes: 'values', column };
}
/** Largest minus smallest value; null if there are none. int64 for whole numbers, milliseconds for times, float64 otherwise. */
export function range<C extends string>(column: C): NumericAggregate<C> {
  return numeric('range', column);
}

export interface SpreadOptions {
  /** Divides by n - ddof: 1 for a sample (SQL's VAR_SAMP), 0 for a whole population. Default 1. */
  readonly ddof?: number;
}
/** Variance of the values that are not null (Welford, Chan), in the square of their unit; null if there are not more than `ddof`. */
export function variance<C extends string>(column: C, options: SpreadOptions = {}): NumericAggregate<C> {
  return numeric('variance', column, options);
}
/** Standard deviation of the values that are not null, the root of `variance`; null if there are not more than `ddof`. */
export function stddev<C extends string>(column: C, options: SpreadOptions = {}): NumericAggregate<C> {
  return numeric('stddev', column, options);
}
/** Covariance of two columns over the rows that have both: `covariance('load', 'temperature')`; null if there are not more than `ddof`. */
export function covariance<C extends string>(column: C, otherColumn: C, options: SpreadOptions = {}): PairAggregate<C> {
  return { fn: 'covariance', takes: 'pairs', column, otherColumn, ...optionsOf(options) };
}
/** Pearson's correlation of two columns over the rows that have both, -1 to 1: `correlation('load', 'temperature')`; NaN if one of them is constant, null for fewer than two rows. */
export function correlation<C extends string>(column: C, otherColumn: C): PairAggregate<C> {
  return { fn: 'correlation', takes: 'pairs', column, otherColumn };
}

export interface MedianOptions {
  /** Values per window and key that are all kept for an exact result, 4096 to 1 048 576; beyond, a sketch with a rank error of at most 0.5 %. Default 65 536. */
  readonly exactValuesMax?: number;
}
export interface QuantileOptions extends MedianOptions {
  /** Share of the values below the result: 0 is the smallest, 0.5 the median, 0.99 the 99th percentile, 1 the largest. */
  readonly q: number;
  /** What to give between two values, by the names of `numpy.quantile`. Default `linear`. */
  readonly method?: QuantileMethod;
}
/** Middle value, of an even number the mean of the two in the middle; null if there are none. */
export function median<C extends string>(column: C, options: MedianOptions = {}): NumericAggregate<C> {
  return numeric('median', column, options);
}
/** Value below which a share of the values lies: `quantile('latencyMs', { q: 0.99 })`; null if there are none. As `numpy.quantile`. */
export function quantile<C extends string>(column: C, options: QuantileOptions): NumericAggregate<C> {
  return numeric('quantile', column, options);
}

/** Change per second from the earliest to the latest value by event time; null if all have one time. */
export function rateOfChange<C extends string>(column: C): NumericAggregate<C> {
  return numeric('rateOfChange', column);
}
/** Trend per second: the slope of the straight line through the values by least squares against event time; null if all have one time. */
export function slope<C extends string>(column: C): NumericAggregate<C> {
  return numeric('slope', column);
}

export interface CollectOptions {
  /** Most values of the list, up to 1 048 576. Default 4096. */
  readonly limit?: number;
  /** What happens to a window with more: no result but a dead letter (`COLLECT_LIMIT`), or the first or last values. Default `deadLetter`. */
  readonly beyond?: 'deadLetter' | 'keepFirst' | 'keepLast';
}
/** The values that are not null as one signal in order of arrival: `collect('x', { limit: 1_000 })`; null if there are none. */
export function collect<C extends string>(column: C, options: CollectOptions = {}): ListAggregate<C> {
  return { fn: 'collect', takes: 'list', column, ...optionsOf(options) };
}

export interface WelchPeakOptions {
  /** Samples per second of the signal. */
  readonly sampleHz: number;
  /** Samples of a segment (SciPy's `nperseg`); the resolution is sampleHz / segmentSize. Default 256. */
  readonly segmentSize?: number;
}
/**
 * Frequency in Hz of the strongest line of the power spectrum by Welch's method: f[argmax(Pxx)] of `scipy.signal.welch`
 * with its defaults (relative tolerance 1e-9), the first of equal maxima. Takes the window's samples in order of event time;
 * null if there are none. Memory: the samples of every open window.
 */
export function welchPeak<C extends string>(column: C, options: WelchPeakOptions): NumericAggregate<C> {
  return { ...numeric('welchPeak', column), options: { ...options } };
}

/** Smallest of the values that are not null; a NaN among them makes the result NaN; null if there are none. Within an expression: the smallest of its arguments. */
export function min<C extends string>(column: C): NumericAggregate<C>;
export function min(...values: [number, number, ...number[]]): number;
export function min<C extends string>(...args: [C] | [number, number, ...number[]]): NumericAggregate<C> | number {
  return isColumn(args) ? numeric('min', args[0]) : Math.min(...args);
}
/** Largest of the values that are not null; a NaN among them makes the result NaN; null if there are none. Within an expression: the largest of its arguments. */
export function max<C extends string>(column: C): NumericAggregate<C>;
export function max(...values: [number, number, ...number[]]): number;
export function max<C extends string>(...args: [C] | [number, number, ...number[]]): NumericAggregate<C> | number {
  return isColumn(args) ? numeric('max', args[0]) : Math.max(...args);
}

function isColumn<C extends string>(args: [C] | [number, number, ...number[]]): args is [C] {
  return typeof args[0] === 'string';
}
