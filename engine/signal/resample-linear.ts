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
    return between(times, x, next, time);
  });
}

/** The times start, start + step … up to `end`, which belongs to it when a step falls on it. */
export function regularGrid(startMs: number, endMs: number, stepMs: number): Float64Array {
  return Float64Array.from({ length: Math.floor((endMs - startMs) / stepMs) + 1 }, (_, i) => startMs + i * stepMs);
}

function between(times: Float64Array, x: Float64Array, index: number, time: number): number {
  const slope = (x[index + 1]! - x[index]!) / (times[index + 1]! - times[index]!);
  return slope * (time - times[index]!) + x[index]!;
}
