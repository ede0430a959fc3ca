export interface CusumOptions {
  /** The value that the process should have. */
  readonly target: number;
  /** Slack: deviations up to it do not add up; usually half the shift to be found. */
  readonly slack: number;
  /** An alarm is a sum above it. */
  readonly threshold: number;
  /** Both sums begin again at 0 after an alarm; default false. */
  readonly reset?: boolean;
}

/** Sums of the deviations upwards and downwards, after the sample. */
export interface CusumSums {
  high: number;
  low: number;
}

/**
 * One step of the tabular CUSUM (Page 1954; Montgomery, Introduction to Statistical Quality Control, chapter 9):
 * C+ = max(0, x - (target + slack) + C+), C- = max(0, (target - slack) - x + C-). Changes `sums` and says which
 * of them raises an alarm; a chart that resets sets both to 0 after it.
 */
export function cusumStep(sums: CusumSums, value: number, options: CusumOptions): 'high' | 'low' | null {
  const { target, slack, threshold } = options;
  sums.high = Math.max(0, value - (target + slack) + sums.high);
  sums.low = Math.max(0, target - slack - value + sums.low);
  return sums.high > threshold ? 'high' : sums.low > threshold ? 'low' : null;
}

/** The sample at which a sum exceeds the threshold, and which sum. */
export interface CusumAlarm {
  readonly index: number;
  readonly side: 'high' | 'low';
}

/** Tabular CUSUM of a whole signal: both sums after each sample, and the alarms. */
export function cusum(x: Float64Array, options: CusumOptions): { readonly high: Float64Array; readonly low: Float64Array; readonly alarms: readonly CusumAlarm[] } {
  const high = new Float64Array(x.length);
  const low = new Float64Array(x.length);
  const alarms: CusumAlarm[] = [];
  const sums: CusumSums = { high: 0, low: 0 };
  for (let i = 0; i < x.length; i++) {
    const side = cusumStep(sums, x[i]!, options);
    high[i] = sums.high;
    low[i] = sums.low;
    if (side === null) continue;
    alarms.push({ index: i, side });
    if (options.reset) sums.high = sums.low = 0;
  }
  return { high, low, alarms };
}
