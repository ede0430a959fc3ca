import type { SnapshotReader, SnapshotWriter } from '../operator/operator';

/** Numbers that have not come (yet): from `first` to `last`, noticed at event time `sinceMs`. */
export interface MissingRun {
  first: number;
  last: number;
  readonly sinceMs: number;
}

/** Missing runs that one device may have open; the oldest is given up when there are more. */
const OPEN_MAX = 64;

/**
 * One numbering of a device, 1, 2, 3, …, in any order within bounds.
 *
 *   seen    5 6 7   10 11         highest = 11
 *   open          8 9             closed when they come, given up when event time has passed by
 */
export class Numbering {
  readonly open: MissingRun[] = [];

  constructor(
    public highest: number,
    /** Newest event time of its records. */
    public newestMs: number
  ) {}

  /** Takes a number that is not above the highest; whether it was missing. */
  fill(number: number): boolean {
    const index = this.open.findIndex(run => run.first <= number && number <= run.last);
    const run = this.open[index];
    if (run === undefined) return false;
    const rest: MissingRun[] = [];
    if (run.first < number) rest.push({ ...run, last: number - 1 });
    if (number < run.last) rest.push({ ...run, first: number + 1 });
    this.open.splice(index, 1, ...rest);
    return true;
  }

  /** Takes a number above the highest; the runs that have to be given up for it. */
  advance(number: number, eventTimeMs: number): readonly MissingRun[] {
    if (number > this.highest + 1) this.open.push({ first: this.highest + 1, last: number - 1, sinceMs: eventTimeMs });
    this.highest = number;
    return this.open.length > OPEN_MAX ? this.open.splice(0, this.open.length - OPEN_MAX) : [];
  }

  /** The runs that were noticed before `beforeMs`. */
  giveUp(beforeMs: number): readonly MissingRun[] {
    if (this.open.length === 0 || !this.open.some(run => run.sinceMs < beforeMs)) return [];
    const lost = this.open.filter(run => run.sinceMs < beforeMs);
    const kept = this.open.filter(run => run.sinceMs >= beforeMs);
    this.open.splice(0, this.open.length, ...kept);
    return lost;
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.highest);
    writer.f64(this.newestMs);
    writer.u32(this.open.length);
    for (const { first, last, sinceMs } of this.open) writer.f64s(Float64Array.of(first, last, sinceMs));
  }

  static restore(reader: SnapshotReader): Numbering {
    const numbering = new Numbering(reader.f64(), reader.f64());
    for (let count = reader.u32(); count > 0; count--) {
      const [first = 0, last = 0, sinceMs = 0] = reader.f64s();
      numbering.open.push({ first, last, sinceMs });
    }
    return numbering;
  }
}
