import type { GraphInput } from '../../engine/graph/graph-api';
import type { Store } from '../store/store';

interface Group {
  readonly firstSeq: number;
  readonly inputs: readonly GraphInput[];
}

/**
 * The log of inputs, ahead of the disk by what nobody has been promised yet: inputs that need no acknowledgement wait
 * here until some transaction is made anyway. An effect never leaves before the inputs that made it are on disk, because
 * every transaction that writes effects writes the journal as well.
 */
export class Journal {
  private groups: Group[] = [];
  private next: number;
  /** Inputs that are not on disk yet. */
  unwritten = 0;

  constructor(private readonly store: Store) {
    this.next = store.lastSeq() + 1;
  }

  /** Sequence number of the next input. */
  get nextSeq(): number {
    return this.next;
  }

  /** Gives `inputs` their sequence numbers and returns the first. */
  append(inputs: readonly GraphInput[]): number {
    const firstSeq = this.next;
    this.next += inputs.length;
    this.unwritten += inputs.length;
    this.groups.push({ firstSeq, inputs });
    return firstSeq;
  }

  /** Writes what is not on disk, except groups that the checkpoint of the same transaction covers (up to `coveredSeq`). */
  write(nowMs: number, coveredSeq = -1): void {
    const due = this.groups.filter(group => group.firstSeq + group.inputs.length - 1 > coveredSeq);
    const first = due[0];
    if (first === undefined) return;
    const inputs = due.length === 1 ? first.inputs : due.flatMap(group => group.inputs);
    this.store.appendInbox(first.firstSeq, inputs, nowMs);
  }

  /** Inputs after `seq` that are not on disk yet. */
  unwrittenAfter(seq: number): GraphInput[] {
    return this.groups.flatMap(({ firstSeq, inputs }) => inputs.slice(Math.max(0, seq + 1 - firstSeq)));
  }

  /** The transaction is on disk. */
  settled(): void {
    this.groups = [];
    this.unwritten = 0;
  }
}
