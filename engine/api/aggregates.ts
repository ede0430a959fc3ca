/** An aggregate that needs a column of numbers or signals. */
export interface NumericAggregate<C extends string> {
  readonly fn: string;
  readonly takes: 'numbers';
  readonly column: C;
  readonly options?: Readonly<Record<string, number | string | boolean | null>>;
}
/** An aggregate whose result is one of the column's own values. */
export interface ValueAggregate<C extends string> {
  readonly fn: string;
  readonly takes: 'values';
  readonly column: C;
}
/** A count: of rows, or of the values that are present in a column. */
export interface CountAggregate<C extends string> {
  readonly fn: 'count';
  readonly takes: 'rows';
  readonly column?: C;
}
export type Aggregate<C extends string> = NumericAggregate<C> | ValueAggregate<C> | CountAggregate<C>;

function numeric<C extends string>(fn: string, column: C): NumericAggregate<C> {
  return { fn, takes: 'numbers', column };
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

export interface StddevOptions {
  /** Divides by n - ddof: 1 for a sample (SQL's STDDEV_SAMP), 0 for a whole population. Default 1. */
  readonly ddof?: number;
}
/** Standard deviation of the values that are not null (Welford, Chan); null if there are not more than `ddof`. */
export function stddev<C extends string>(column: C, options: StddevOptions = {}): NumericAggregate<C> {
  return { ...numeric('stddev', column), ...(options.ddof === undefined ? {} : { options: { ddof: options.ddof } }) };
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
