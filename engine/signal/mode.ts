/** The value that occurs most often, the smallest of several, and how often; `scipy.stats.mode`. NaN counts as one value; NaN and 0 without samples. */
export function mode(x: Float64Array): { readonly value: number; readonly count: number } {
  const sorted = x.slice().sort();
  let value = NaN;
  let count = 0;
  let start = 0;
  for (let i = 1; i <= sorted.length; i++) {
    if (i < sorted.length && (sorted[i] === sorted[start] || Number.isNaN(sorted[start]!))) continue;
    if (i - start > count) {
      count = i - start;
      value = sorted[start]!;
    }
    start = i;
  }
  return { value: value === 0 ? 0 : value, count };
}
