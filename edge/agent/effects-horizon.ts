import type { Store } from '../store/store';

interface Step {
  /** Last input of the step. */
  readonly seq: number;
  readonly sinks: readonly string[];
}
interface Mark {
  readonly seq: number;
  /** Last outbox row of each sink after that step. */
  readonly rows: ReadonlyMap<string, number>;
}

/** More marks are joined by twos: acknowledgements then leave a little later, never too early. */
const MARKS_MAX = 512;

/** Knows up to which input everything that the inputs have led to so far has been carried out. */
export class EffectsHorizon {
  private marks: Mark[] = [];
  private last: Step | null = null;
  private reachedSeq = -1;

  constructor(private readonly store: Pick<Store, 'outboxEnd'>) {}

  /** The engine has seen the inputs up to `seq`, and what they led to is in the outbox of `sinks`. Marked only while somebody waits. */
  stepped(seq: number, sinks: readonly string[], awaited: boolean): void {
    this.last = { seq, sinks };
    if (awaited) this.mark();
  }

  /** Somebody begins to wait: what has been seen until now counts as well. */
  mark(): void {
    if (this.last === null) return;
    const { seq, sinks } = this.last;
    const rows = new Map<string, number>();
    for (const sink of sinks) {
      const last = this.store.outboxEnd(sink, 'last');
      if (last !== null) rows.set(sink, last);
    }
    if (this.marks.length >= MARKS_MAX) this.marks = joinPairs(this.marks);
    this.marks.push({ seq, rows });
  }

  /** Last input whose effects have all left the outbox. */
  reached(): number {
    for (let mark = this.marks[0]; mark !== undefined && this.isCarriedOut(mark); mark = this.marks[0]) {
      this.reachedSeq = mark.seq;
      this.marks.shift();
    }
    return this.reachedSeq;
  }

  private isCarriedOut({ rows }: Mark): boolean {
    for (const [sink, last] of rows) {
      const first = this.store.outboxEnd(sink, 'first');
      if (first !== null && first <= last) return false;
    }
    return true;
  }
}

/** Two marks as one: the later input, and the rows of both, because a release may change the sinks between them. */
function joinPairs(marks: readonly Mark[]): Mark[] {
  const joined: Mark[] = [];
  for (let index = 0; index < marks.length; index += 2) {
    const [first, second] = marks.slice(index, index + 2);
    if (first === undefined) continue;
    const rows = new Map(first.rows);
    for (const [sink, last] of second?.rows ?? []) rows.set(sink, Math.max(last, rows.get(sink) ?? last));
    joined.push({ seq: second?.seq ?? first.seq, rows });
  }
  return joined;
}
