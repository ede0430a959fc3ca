export interface GridOptions {
  /** Beyond the first and the last sample: the end value (`hold`, default), or null. */
  readonly outside?: 'hold' | 'null';
}

/** Values at the times `grid` on the straight lines between neighbouring samples; NumPy `interp`. Times and grid ascend; null where the grid lies outside and `outside` is `null`, or without samples. */
export function resampleLinear(times: Float64Array, x: Float64Array, grid: Float64Array, options: GridOptions = {}): (number | null)[] {
  const last = times.length - 1;
  let next = 0;
  return Array.from(grid, time => {
    if (last < 0) return null;
    if (time < times[0]! || time > times[last]!) return options.outside === 'null' ? null : x[time < times[0]! ? 0 : last]!;
    while (next < last && times[next + 1]! <= time) next += 1;
    if (times[next] === time || next === last) return x[next]!;
    return interpolate(time, times[next]!, x[next]!, times[next + 1]!, x[next + 1]!);
  });
}

/** The times start, start + step … up to `end`, which belongs to it when a step falls on it. */
export function regularGrid(startMs: number, endMs: number, stepMs: number): Float64Array {
  return Float64Array.from({ length: Math.floor((endMs - startMs) / stepMs) + 1 }, (_, i) => startMs + i * stepMs);
}

/** Value at `time` on the line from (fromTime, from) to (toTime, to), rounded as NumPy does. */
export function interpolate(time: number, fromTime: number, from: number, toTime: number, to: number): number {
  const slope = (to - from) / (toTime - fromTime);
  return slope * (time - fromTime) + from;
}
