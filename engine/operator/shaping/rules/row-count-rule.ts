import type { Chunk, SnapshotReader, SnapshotWriter } from '../../operator';
import type { Rule } from './rule';
import { BEYOND_LIMIT, BROKEN, withRoom } from './rule';

/** Counts of open windows times keys; a row that would need a further one cannot be judged. */
export const OPEN_COUNTS_MAX = 1_000_000;

/**
 * Bounds the rows of each key per window [k·everyMs, (k + 1)·everyMs) of event time. A row beyond `max` breaks the rule. A window
 * that closes with fewer than `min` rows has no row to show it; it counts as a violation, also when it has none, from the first
 * window of the key on. Rows whose window has closed are not counted.
 */
export class RowCountRule implements Rule {
  readonly keyed = true;
  /** Start of a window → key → rows. */
  private readonly open = new Map<number, Map<number, number>>();
  private openCounts = 0;
  /** All windows that start before are closed. */
  private closedMs = -Infinity;
  private newestStartMs = -Infinity;
  /** First window of each key that is not closed. */
  private nextMs: Float64Array = new Float64Array(0);
  private keyCount = 0;

  private readonly least: number;

  constructor(private readonly options: { readonly everyMs: number; readonly min: number | null; readonly max: number | null }) {
    this.least = options.min ?? 0;
  }

  check({ batch, progress }: Chunk, keys: Int32Array, verdicts: Uint8Array): number {
    let violations = 0;
    let row = 0;
    for (let step = 0; step <= progress.count; step++) {
      const until = step === progress.count ? Infinity : progress.at[step]!;
      for (; row < batch.rowCount && batch.at[row]! <= until; row++) {
        if (keys[row]! >= 0) verdicts[row] = this.add(keys[row]!, batch.eventTimeMs[row]!);
      }
      if (step < progress.count) violations += this.advance(progress.watermarkMs[step]!);
    }
    return violations;
  }

  words(): string {
    const { everyMs, max } = this.options;
    return `its window of ${everyMs} ms has more rows of the key; expected at most ${max}`;
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.closedMs);
    writer.f64(this.newestStartMs);
    writer.f64s(this.nextMs.subarray(0, this.keyCount));
    writer.u32(this.open.size);
    for (const [startMs, counts] of this.open) {
      writer.f64(startMs);
      writer.f64s(Float64Array.from([...counts].flat()));
    }
  }

  restore(reader: SnapshotReader): void {
    this.closedMs = reader.f64();
    this.newestStartMs = reader.f64();
    this.nextMs = reader.f64s();
    this.keyCount = this.nextMs.length;
    this.open.clear();
    this.openCounts = 0;
    for (let left = reader.u32(); left > 0; left--) {
      const startMs = reader.f64();
      const pairs = reader.f64s();
      const counts = new Map<number, number>();
      for (let i = 0; i < pairs.length; i += 2) counts.set(pairs[i]!, pairs[i + 1]!);
      this.open.set(startMs, counts);
      this.openCounts += counts.size;
    }
  }

  private add(key: number, timeMs: number): number {
    const { everyMs, max } = this.options;
    const startMs = Math.floor(timeMs / everyMs) * everyMs;
    if (startMs < this.closedMs) return 0;
    const counts = this.open.get(startMs) ?? new Map<number, number>();
    const count = counts.get(key) ?? 0;
    if (count === 0) {
      if (this.openCounts === OPEN_COUNTS_MAX) return BEYOND_LIMIT;
      this.openCounts += 1;
      this.open.set(startMs, counts);
      this.begin(key, startMs);
    }
    counts.set(key, count + 1);
    if (startMs > this.newestStartMs) this.newestStartMs = startMs;
    return max !== null && count + 1 > max ? BROKEN : 0;
  }

  private begin(key: number, startMs: number): void {
    if (key >= this.keyCount) {
      this.nextMs = withRoom(this.nextMs, key + 1, Infinity);
      this.keyCount = key + 1;
    }
    if (startMs < this.nextMs[key]!) this.nextMs[key] = startMs;
  }

  /** Closes the windows that end before the watermark; the end of input closes those up to the newest with a row. */
  private advance(watermarkMs: number): number {
    const { everyMs } = this.options;
    const closedMs = watermarkMs === Infinity ? this.newestStartMs + everyMs : Math.floor((watermarkMs + 1) / everyMs) * everyMs;
    if (!(closedMs > this.closedMs) || closedMs === -Infinity) return 0;
    this.closedMs = closedMs;
    const enough = this.close(closedMs);
    if (this.least === 0) return 0;
    let violations = 0;
    for (let key = 0; key < this.keyCount; key++) {
      if (this.nextMs[key]! >= closedMs) continue;
      violations += (closedMs - this.nextMs[key]!) / everyMs - enough[key]!;
      this.nextMs[key] = closedMs;
    }
    return violations;
  }

  /** Forgets the windows before `closedMs`; gives for each key how many of them had enough rows. */
  private close(closedMs: number): Float64Array {
    const enough = new Float64Array(this.keyCount);
    for (const [startMs, counts] of this.open) {
      if (startMs >= closedMs) continue;
      for (const [key, count] of counts) if (count >= this.least) enough[key]! += 1;
      this.openCounts -= counts.size;
      this.open.delete(startMs);
    }
    return enough;
  }
}
