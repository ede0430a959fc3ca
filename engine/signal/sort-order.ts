const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const KEY_MAX = DIGITS * DIGITS - 1;
/** How many moves per value the insertion may make before sorting by all digits is cheaper. */
const MOVES_PER_VALUE = 4;

/** Up to how many values an insertion sort alone is quicker. */
const INSERTION_MAX = 128;

/** Parts of a double, two digits each; they overlap a little. */
type Part = 'top' | 'middle' | 'low';

/**
 * Sorts up to `capacity` doubles by the digits of their bits (radix sort), which has no branch for the processor to guess
 * wrong. The upper 22 bits nearly always decide; an insertion mends the rest. What differs in lower bits only (an offset of
 * 1e9) is sorted by all digits. Equal values keep their order, NaN is last.
 */
export class SortOrder {
  private readonly doubles: Float64Array;
  private readonly bits: Int32Array;
  private readonly keys: Int32Array;
  private readonly lowCounts: Int32Array;
  private readonly highCounts: Int32Array;
  private readonly order: Int32Array;
  private readonly spare: Int32Array;

  constructor(capacity: number) {
    this.doubles = new Float64Array(capacity);
    this.bits = new Int32Array(this.doubles.buffer);
    this.keys = new Int32Array(capacity);
    this.lowCounts = new Int32Array(capacity <= INSERTION_MAX ? 0 : DIGITS);
    this.highCounts = new Int32Array(this.lowCounts.length);
    this.order = new Int32Array(capacity);
    this.spare = new Int32Array(capacity);
  }

  /** The indices of the values [from, from + count) of `x`, counted from `from`, in ascending order. Valid until the next call. */
  sort(x: Float64Array, from: number, count: number): Int32Array {
    this.doubles.set(x.subarray(from, from + count));
    for (let i = 0; i < count; i++) this.order[i] = i;
    if (count <= INSERTION_MAX) {
      this.mend(count, Infinity);
      return this.order;
    }
    this.sortBy('top', count);
    if (!this.mend(count, count * MOVES_PER_VALUE)) for (const part of ['low', 'middle', 'top'] as const) this.sortBy(part, count);
    return this.order;
  }

  private sortBy(part: Part, count: number): void {
    const { keys, lowCounts, highCounts, order, spare } = this;
    keysOf[part](this.doubles, this.bits, count, keys);
    lowCounts.fill(0);
    highCounts.fill(0);
    for (let i = 0; i < count; i++) {
      const key = keys[i]!;
      lowCounts[key & (DIGITS - 1)]! += 1;
      highCounts[key >> DIGIT_BITS]! += 1;
    }
    deal(keys, 0, startsOf(lowCounts), { order, count }, spare);
    deal(keys, DIGIT_BITS, startsOf(highCounts), { order: spare, count }, order);
  }

  /** Insertion sort of few values or nearly sorted ones, NaN last; false when it takes more than `movesMax` moves. */
  private mend(count: number, movesMax: number): boolean {
    const { order, doubles } = this;
    let moves = movesMax;
    let before = -Infinity;
    for (let i = 0; i < count; i++) {
      const index = order[i]!;
      const value = doubles[index]!;
      if (before <= value || value !== value) {
        before = value;
        continue;
      }
      let place = i;
      for (; place > 0 && !(doubles[order[place - 1]!]! <= value); place--) order[place] = order[place - 1]!;
      order[place] = index;
      moves -= i - place;
      if (moves < 0) return false;
    }
    return true;
  }
}

/**
 * 22 bits of each value as a whole number: in `top` and `middle` of the upper 32 bits, in `low` and `middle` of the lower ones.
 * Negative numbers fall with their bits, so these are turned round; NaN of either sign comes last.
 */
const keysOf: Readonly<Record<Part, (doubles: Float64Array, bits: Int32Array, count: number, keys: Int32Array) => void>> = {
  top(doubles, bits, count, keys) {
    for (let i = 0; i < count; i++) {
      const high = bits[i * 2 + 1]!;
      keys[i] = doubles[i] === doubles[i] ? (high ^ ((high >> 31) | -0x80000000)) >>> 10 : KEY_MAX;
    }
  },
  middle(_, bits, count, keys) {
    for (let i = 0; i < count; i++) {
      const high = bits[i * 2 + 1]!;
      const turn = high >> 31;
      keys[i] = (((high ^ turn) & 0x3ff) << 12) | ((bits[i * 2]! ^ turn) >>> 20);
    }
  },
  low(_, bits, count, keys) {
    for (let i = 0; i < count; i++) keys[i] = (bits[i * 2]! ^ (bits[i * 2 + 1]! >> 31)) & KEY_MAX;
  }
};

/** Turns the number of values per digit into the place of the first of each. */
function startsOf(counts: Int32Array): Int32Array {
  let place = 0;
  for (let i = 0; i < DIGITS; i++) {
    const next = place + counts[i]!;
    counts[i] = place;
    place = next;
  }
  return counts;
}

/** Brings `order` in the order of one digit of the keys, stably. */
function deal(keys: Int32Array, shift: number, places: Int32Array, { order, count }: { readonly order: Int32Array; readonly count: number }, into: Int32Array): void {
  for (let i = 0; i < count; i++) {
    const index = order[i]!;
    const digit = (keys[index]! >> shift) & (DIGITS - 1);
    const place = places[digit]!;
    places[digit] = place + 1;
    into[place] = index;
  }
}
