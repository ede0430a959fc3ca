/** Differences of neighbouring samples, `order` times over; NumPy `diff(x, n)`. Each order is one sample shorter. */
export function diff(x: Float64Array, order = 1): Float64Array {
  let values = x.slice();
  for (let step = 0; step < order && values.length > 0; step++) {
    const next = new Float64Array(values.length - 1);
    for (let i = 0; i < next.length; i++) next[i] = values[i + 1]! - values[i]!;
    values = next;
  }
  return values;
}

/** The sample `periods` earlier (negative: later) at each place, null where there is none; pandas `Series.shift`. */
export function lag(x: ArrayLike<number>, periods: number): (number | null)[] {
  return Array.from({ length: x.length }, (_, i) => x[i - periods] ?? null);
}
