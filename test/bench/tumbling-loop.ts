import { DISORDER_MS, KEYS, SIZE_MS } from './tumbling-data';
import type { TumblingRows } from './tumbling-data';

/** Result rows of the job, one array per column, in order of (window end, key). */
export interface LoopResult {
  readonly rowCount: number;
  readonly starts: Float64Array;
  readonly keys: Int32Array;
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly means: Float64Array;
  readonly minima: Float64Array;
  readonly maxima: Float64Array;
}

/** Open windows at once, a power of two: 1.5 s of disorder never has more than two. */
const SLOTS = 4;

/** The job as someone would write it by hand for exactly these columns, with the same meaning: watermark, late test, compensated sums. */
export function tumblingLoop({ times, keys, values }: TumblingRows): LoopResult {
  const counts = new Float64Array(SLOTS * KEYS);
  const sums = new Float64Array(SLOTS * KEYS);
  const errors = new Float64Array(SLOTS * KEYS);
  const minima = new Float64Array(SLOTS * KEYS).fill(Infinity);
  const maxima = new Float64Array(SLOTS * KEYS).fill(-Infinity);
  const out = { starts: [] as number[], keys: [] as number[], counts: [] as number[], sums: [] as number[], means: [] as number[], minima: [] as number[], maxima: [] as number[] };
  let maxTime = -Infinity;
  let firstOpen = Math.floor((times[0]! - DISORDER_MS) / SIZE_MS) * SIZE_MS;
  let lastOpen = firstOpen;
  const fire = (start: number): void => {
    const base = slotOf(start) * KEYS;
    for (let key = 0; key < KEYS; key++) {
      const cell = base + key;
      const count = counts[cell]!;
      if (count === 0) continue;
      const sum = sums[cell]! + errors[cell]!;
      out.starts.push(start);
      out.keys.push(key);
      out.counts.push(count);
      out.sums.push(sum);
      out.means.push(sum / count);
      out.minima.push(minima[cell]!);
      out.maxima.push(maxima[cell]!);
      counts[cell] = 0;
      sums[cell] = 0;
      errors[cell] = 0;
      minima[cell] = Infinity;
      maxima[cell] = -Infinity;
    }
  };
  let start = NaN;
  let end = NaN;
  let base = 0;
  for (let i = 0; i < times.length; i++) {
    const time = times[i]!;
    if (!(time >= start && time < end)) {
      start = Math.floor(time / SIZE_MS) * SIZE_MS;
      end = start + SIZE_MS;
      base = slotOf(start) * KEYS;
      if (start > lastOpen) lastOpen = start;
    }
    if (start >= firstOpen) {
      const cell = base + keys[i]!;
      const value = values[i]!;
      const sum = sums[cell]!;
      const total = sum + value;
      errors[cell]! += Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum;
      sums[cell] = total;
      counts[cell]! += 1;
      minima[cell] = Math.min(minima[cell]!, value);
      maxima[cell] = Math.max(maxima[cell]!, value);
    }
    if (time > maxTime) {
      maxTime = time;
      while (firstOpen + SIZE_MS - 1 <= time - DISORDER_MS - 1) {
        fire(firstOpen);
        firstOpen += SIZE_MS;
      }
    }
  }
  for (; firstOpen <= lastOpen; firstOpen += SIZE_MS) fire(firstOpen);
  return {
    rowCount: out.keys.length,
    starts: Float64Array.from(out.starts),
    keys: Int32Array.from(out.keys),
    counts: Float64Array.from(out.counts),
    sums: Float64Array.from(out.sums),
    means: Float64Array.from(out.means),
    minima: Float64Array.from(out.minima),
    maxima: Float64Array.from(out.maxima)
  };
}

function slotOf(start: number): number {
  return ((start / SIZE_MS) >>> 0) & (SLOTS - 1);
}
