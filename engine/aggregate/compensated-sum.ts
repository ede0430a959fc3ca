/**
 * Neumaier's compensated sum in two neighbouring numbers: the sum, and the rounding errors of its additions. The error of
 * each addition is exact, by Knuth's TwoSum, which needs no branch.
 */
export function addCompensated(bank: Float64Array, at: number, value: number): void {
  const sum = bank[at]!;
  const total = sum + value;
  const added = total - sum;
  bank[at + 1]! += sum - (total - added) + (value - added);
  bank[at] = total;
}

/** The sum at `at`. Infinities and NaN bypass the errors, which would turn an infinity into NaN. */
export function compensatedValue(bank: Float64Array, at: number): number {
  const sum = bank[at]!;
  return Number.isFinite(sum) ? sum + bank[at + 1]! : sum;
}

/** Adds the compensated sum at `from` to the one at `into`. */
export function mergeCompensated(bank: Float64Array, into: number, from: number): void {
  addCompensated(bank, into, bank[from]!);
  bank[into + 1]! += bank[from + 1]!;
}
