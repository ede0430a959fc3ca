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
  const ranks = new Int32Array(chunk);
  const members = new Int32Array((chunk >> 5) + 1);
  for (let from = 0; from < y.length; from += chunk - kernelSize + 1) {
    const count = Math.min(chunk, padded.length - from);
    const order = sorter.sort(padded, from, count);
    for (let rank = 0; rank < count; rank++) ranks[order[rank]!] = rank;
    slide({ ranks, members, count, kernelSize });
    for (let i = 0; i + kernelSize <= count; i++) y[from + i] = padded[from + order[ranks[i]!]!]!;
  }
  return y;
}

interface RankedChunk {
  /** Rank of each sample; the median's rank of the window that begins there comes into its place. */
  readonly ranks: Int32Array;
  /** Bit r is set when the window holds the sample of rank r. */
  readonly members: Int32Array;
  readonly count: number;
  readonly kernelSize: number;
}

function slide({ ranks, members, count, kernelSize }: RankedChunk): void {
  members.fill(0);
  for (let i = 0; i < kernelSize; i++) members[ranks[i]! >> 5]! |= 1 << ranks[i]!;
  let median = -1;
  for (let below = 0; below <= kernelSize >> 1; below++) median = memberAfter(members, median);
  for (let i = 0; i + kernelSize < count; i++) {
    const leaves = ranks[i]!;
    const comes = ranks[i + kernelSize]!;
    ranks[i] = median;
    members[leaves >> 5]! ^= 1 << leaves;
    members[comes >> 5]! ^= 1 << comes;
    if (comes < median) {
      if (leaves >= median) median = memberBefore(members, median);
    } else if (leaves <= median) median = memberAfter(members, median);
  }
  ranks[count - kernelSize] = median;
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
