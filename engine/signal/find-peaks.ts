import { badParameters } from './parameters';

/** At least a number, or from … to, both included. */
export type Bounds = number | readonly [number, number];

export interface PeakOptions {
  /** Value of a peak. */
  readonly height?: Bounds;
  /** Rise above the nearer and the farther neighbouring sample. */
  readonly threshold?: Bounds;
  /** Samples between peaks, at least 1; of two that are closer the higher one stays, of equal ones the later. */
  readonly distance?: number;
  /** Rise above the higher of the lowest points on both sides, on the way to a higher sample. */
  readonly prominence?: Bounds;
  /** Samples about a peak in which its prominence is looked for; default all. */
  readonly windowLength?: number;
}

/** Peaks by index, ascending, and what their filters measured; the arrays go together. */
export interface Peaks {
  readonly peaks: readonly number[];
  readonly prominences?: readonly number[];
  /** Index of the lowest sample on each side. */
  readonly leftBases?: readonly number[];
  readonly rightBases?: readonly number[];
}

/**
 * Local maxima, `scipy.signal.find_peaks`; a plateau is one peak in its middle (rounded down). The filters work in the order height,
 * threshold, distance, prominence. Ends of the signal are no peaks; NaN hides its neighbours. Throws `SIGNAL_PARAMETERS`.
 */
export function findPeaks(x: Float64Array, options: PeakOptions = {}): Peaks {
  const { height, threshold, distance, prominence } = options;
  let peaks = localMaxima(x);
  if (height !== undefined) peaks = peaks.filter(at => within(x[at]!, x[at]!, height));
  if (threshold !== undefined) {
    peaks = peaks.filter(at => {
      const left = x[at]! - x[at - 1]!;
      const right = x[at]! - x[at + 1]!;
      return within(Math.min(left, right), Math.max(left, right), threshold);
    });
  }
  if (distance !== undefined) peaks = apart(x, peaks, distance);
  if (prominence === undefined) return { peaks };
  const found = prominencesOf(x, peaks, options.windowLength);
  const kept = peaks.map((_, i) => i).filter(i => within(found.prominences[i]!, found.prominences[i]!, prominence));
  const pick = (values: readonly number[]): number[] => kept.map(i => values[i]!);
  return { peaks: pick(peaks), prominences: pick(found.prominences), leftBases: pick(found.leftBases), rightBases: pick(found.rightBases) };
}

function localMaxima(x: Float64Array): number[] {
  const peaks: number[] = [];
  for (let i = 1; i < x.length - 1; i++) {
    if (!(x[i - 1]! < x[i]!)) continue;
    let after = i + 1;
    while (after < x.length - 1 && x[after] === x[i]) after += 1;
    if (x[after]! < x[i]!) {
      peaks.push((i + after - 1) >> 1);
      i = after;
    }
  }
  return peaks;
}

function within(least: number, greatest: number, bounds: Bounds): boolean {
  return typeof bounds === 'number' ? least >= bounds : least >= bounds[0] && greatest <= bounds[1];
}

function apart(x: Float64Array, peaks: readonly number[], distance: number): number[] {
  if (!(distance >= 1)) throw badParameters(`findPeaks: distance is ${distance}, expected at least 1 sample`);
  const samples = Math.ceil(distance);
  const dropped = new Uint8Array(peaks.length);
  const byHeight = peaks.map((_, i) => i).sort((a, b) => x[peaks[b]!]! - x[peaks[a]!]! || b - a);
  for (const i of byHeight) {
    if (dropped[i] === 1) continue;
    for (let k = i - 1; k >= 0 && peaks[i]! - peaks[k]! < samples; k--) dropped[k] = 1;
    for (let k = i + 1; k < peaks.length && peaks[k]! - peaks[i]! < samples; k++) dropped[k] = 1;
  }
  return peaks.filter((_, i) => dropped[i] === 0);
}

function prominencesOf(x: Float64Array, peaks: readonly number[], windowLength = Infinity): Required<Omit<Peaks, 'peaks'>> {
  const reach = windowLength >= 2 ? Math.floor(Math.ceil(windowLength) / 2) : Infinity;
  const lowest = reach >= x.length ? [lowestBefore(x, 1), lowestBefore(x, -1)] : null;
  const leftBases = peaks.map(at => lowest?.[0]![at] ?? lowestWithin(x, at, -1, reach));
  const rightBases = peaks.map(at => lowest?.[1]![at] ?? lowestWithin(x, at, 1, reach));
  return { leftBases, rightBases, prominences: peaks.map((at, i) => x[at]! - Math.max(x[leftBases[i]!]!, x[rightBases[i]!]!)) };
}

/** Index of the lowest sample on the way from `at` to a higher one, at most `reach` samples away. */
function lowestWithin(x: Float64Array, at: number, step: 1 | -1, reach: number): number {
  let lowest = at;
  for (let i = at; i >= 0 && i < x.length && Math.abs(i - at) <= reach && x[i]! <= x[at]!; i += step) if (x[i]! < x[lowest]!) lowest = i;
  return lowest;
}

/** For every sample the index of the lowest one on the way back to a higher one, in one pass: a stack of falling samples, each with the lowest since the one below it. */
function lowestBefore(x: Float64Array, step: 1 | -1): Int32Array {
  const lowest = new Int32Array(x.length);
  const stack: number[] = [];
  for (let i = step === 1 ? 0 : x.length - 1; i >= 0 && i < x.length; i += step) {
    let found = i;
    if (!(x[i]! <= Infinity)) stack.length = 0;
    while (stack.length > 0 && x[stack.at(-1)!]! <= x[i]!) {
      const passed = lowest[stack.pop()!]!;
      if (x[passed]! < x[found]!) found = passed;
    }
    lowest[i] = found;
    stack.push(i);
  }
  return lowest;
}
