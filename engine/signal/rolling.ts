/** Computes one value of the samples of a window that are present, in order. */
export type WindowStatistic = (x: Float64Array) => number;

export interface RollingRowsOptions {
  readonly rows: number;
  /** Samples that must be present; default all of the window. */
  readonly presentMin?: number;
}

/** Statistic of the last `rows` samples at each sample, null where too few are present; pandas `Series.rolling(rows, min_periods)`. Cost: n·rows. */
export function rollingRows(x: readonly (number | null)[], statistic: WindowStatistic, options: RollingRowsOptions): (number | null)[] {
  const { rows, presentMin = rows } = options;
  return x.map((_, i) => statisticOf(x.slice(Math.max(0, i - rows + 1), i + 1), statistic, presentMin));
}

export interface RollingTimeOptions {
  readonly sizeMs: number;
  /** Which ends of the window belong to it; default `right`: (t - sizeMs, t]. */
  readonly closed?: 'right' | 'left' | 'both' | 'neither';
  /** Samples that must be present; default 1. */
  readonly presentMin?: number;
}

/**
 * Statistic of the samples of the last `sizeMs` at each sample, null where none is present; pandas
 * `Series.rolling('<sizeMs>ms', closed)`. `timesMs` ascend; of samples of equal time one sees those before it. Cost: n·samples of a window.
 */
export function rollingTime(timesMs: readonly number[], x: readonly (number | null)[], statistic: WindowStatistic, options: RollingTimeOptions): (number | null)[] {
  const { sizeMs, closed = 'right', presentMin = 1 } = options;
  const takesStart = closed === 'left' || closed === 'both';
  const takesEnd = closed === 'right' || closed === 'both';
  let from = 0;
  return x.map((_, i) => {
    const startMs = timesMs[i]! - sizeMs;
    while (timesMs[from]! < startMs || (!takesStart && timesMs[from] === startMs && from < i)) from += 1;
    let end = i + 1;
    if (!takesEnd) while (end > from && timesMs[end - 1] === timesMs[i]) end -= 1;
    return statisticOf(x.slice(from, end), statistic, presentMin);
  });
}

function statisticOf(window: readonly (number | null)[], statistic: WindowStatistic, presentMin: number): number | null {
  const present = Float64Array.from(window.filter(value => value !== null));
  if (present.length < presentMin) return null;
  const value = statistic(present);
  return Number.isNaN(value) ? null : value;
}
