const BUCKETS_PER_MS = 10;
const MS_MAX = 60_000;

/** Durations in buckets of 0.1 ms, in constant memory however many there are. */
export class WaitTimes {
  private readonly buckets = new Uint32Array(BUCKETS_PER_MS * MS_MAX + 1);
  private count = 0;
  maxMs = 0;

  add(durationMs: number): void {
    const bucket = Math.min(this.buckets.length - 1, Math.max(0, Math.floor(durationMs * BUCKETS_PER_MS)));
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.count++;
    this.maxMs = Math.max(this.maxMs, durationMs);
  }

  /** Upper edge of the bucket that holds the share `share` of all durations; 0 when there are none. */
  quantile(share: number): number {
    let left = Math.ceil(share * this.count);
    for (let bucket = 0; bucket < this.buckets.length; bucket++) {
      left -= this.buckets[bucket] ?? 0;
      if (left <= 0) return this.count === 0 ? 0 : (bucket + 1) / BUCKETS_PER_MS;
    }
    return MS_MAX;
  }
}
