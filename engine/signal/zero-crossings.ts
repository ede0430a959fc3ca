/**
 * How often the signal changes its sign. `positive` (default): zero counts as positive, NumPy `count_nonzero(diff(x >= 0))`;
 * `ignore`: zeros are left out first, so that a signal that only touches zero does not cross it.
 */
export function zeroCrossings(x: Float64Array, zero: 'positive' | 'ignore' = 'positive'): number {
  let count = 0;
  let known = 0;
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    if (zero === 'ignore' && value === 0) continue;
    const sign = value >= 0 ? 1 : -1;
    if (known !== 0 && sign !== known) count += 1;
    known = sign;
  }
  return count;
}
