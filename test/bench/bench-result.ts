/** What `npm run bench` tells a benchmark. */
export interface BenchOptions {
  /** Fewer and shorter runs: shows that it works, its figures are rough. */
  readonly quick: boolean;
}

/** One figure of `npm run bench`, as in contract.md. `value` and `referenceValue` are medians of `runs` alternating runs. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly reference: string;
  readonly referenceValue: number;
  readonly ratio: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** Rates of alternating runs of one job by two systems. */
export interface Rates {
  readonly name: string;
  readonly unit: string;
  readonly reference: string;
  readonly values: readonly number[];
  readonly referenceValues: readonly number[];
}

export function benchResult({ name, unit, reference, values, referenceValues }: Rates): BenchResult {
  const value = median(values);
  const referenceValue = median(referenceValues);
  return { name, value, unit, reference, referenceValue, ratio: value / referenceValue, min: Math.min(...values), max: Math.max(...values), runs: values.length };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
