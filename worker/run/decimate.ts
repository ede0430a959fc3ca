/** At most `pointsMax` points that still show every spike: smallest and largest value of each stretch, in order of time. */
export function decimate(times: readonly number[], values: readonly number[], pointsMax: number): { timesMs: Float64Array; values: Float64Array } {
  if (times.length <= pointsMax) return { timesMs: Float64Array.from(times), values: Float64Array.from(values) };
  const kept: number[] = [];
  const stretches = Math.floor(pointsMax / 2);
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    const from = Math.floor((stretch * times.length) / stretches);
    const to = Math.floor(((stretch + 1) * times.length) / stretches);
    let low = from;
    let high = from;
    for (let index = from; index < to; index += 1) {
      if ((values[index] ?? NaN) < (values[low] ?? NaN)) low = index;
      if ((values[index] ?? NaN) > (values[high] ?? NaN)) high = index;
    }
    kept.push(Math.min(low, high));
    if (low !== high) kept.push(Math.max(low, high));
  }
  return { timesMs: Float64Array.from(kept, index => times[index] ?? NaN), values: Float64Array.from(kept, index => values[index] ?? NaN) };
}
