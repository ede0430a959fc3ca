/** Arithmetic mean, NumPy `mean`, by a compensated sum (Neumaier): relative error of a few ulp plus n²·eps²·mean|x|/|mean|. NaN without samples. */
export function meanOf(x: Float64Array): number {
  let sum = 0;
  let errors = 0;
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    const total = sum + value;
    const added = total - sum;
    errors += sum - (total - added) + (value - added);
    sum = total;
  }
  return (Number.isFinite(sum) ? sum + errors : sum) / x.length;
}

/** `x` minus its mean, the mean taken to twice the precision: a constant signal gives exact zeros, one of 1e9 + noise loses nothing. */
export function deviations(x: Float64Array): Float64Array {
  const mean = meanOf(x);
  const from = x.map(value => value - mean);
  if (from.every(value => value === from[0])) return new Float64Array(x.length);
  const rest = meanOf(from);
  return from.map(value => value - rest);
}
