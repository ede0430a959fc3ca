import type { CellValue } from './cell-values';

/** log2 of the number of registers. */
const PRECISION = 14;
const REGISTERS = 2 ** PRECISION;
/** Bits of the hash after the register's number. */
const RANK_BITS = 64 - PRECISION;
/** Bytes of one estimate. */
export const HLL_BYTES = REGISTERS;
/** Relative standard error: 1.04 / √16384. */
export const HLL_ERROR = '0.81 %';

const words = new Uint32Array(2);
const double = new Float64Array(words.buffer);
const integer = new BigInt64Array(words.buffer);

/** Counts `value` into the 2^14 one-byte registers of a HyperLogLog (Flajolet et al. 2007). */
export function addToRegisters(registers: Uint8Array, value: CellValue): void {
  const [low, high] = hash64(value);
  const index = high >>> (32 - PRECISION);
  const rest = high << PRECISION;
  const zeros = rest !== 0 ? Math.clz32(rest) : 32 - PRECISION + Math.clz32(low);
  const rank = Math.min(zeros, RANK_BITS) + 1;
  if (rank > registers[index]!) registers[index] = rank;
}

/** Registers of the union of two sets. */
export function mergeRegisters(into: Uint8Array, from: Uint8Array): void {
  for (let i = 0; i < REGISTERS; i++) if (from[i]! > into[i]!) into[i] = from[i]!;
}

/** Number of distinct values by Ertl's estimator (arXiv 1702.01284, algorithm 6), which needs no correction for small or large numbers. */
export function estimate(registers: Uint8Array): number {
  const counts = new Float64Array(RANK_BITS + 2);
  for (const rank of registers) counts[rank]! += 1;
  let sum = REGISTERS * tau(1 - counts[RANK_BITS + 1]! / REGISTERS);
  for (let rank = RANK_BITS; rank >= 1; rank--) sum = (sum + counts[rank]!) / 2;
  sum += REGISTERS * sigma(counts[0]! / REGISTERS);
  return Math.round(REGISTERS ** 2 / (2 * Math.LN2) / sum);
}

function sigma(share: number): number {
  if (share === 1) return Infinity;
  let power = share;
  let weight = 1;
  let sum = share;
  for (let before = -1; sum !== before; weight *= 2) {
    before = sum;
    power *= power;
    sum += power * weight;
  }
  return sum;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let power = share;
  let weight = 1;
  let sum = 1 - share;
  for (let before = -1; sum !== before; ) {
    before = sum;
    power = Math.sqrt(power);
    weight /= 2;
    sum -= (1 - power) ** 2 * weight;
  }
  return sum / 3;
}

/** Two words of 32 bits: MurmurHash3's x86_128 mixing of the value's words. */
function hash64(value: CellValue): readonly [number, number] {
  if (typeof value === 'string') return hashText(value);
  if (typeof value === 'bigint') integer[0] = value;
  else double[0] = value === 0 ? 0 : value !== value ? NaN : value;
  return mixed(words[0]!, words[1]!, 8);
}

function hashText(text: string): readonly [number, number] {
  let a = 0;
  let b = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x85ebca6b);
    a = (a << 15) | (a >>> 17);
    b = Math.imul(b + unit, 0xc2b2ae35) ^ a;
    b = (b << 13) | (b >>> 19);
  }
  return mixed(a, b, text.length);
}

function mixed(low: number, high: number, length: number): readonly [number, number] {
  let a = Math.imul(low, 0x239b961b);
  a = Math.imul((a << 15) | (a >>> 17), 0xab0e9789) ^ length;
  let b = Math.imul(high, 0xab0e9789);
  b = Math.imul((b << 16) | (b >>> 16), 0x38b34ae5) ^ length;
  a = (a + b) | 0;
  b = (b + a) | 0;
  a = finish(a);
  b = finish(b);
  a = (a + b) | 0;
  return [a >>> 0, (b + a) | 0];
}

function finish(word: number): number {
  let mixedWord = word ^ (word >>> 16);
  mixedWord = Math.imul(mixedWord, 0x85ebca6b);
  mixedWord ^= mixedWord >>> 13;
  mixedWord = Math.imul(mixedWord, 0xc2b2ae35);
  return mixedWord ^ (mixedWord >>> 16);
}
