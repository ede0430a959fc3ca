import { assert } from '../../engine/error';

/** Counts of observations by upper bound, cumulative only when rendered. */
export interface HistogramValue {
  /** Upper bounds, rising; the last bucket has none. */
  readonly bounds: readonly number[];
  /** One count per bound and one for what is above the last. */
  readonly counts: readonly number[];
  readonly count: number;
  readonly sum: number;
}

/** Seconds of a transaction with its sync: from flash in a server to a worn SD card. */
export const COMMIT_BOUNDS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
/** Seconds of one request to a model. */
export const INFERENCE_BOUNDS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
/** Seconds from receipt, or from event time, to the effect; 60 is the default of the service level. */
export const LATENCY_BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 3600];

/** A histogram with fixed buckets. `observe` takes some 20 ns and makes no garbage. */
export class Histogram implements HistogramValue {
  readonly counts: number[];
  count = 0;
  sum = 0;

  constructor(readonly bounds: readonly number[]) {
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  /** Adds `times` observations of `value`; what is not finite is left out, what is negative counts as 0. */
  observe(value: number, times = 1): void {
    if (!Number.isFinite(value)) return;
    const seen = Math.max(0, value);
    let bucket = 0;
    while (bucket < this.bounds.length && seen > (this.bounds[bucket] ?? Infinity)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + times;
    this.count += times;
    this.sum += seen * times;
  }
}

/** The value below which `share` (0…1) of the observations are, linear within its bucket; null when there are none, the last bound when it is above that. */
export function quantileOf({ bounds, counts, count }: HistogramValue, share: number): number | null {
  assert(share >= 0 && share <= 1, 'a quantile is between 0 and 1');
  if (count === 0) return null;
  const rank = share * count;
  let below = 0;
  for (const [bucket, bound] of bounds.entries()) {
    const inside = counts[bucket] ?? 0;
    if (below + inside >= rank && inside > 0) {
      const from = bucket === 0 ? 0 : (bounds[bucket - 1] ?? 0);
      return from + (bound - from) * Math.max(0, (rank - below) / inside);
    }
    below += inside;
  }
  return bounds.at(-1) ?? null;
}
