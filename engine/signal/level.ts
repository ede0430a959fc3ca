/** Root mean square √(mean(x²)), in the unit of the signal; NaN without samples. */
export function rms(x: Float64Array): number {
  let sum = 0;
  let errors = 0;
  for (let i = 0; i < x.length; i++) {
    const square = x[i]! * x[i]!;
    const total = sum + square;
    const added = total - sum;
    errors += sum - (total - added) + (square - added);
    sum = total;
  }
  return Math.sqrt((Number.isFinite(sum) ? sum + errors : sum) / x.length);
}

/** Greatest magnitude max(|x|); NaN without samples or when one is NaN. */
export function peak(x: Float64Array): number {
  let greatest = x.length === 0 ? NaN : 0;
  for (let i = 0; i < x.length; i++) {
    const magnitude = Math.abs(x[i]!);
    if (!(magnitude <= greatest)) greatest = magnitude;
    if (magnitude !== magnitude) return NaN;
  }
  return greatest;
}

/** Span max(x) - min(x), NumPy `ptp`; NaN without samples or when one is NaN. */
export function peakToPeak(x: Float64Array): number {
  let least = Infinity;
  let greatest = -Infinity;
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    if (value !== value) return NaN;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return x.length === 0 ? NaN : greatest - least;
}

/** Crest factor max(|x|) / rms: 1 for a square wave, √2 for a sine; NaN for silence. */
export function crest(x: Float64Array): number {
  return peak(x) / rms(x);
}
