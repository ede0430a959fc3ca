/** Values and how many of them are used; the array grows by doubling. */
export interface Growing {
  values: Float64Array;
  count: number;
}

const FIRST_CAPACITY = 16;

export function growing(): Growing {
  return { values: new Float64Array(0), count: 0 };
}

/** Appends one value. */
export function push(into: Growing, value: number): void {
  if (into.count === into.values.length) reserve(into, into.count + 1);
  into.values[into.count++] = value;
}

/** Appends the first `count` of `values`. */
export function pushAll(into: Growing, values: Float64Array, count: number): void {
  reserve(into, into.count + count);
  into.values.set(values.subarray(0, count), into.count);
  into.count += count;
}

/** Makes room for `needed` values altogether. */
export function reserve(into: Growing, needed: number): void {
  if (needed <= into.values.length) return;
  const grown = new Float64Array(Math.max(needed, into.values.length * 2, FIRST_CAPACITY));
  grown.set(into.values.subarray(0, into.count));
  into.values = grown;
}
