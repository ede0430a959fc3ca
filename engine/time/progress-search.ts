import type { Progress } from '../operator/operator';

/** No step. */
export const NO_PROGRESS: Progress = { count: 0, at: new Float64Array(0), watermarkMs: new Float64Array(0) };

/** True when `progress` tells nothing: no step, no idle mark. */
export function saysNothing(progress: Progress): boolean {
  return progress.count === 0 && progress.idle === undefined;
}

/** Index of the first step from `from` on whose watermark is at least `watermarkMs`, or `progress.count`. */
export function firstStepReaching(progress: Progress, from: number, watermarkMs: number): number {
  let low = from;
  let high = progress.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (progress.watermarkMs[middle]! >= watermarkMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Index of the first step at input `at` or later, or `progress.count`. */
export function firstStepFrom(progress: Progress, at: number): number {
  let low = 0;
  let high = progress.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (progress.at[middle]! >= at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Index of the first row from `from` on that was released after input `at`, or the number of rows. */
export function firstRowAfter(at: Float64Array, from: number, input: number): number {
  let low = from;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at[middle]! > input) high = middle;
    else low = middle + 1;
  }
  return low;
}
