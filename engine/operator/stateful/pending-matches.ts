import type { AnyColumnBuilder } from '../../codec/column-builder';
import { PATTERN_LIMITS } from '../../plan/nodes/pattern';
import type { Field, Schema } from '../../schema/schema';
import type { SnapshotReader, SnapshotWriter } from '../operator';
import { HeldRows } from './held-rows';
import { STATEFUL_LIMITS } from './limits';
import type { OrderedWork } from './ordered-operator';
import type { Taken } from './pattern-attempt';
import { lastOf } from './pattern-attempt';
import type { Reference } from './pattern-guards';
import type { PatternRows } from './pattern-rows';
import { RowOutput } from './row-output';

export interface PendingOptions {
  /** Columns of a match. */
  readonly schema: Schema;
  readonly held: PatternRows;
  /** The condition of the absence, by its place among those of `held`. */
  readonly guard: number;
}

/** A match that is to wait. */
export interface PendingMatch {
  readonly key: number;
  readonly deadlineMs: number;
  readonly last: Taken;
  /** Slots of the rows that have come after it. */
  readonly after: readonly number[];
  /** Appends the columns of the match. */
  write(into: readonly AnyColumnBuilder[]): void;
}

/** Matches that leave when no row of a kind has come by a deadline. */
export class PendingMatches {
  /** The matches, and behind their columns those of earlier rows that the condition reads; the time of a row is its deadline. */
  private readonly rows: HeldRows;
  private readonly draft: RowOutput;
  /** Of each key, in the order in which they were found. */
  private readonly slots: number[][] = [];

  constructor(private readonly options: PendingOptions) {
    const references = this.references.map(({ column }, index): Field => ({ ...options.held.schema.fields[options.held.placeOf(column)]!, name: `#${index}`, nullable: true }));
    const schema = { fields: [...options.schema.fields, ...references] };
    this.rows = new HeldRows(schema, STATEFUL_LIMITS.heldRowsMax, Infinity);
    this.draft = new RowOutput(schema);
  }

  resize(keyCount: number): void {
    while (this.slots.length < keyCount) this.slots.push([]);
  }

  /** The earliest deadline of the key; Infinity when nothing is pending. */
  firstMs(key: number): number {
    let firstMs = Infinity;
    for (const slot of this.slots[key]!) firstMs = Math.min(firstMs, this.rows.timeMs[slot]!);
    return firstMs;
  }

  /** Whether no further match of the key can wait. */
  isFull(key: number): boolean {
    return this.slots[key]!.length >= PATTERN_LIMITS.pendingMax || this.rows.count >= STATEFUL_LIMITS.heldRowsMax || this.rows.bytes >= STATEFUL_LIMITS.heldBytesMax;
  }

  /** The match that ends with `last`, written by `write`, waits unless one of the rows `after` it ends its absence. */
  add(match: PendingMatch, work: OrderedWork): void {
    const { key, deadlineMs, last, after, write } = match;
    const { columns } = this.draft;
    write(columns);
    this.references.forEach(({ variable, column }, index) => {
      const row = lastOf(last, variable);
      const into = columns[this.options.schema.fields.length + index]!;
      if (row === null) into.appendNull();
      else work.rows.columns[this.options.held.placeOf(column)]!.append(row.slot, into);
    });
    this.draft.endRow(deadlineMs, work.at);
    const slot = this.rows.put(this.draft.take(), 0, key);
    if (after.some(row => this.isEnded(slot, row, work))) this.rows.release(slot);
    else this.slots[key]!.push(slot);
  }

  /** Takes away the matches whose absence the row in `row` ends. */
  cancel(key: number, row: number, work: OrderedWork): void {
    this.slots[key] = this.slots[key]!.filter(slot => {
      const isEnded = this.isEnded(slot, row, work);
      if (isEnded) this.rows.release(slot);
      return !isEnded;
    });
  }

  /** The matches of the key whose deadline has come leave, in the order of their deadlines. */
  fire(key: number, nowMs: number, eventTimeMs: number, work: OrderedWork): void {
    const due = this.slots[key]!.filter(slot => this.rows.timeMs[slot]! <= nowMs).sort((a, b) => this.rows.timeMs[a]! - this.rows.timeMs[b]!);
    if (due.length === 0) return;
    this.slots[key] = this.slots[key]!.filter(slot => !due.includes(slot));
    for (const slot of due) {
      this.rows.append(slot, work.out.columns, this.options.schema.fields.length);
      work.out.endRow(eventTimeMs, work.at);
      this.rows.release(slot);
    }
  }

  save(keyCount: number, writer: SnapshotWriter): void {
    this.rows.save(Int32Array.from(this.slots.slice(0, keyCount).flat()), writer);
  }

  load(reader: SnapshotReader): void {
    for (const slot of this.rows.load(reader)) this.slots[this.rows.keys[slot]!]!.push(slot);
  }

  private isEnded(slot: number, row: number, { rows }: OrderedWork): boolean {
    const { held, guard, schema } = this.options;
    if (rows.timeMs[row]! >= this.rows.timeMs[slot]!) return false;
    const reference = (wanted: Reference, into: AnyColumnBuilder): void => {
      const place = this.references.findIndex(({ variable, column }) => variable === wanted.variable && column === wanted.column);
      this.rows.columns[schema.fields.length + place]!.append(slot, into);
    };
    return held.isTrue(guard, row, reference, rows);
  }

  private get references(): readonly Reference[] {
    return this.options.held.guards[this.options.guard]!.references;
  }
}
