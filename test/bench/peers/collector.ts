import { fahrenheitOf, isNegative, valueText } from './job';

const WRONG_MAX = 5;
const TOLERANCE = 1e-9;

/** Compares what comes out of a system with what went in. */
export interface Collector {
  /** `id` is the user property `littoral-id`, if there is one. */
  take(payload: string, nowMs: number, id?: string): void;
  /** Results so far; a change means that something still comes. */
  readonly taken: number;
  /** Whether everything that has to come out for the first `published` readings has come. */
  complete(published: number): boolean;
  account(published: number): { readonly expected: number; readonly lost: number; readonly duplicated: number; readonly repeatedUnderTheirId: number; readonly wrong: readonly string[] };
}

export function positiveCount(published: number): number {
  let positive = 0;
  for (let n = 0; n < published; n++) if (!isNegative(n)) positive++;
  return positive;
}

/** J2 and J3: one result per positive reading, found by its `n`. `isExpected` tells which readings count as sent. */
export class MessageCollector implements Collector {
  readonly latenciesMs: number[] = [];
  taken = 0;
  private readonly seen: Uint8Array;
  private readonly wrong: string[] = [];
  private readonly ids = new Map<number, string>();
  private first = 0;
  private repeatedUnderTheirId = 0;

  constructor(
    private readonly sentMs: Float64Array,
    private readonly isExpected: (n: number) => boolean,
    private readonly measuredFrom: number
  ) {
    this.seen = new Uint8Array(sentMs.length);
  }

  take(payload: string, nowMs: number, id?: string): void {
    this.taken++;
    const { n, f } = JSON.parse(payload) as { readonly n: number; readonly f: number };
    const times = this.seen[n];
    if (times === undefined || isNegative(n) || !(Math.abs(f - fahrenheitOf(n)) < TOLERANCE)) return this.report(payload);
    this.seen[n] = Math.min(255, times + 1);
    if (times > 0) {
      if (id !== undefined && this.ids.get(n) === id) this.repeatedUnderTheirId++;
      return;
    }
    if (id !== undefined) this.ids.set(n, id);
    this.first++;
    if (n >= this.measuredFrom) this.latenciesMs.push(nowMs - (this.sentMs[n] ?? 0));
  }

  complete(published: number): boolean {
    return this.first >= positiveCount(published);
  }

  account(published: number): ReturnType<Collector['account']> {
    let expected = 0;
    let lost = 0;
    let duplicated = 0;
    for (let n = 0; n < published; n++) {
      const times = this.seen[n] ?? 0;
      if (times > 1) duplicated += times - 1;
      if (isNegative(n) || !this.isExpected(n)) continue;
      expected++;
      if (times === 0) lost++;
    }
    return { expected, lost, duplicated, repeatedUnderTheirId: this.repeatedUnderTheirId, wrong: this.wrong };
  }

  private report(payload: string): void {
    if (this.wrong.length < WRONG_MAX) this.wrong.push(`result ${payload}`);
  }
}

interface WindowRow {
  readonly n: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly sd: number | null;
}

/**
 * J1: however a system cuts its windows, their counts, sums, sums of squares and extremes must add up to those of all
 * positive readings.
 */
export class WindowCollector implements Collector {
  taken = 0;
  private rows = 0;
  private sum = 0;
  private squares = 0;
  private min = Infinity;
  private max = -Infinity;

  take(payload: string): void {
    this.taken++;
    const { n, mean, min, max, sd } = JSON.parse(payload) as WindowRow;
    this.rows += n;
    this.sum += n * mean;
    this.squares += (n - 1) * (n > 1 ? (sd ?? NaN) ** 2 : 0) + n * mean * mean;
    this.min = Math.min(this.min, min);
    this.max = Math.max(this.max, max);
  }

  complete(published: number): boolean {
    return this.rows >= positiveCount(published);
  }

  account(published: number): ReturnType<Collector['account']> {
    const expected = positiveCount(published);
    const lost = Math.max(0, expected - this.rows);
    const duplicated = Math.max(0, this.rows - expected);
    return { expected, lost, duplicated, repeatedUnderTheirId: 0, wrong: lost + duplicated === 0 ? this.differences(published) : [] };
  }

  private differences(published: number): string[] {
    const all = { sum: 0, squares: 0, min: Infinity, max: -Infinity };
    for (let n = 0; n < published; n++) {
      if (isNegative(n)) continue;
      const value = Number(valueText(n));
      all.sum += value;
      all.squares += value * value;
      all.min = Math.min(all.min, value);
      all.max = Math.max(all.max, value);
    }
    const names = ['sum', 'squares', 'min', 'max'] as const;
    return names.filter(name => !(Math.abs(this[name] - all[name]) <= TOLERANCE * published)).map(name => `${name} of the windows ${this[name]}, of the readings ${all[name]}`);
  }
}
