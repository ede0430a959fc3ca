import type { Random } from '../../oracle/random';

const INTERESTING_BYTES = [0, 1, 0x0a, 0x20, 0x22, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0xc0, 0xff];
const INTERESTING_NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];
/** Most inputs differ at one place, so that what comes after the first checks is reached. */
const CHANGES = [1, 1, 1, 1, 2, 2, 3, 6];
const PART_BYTES_MAX = 64;
const REPEATS_MAX = 200;

/** What a fuzzer begins with. */
export interface Material {
  /** Inputs that are in order, or nearly. */
  readonly seeds: readonly Uint8Array[];
  /** Parts that mean something in the format. */
  readonly words?: readonly Uint8Array[];
  /** Longer inputs are cut; default 64 KiB. */
  readonly bytesMax?: number;
}

/** One of the seeds, changed at one to six places. */
export function mutated(random: Random, { seeds, words = [], bytesMax = 1 << 16 }: Material): Uint8Array {
  let bytes: Uint8Array = random.pick(seeds);
  for (let changes = random.pick(CHANGES); changes > 0; changes--) bytes = changed(random, bytes, seeds, words);
  return bytes.length > bytesMax ? bytes.subarray(0, bytesMax) : bytes;
}

function changed(random: Random, bytes: Uint8Array, seeds: readonly Uint8Array[], words: readonly Uint8Array[]): Uint8Array {
  const at = random.int(0, bytes.length);
  const length = random.int(1, Math.min(PART_BYTES_MAX, Math.max(1, bytes.length)));
  const part = bytes.subarray(at, at + length);
  switch (random.int(0, 10)) {
    case 0:
      return written(bytes, at, Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.int(0, 7))));
    case 1:
      return written(bytes, at, Uint8Array.of(random.pick(INTERESTING_BYTES)));
    case 2:
      return written(bytes, at, number(random));
    case 3:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 4:
      return joined(bytes.subarray(0, at), part, part, bytes.subarray(at + length));
    case 5:
      return joined(bytes.subarray(0, at), Uint8Array.from({ length }, () => random.int(0, 255)), bytes.subarray(at));
    case 6:
      return bytes.subarray(0, at);
    case 7: {
      const other = random.pick(seeds);
      return joined(bytes.subarray(0, at), other.subarray(random.int(0, other.length)));
    }
    case 8:
      return joined(bytes.subarray(0, at), ...Array.from({ length: random.int(2, REPEATS_MAX) }, () => part), bytes.subarray(at));
    case 9:
      return words.length === 0 ? written(bytes, at, number(random)) : joined(bytes.subarray(0, at), random.pick(words), bytes.subarray(at));
    default:
      return words.length === 0 ? bytes : joined(bytes.subarray(0, at), random.pick(words), bytes.subarray(at + length));
  }
}

function number(random: Random): Uint8Array {
  const size = random.pick([1, 2, 4, 8]);
  const bytes = new Uint8Array(size);
  let rest = random.pick(INTERESTING_NUMBERS);
  for (let index = 0; index < size; index++, rest = Math.floor(rest / 256)) bytes[index] = rest % 256;
  return random.chance(0.5) ? bytes : bytes.reverse();
}

function written(bytes: Uint8Array, at: number, part: Uint8Array): Uint8Array {
  const copy = new Uint8Array(Math.max(bytes.length, at + part.length));
  copy.set(bytes);
  copy.set(part, at);
  return copy;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
