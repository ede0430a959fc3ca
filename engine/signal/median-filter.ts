import { badParameters } from './parameters';
import { SortOrder } from './sort-order';

const CHUNK_MIN = 2048;
const KERNELS_PER_CHUNK = 16;

/**
 * Median of the `kernelSize` samples about each one, zeros beyond the ends: `scipy.signal.medfilt`, the very values. NaN counts
 * as the greatest value. `kernelSize` is odd. Throws `SIGNAL_PARAMETERS`. Cost: n, whatever the kernel.
 *
 * The samples of a chunk are ranked. The window is a set of ranks, one bit each, and its median a member that moves to a
 * neighbour at most when one sample leaves and another comes.
 */
export function medianFilter(x: Float64Array, kernelSize: number): Float64Array {
  if (!Number.isInteger(kernelSize) || kernelSize < 1 || kernelSize % 2 === 0) throw badParameters(`medianFilter: kernelSize is ${kernelSize}, expected an odd whole number`);
  const y = new Float64Array(x.length);
  // Most of every window is padding then, so all medians are 0.
  if (kernelSize > 2 * x.length + 1) return y;
  const padded = new Float64Array(x.length + kernelSize - 1);
  padded.set(x, (kernelSize - 1) / 2);
  const chunk = Math.min(padded.length, Math.max(CHUNK_MIN, KERNELS_PER_CHUNK * kernelSize));
  const sorter = new SortOrder(chunk);
  const ranked: RankedChunk = { ranks: new Int32Array(chunk), sorted: new Float64Array(chunk), members: new Int32Array((chunk >> 5) + 1) };
  for (let from = 0; from < y.length; from += chunk - kernelSize + 1) {
    const count = Math.min(chunk, padded.length - from);
    rank(sorter.sort(padded, from, count), padded.subarray(from, from + count), ranked);
    slide(ranked, kernelSize, y.subarray(from, from + count - kernelSize + 1));
  }
  return y;
}

interface RankedChunk {
  /** Rank of each sample. */
  readonly ranks: Int32Array;
  /** The sample of each rank. */
  readonly sorted: Float64Array;
  /** Bit r is set when the window holds the sample of rank r. */
  readonly members: Int32Array;
}

function rank(order: Int32Array, samples: Float64Array, { ranks, sorted }: RankedChunk): void {
  const count = samples.length;
  const unrolled = count - (count % 4);
  for (let place = 0; place < unrolled; place += 4) {
    const a = order[place]!;
    const b = order[place + 1]!;
    const c = order[place + 2]!;
    const d = order[place + 3]!;
    ranks[a] = place;
    ranks[b] = place + 1;
    ranks[c] = place + 2;
    ranks[d] = place + 3;
    sorted[place] = samples[a]!;
    sorted[place + 1] = samples[b]!;
    sorted[place + 2] = samples[c]!;
    sorted[place + 3] = samples[d]!;
  }
  for (let place = unrolled; place < count; place++) {
    ranks[order[place]!] = place;
    sorted[place] = samples[order[place]!]!;
  }
}

function slide({ ranks, sorted, members }: RankedChunk, kernelSize: number, y: Float64Array): void {
  members.fill(0);
  for (let i = 0; i < kernelSize; i++) members[ranks[i]! >> 5]! |= 1 << ranks[i]!;
  let median = -1;
  for (let below = 0; below <= kernelSize >> 1; below++) median = memberAfter(members, median);
  y[0] = sorted[median]!;
  for (let i = 1; i < y.length; i++) {
    const leaves = ranks[i - 1]!;
    const comes = ranks[i - 1 + kernelSize]!;
    members[leaves >> 5]! ^= 1 << leaves;
    members[comes >> 5]! ^= 1 << comes;
    if (comes < median) {
      if (leaves >= median) median = memberBefore(members, median);
    } else if (leaves <= median) median = memberAfter(members, median);
    y[i] = sorted[median]!;
  }
}

function memberAfter(members: Int32Array, rank: number): number {
  let word = (rank + 1) >> 5;
  let bits = members[word]! & (-1 << (rank + 1));
  while (bits === 0) bits = members[++word]!;
  return word * 32 + 31 - Math.clz32(bits & -bits);
}

function memberBefore(members: Int32Array, rank: number): number {
  let word = rank >> 5;
  let bits = members[word]! & ~(-1 << rank);
  while (bits === 0) bits = members[--word]!;
  return word * 32 + 31 - Math.clz32(bits);
}
