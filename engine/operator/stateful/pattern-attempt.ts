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
  /** Whether the row can belong to the variable, with the last rows of those that are referred to. */
  fits(variable: number, slot: number, lasts: LastRows): boolean;
}

/** Slot of the last row of each variable that conditions refer to, by variable; absent where it has none. */
export type LastRows = readonly (number | undefined)[];

/** One way to match so far: the last variable, how many rows it has, all rows. */
interface Way {
  readonly variable: number;
  readonly count: number;
  readonly taken: Taken | null;
  readonly lasts: LastRows;
}

/** One row on its way through all ways. */
interface Step {
  readonly slot: number;
  readonly index: number;
  readonly followed: Way[];
  readonly next: Way[];
  matched: Taken | null;
}

const START: Way = { variable: 0, count: 0, taken: null, lasts: [] };

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

  /** Whether a match can begin with the row. */
  canBegin(slot: number): boolean {
    const { quantifiers } = this.rules;
    for (let variable = 0; variable < quantifiers.length; variable++) {
      if (this.rules.fits(variable, slot, START.lasts)) return true;
      if (quantifiers[variable]!.min > 0) return false;
    }
    return false;
  }

  /** The next row of the key. */
  feed(slot: number, index: number): void {
    const step: Step = { slot, index, followed: [], next: [], matched: null };
    for (const way of this.ways) this.advance(way, step);
    this.best = step.matched ?? this.best;
    this.overflowed = step.next.length > PATTERN_LIMITS.waysMax;
    this.ways = this.overflowed ? [] : step.next;
  }

  private advance(way: Way, step: Step): void {
    const { quantifiers, isRelaxed } = this.rules;
    const { variable, count } = way;
    let fitted = false;
    if (count < quantifiers[variable]!.max) fitted = this.take(way, variable, count + 1, step);
    if (count >= quantifiers[variable]!.min) {
      for (let next = variable + 1; next < quantifiers.length; next++) {
        if (this.take(way, next, 1, step)) fitted = true;
        if (quantifiers[next]!.min > 0) break;
      }
    }
    if (!fitted && isRelaxed && way.taken !== null) this.follow(way, step);
  }

  /** Gives the row to the variable if it fits. */
  private take({ taken, lasts }: Way, variable: number, count: number, step: Step): boolean {
    const { slot, index } = step;
    if (!this.rules.fits(variable, slot, lasts)) return false;
    this.follow({ variable, count, taken: { slot, index, variable, before: taken }, lasts: this.lastsAfter(lasts, variable, slot) }, step);
    return true;
  }

  private lastsAfter(lasts: LastRows, variable: number, slot: number): LastRows {
    if (!this.rules.referenced.includes(variable)) return lasts;
    const next = [...lasts];
    next[variable] = slot;
    return next;
  }

  private follow(way: Way, step: Step): void {
    if (step.followed.some(other => this.goOnAlike(other, way))) return;
    step.followed.push(way);
    if (step.matched === null && way.taken?.index === step.index && this.isComplete(way)) step.matched = way.taken;
    if (this.canGoOn(way)) step.next.push(way);
  }

  private isComplete({ variable, count }: Way): boolean {
    const { quantifiers } = this.rules;
    return count >= quantifiers[variable]!.min && quantifiers.every(({ min }, later) => later <= variable || min === 0);
  }

  private canGoOn({ variable, count }: Way): boolean {
    const { quantifiers } = this.rules;
    return variable < quantifiers.length - 1 || count < quantifiers[variable]!.max;
  }

  private goOnAlike(a: Way, b: Way): boolean {
    if (a.variable !== b.variable) return false;
    const { min, max } = this.rules.quantifiers[a.variable]!;
    const areCountsAlike = a.count === b.count || (max === Infinity && a.count >= min && b.count >= min);
    return areCountsAlike && this.rules.referenced.every(each => a.lasts[each] === b.lasts[each]);
  }
}

/** The last row of the variable; null when it has none. */
export function lastOf(taken: Taken | null, variable: number): Taken | null {
  let at = taken;
  while (at !== null && at.variable !== variable) at = at.before;
  return at;
}
