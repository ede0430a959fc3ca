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
    const { doubles, order } = this;
    doubles.set(x.subarray(from, from + count));
    if (count <= INSERTION_MAX) {
      for (let i = 0; i < count; i++) order[i] = i;
      this.mend(count, Infinity);
      return order;
    }
    this.sortBy('top', count, true);
    if (this.mend(count, count * MOVES_PER_VALUE)) return order;
    this.sortBy('low', count, true);
    this.sortBy('middle', count, false);
    this.sortBy('top', count, false);
    return order;
  }

  /** Sorts `order` by a part of the values; `afresh`: the values as they came. */
  private sortBy(part: Part, count: number, afresh: boolean): void {
    const { keys, lowCounts, highCounts, order, spare } = this;
    keysOf[part](this.doubles, this.bits, count, keys);
    lowCounts.fill(0);
    highCounts.fill(0);
    countDigits(keys, count, lowCounts, highCounts);
    if (afresh) dealAfresh(keys, startsOf(lowCounts), count, spare);
    else deal(keys, 0, startsOf(lowCounts), { order, count }, spare);
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

/** Four values per turn, as in `deal`: V8 looks at length and address of every array again in each turn. */
function countDigits(keys: Int32Array, count: number, low: Int32Array, high: Int32Array): void {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const a = keys[i]!;
    const b = keys[i + 1]!;
    const c = keys[i + 2]!;
    const d = keys[i + 3]!;
    low[a & (DIGITS - 1)]! += 1;
    high[a >> DIGIT_BITS]! += 1;
    low[b & (DIGITS - 1)]! += 1;
    high[b >> DIGIT_BITS]! += 1;
    low[c & (DIGITS - 1)]! += 1;
    high[c >> DIGIT_BITS]! += 1;
    low[d & (DIGITS - 1)]! += 1;
    high[d >> DIGIT_BITS]! += 1;
  }
  for (let i = unrolled; i < count; i++) {
    low[keys[i]! & (DIGITS - 1)]! += 1;
    high[keys[i]! >> DIGIT_BITS]! += 1;
  }
}

/** Turns the number of values per digit into the place of the first of each. */
function startsOf(counts: Int32Array): Int32Array {
  let place = 0;
  for (let i = 0; i < DIGITS; i += 4) {
    const a = counts[i]!;
    const b = counts[i + 1]!;
    const c = counts[i + 2]!;
    const d = counts[i + 3]!;
    counts[i] = place;
    counts[i + 1] = place + a;
    counts[i + 2] = place + a + b;
    counts[i + 3] = place + a + b + c;
    place += a + b + c + d;
  }
  return counts;
}

/** Puts 0 … count - 1 into the order of the lower digit of the keys, stably. */
function dealAfresh(keys: Int32Array, places: Int32Array, count: number, into: Int32Array): void {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    into[places[keys[i]! & (DIGITS - 1)]!++] = i;
    into[places[keys[i + 1]! & (DIGITS - 1)]!++] = i + 1;
    into[places[keys[i + 2]! & (DIGITS - 1)]!++] = i + 2;
    into[places[keys[i + 3]! & (DIGITS - 1)]!++] = i + 3;
  }
  for (let i = unrolled; i < count; i++) into[places[keys[i]! & (DIGITS - 1)]!++] = i;
}

/** Brings `order` in the order of one digit of the keys, stably. */
function deal(keys: Int32Array, shift: number, places: Int32Array, { order, count }: { readonly order: Int32Array; readonly count: number }, into: Int32Array): void {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const a = order[i]!;
    const b = order[i + 1]!;
    const c = order[i + 2]!;
    const d = order[i + 3]!;
    into[places[(keys[a]! >> shift) & (DIGITS - 1)]!++] = a;
    into[places[(keys[b]! >> shift) & (DIGITS - 1)]!++] = b;
    into[places[(keys[c]! >> shift) & (DIGITS - 1)]!++] = c;
    into[places[(keys[d]! >> shift) & (DIGITS - 1)]!++] = d;
  }
  for (let i = unrolled; i < count; i++) into[places[(keys[order[i]!]! >> shift) & (DIGITS - 1)]!++] = order[i]!;
}
