import { PATTERN_LIMITS } from '../../plan/nodes/pattern';

/** How many rows a variable takes; `max` may be Infinity. */
export interface Quantifier {
  readonly min: number;
  readonly max: number;
}

/** Rows that were given to variables, the last one first. */
export interface Taken {
  readonly slot: number;
  /** Place of the row among those of the attempt, from 0. */
  readonly index: number;
  readonly variable: number;
  readonly before: Taken | null;
}

export interface AttemptRules {
  readonly quantifiers: readonly Quantifier[];
  readonly isRelaxed: boolean;
  /** Variables whose last row conditions refer to: two ways with other such rows are not the same. */
  readonly referenced: readonly number[];
  /** Whether the row can belong to the variable after what was taken. */
  fits(variable: number, slot: number, taken: Taken | null): boolean;
}

/** One way to match so far: the last variable, how many rows it has, all rows. */
interface Way {
  readonly variable: number;
  readonly count: number;
  readonly taken: Taken | null;
}

const START: Way = { variable: 0, count: 0, taken: null };

/**
 * The search for the longest match that begins with one row. Follows all ways to give rows to variables at once, those that
 * prefer earlier variables first; of two that can go on alike only the first is followed.
 */
export class Attempt {
  private ways: readonly Way[] = [START];
  /** The longest match so far; of equally long ones that which prefers earlier variables. */
  best: Taken | null = null;
  /** There were more ways than the limit. */
  overflowed = false;

  constructor(private readonly rules: AttemptRules) {}

  /** Whether more rows could give a longer match. */
  get isOpen(): boolean {
    return this.ways.length > 0;
  }

  /** The next row of the key. */
  feed(slot: number, index: number): void {
    const next: Way[] = [];
    const known = new Set<string>();
    let matched: Taken | null = null;
    const follow = (way: Way): void => {
      const key = this.keyOf(way);
      if (known.has(key)) return;
      known.add(key);
      if (way.taken !== null && way.taken.index === index && matched === null && this.isComplete(way)) matched = way.taken;
      if (this.canGoOn(way)) next.push(way);
    };
    for (const way of this.ways) this.advance(way, slot, index, follow);
    this.best = matched ?? this.best;
    this.overflowed = next.length > PATTERN_LIMITS.waysMax;
    this.ways = this.overflowed ? [] : next;
  }

  private advance(way: Way, slot: number, index: number, follow: (way: Way) => void): void {
    const { quantifiers, isRelaxed } = this.rules;
    const { variable, count, taken } = way;
    let fitted = false;
    const take = (next: number, nextCount: number): void => {
      if (!this.rules.fits(next, slot, taken)) return;
      fitted = true;
      follow({ variable: next, count: nextCount, taken: { slot, index, variable: next, before: taken } });
    };
    if (count < quantifiers[variable]!.max) take(variable, count + 1);
    if (count >= quantifiers[variable]!.min) {
      for (let next = variable + 1; next < quantifiers.length; next++) {
        take(next, 1);
        if (quantifiers[next]!.min > 0) break;
      }
    }
    if (!fitted && isRelaxed && taken !== null) follow(way);
  }

  private isComplete({ variable, count }: Way): boolean {
    const { quantifiers } = this.rules;
    return count >= quantifiers[variable]!.min && quantifiers.every(({ min }, later) => later <= variable || min === 0);
  }

  private canGoOn({ variable, count }: Way): boolean {
    const { quantifiers } = this.rules;
    return variable < quantifiers.length - 1 || count < quantifiers[variable]!.max;
  }

  private keyOf({ variable, count, taken }: Way): string {
    const { min, max } = this.rules.quantifiers[variable]!;
    const counted = max === Infinity ? Math.min(count, Math.max(min, 1)) : count;
    const lasts = this.rules.referenced.map(each => lastOf(taken, each)?.slot ?? -1);
    return `${variable}:${counted}:${lasts.join()}`;
  }
}

/** The last row of the variable; null when it has none. */
export function lastOf(taken: Taken | null, variable: number): Taken | null {
  let at = taken;
  while (at !== null && at.variable !== variable) at = at.before;
  return at;
}
