/** How many of `count` values, which never fall, are at or below `limit`: `valueAt(0) <= valueAt(1) <= …`. */
export function countUpTo(count: number, valueAt: (index: number) => number, limit: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (valueAt(middle) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
