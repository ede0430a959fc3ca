import { badParameters } from './parameters';

/**
 * Median of the `kernelSize` samples about each one, zeros beyond the ends: `scipy.signal.medfilt`, equal to the bit. NaN counts
 * as the greatest value. `kernelSize` is odd. Throws `SIGNAL_PARAMETERS`. Cost: n·kernelSize moves in the worst case, of neighbouring numbers.
 */
export function medianFilter(x: Float64Array, kernelSize: number): Float64Array {
  if (!Number.isInteger(kernelSize) || kernelSize < 1 || kernelSize % 2 === 0) throw badParameters(`medianFilter: kernelSize is ${kernelSize}, expected an odd whole number`);
  const y = new Float64Array(x.length);
  slide(x, kernelSize, y);
  return y;
}

/** Keeps the window sorted: the sample that leaves makes room for the one that comes. */
function slide(x: Float64Array, kernelSize: number, y: Float64Array): void {
  const half = (kernelSize - 1) / 2;
  const sorted = new Float64Array(kernelSize);
  sorted.set(x.subarray(0, Math.min(half, x.length)));
  sorted.sort();
  for (let i = 0; i < x.length; i++) {
    const comes = i + half < x.length ? x[i + half]! : 0;
    const leaves = i - half - 1 >= 0 ? x[i - half - 1]! : 0;
    let low = 0;
    let size = kernelSize;
    while (size > 1) {
      const step = size >> 1;
      if (sorted[low + step]! <= leaves) low += step;
      size -= step;
    }
    if (comes > leaves) {
      while (low < kernelSize - 1 && sorted[low + 1]! < comes) {
        sorted[low] = sorted[low + 1]!;
        low += 1;
      }
    } else {
      while (low > 0 && sorted[low - 1]! > comes) {
        sorted[low] = sorted[low - 1]!;
        low -= 1;
      }
    }
    sorted[low] = comes;
    y[i] = sorted[half]!;
  }
}
