import type { AnyColumnBuilder } from '../../codec/column-builder';
import { NumberBuilder } from '../../codec/column-builder';
import { assert } from '../../error';
import type { PatternNode } from '../../plan/nodes/pattern';
import { PATTERN_LIMITS } from '../../plan/nodes/pattern';
import type { Schema } from '../../schema/schema';
import type { SnapshotReader, SnapshotWriter } from '../operator';
import type { OrderedLogic, OrderedWork } from './ordered-operator';
import type { AttemptRules, Taken } from './pattern-attempt';
import { Attempt } from './pattern-attempt';
import { PatternMeasures } from './pattern-measures';
import type { PatternRows } from './pattern-rows';
import { PendingMatches } from './pending-matches';

export interface PatternLogicOptions {
  readonly config: PatternNode['config'];
  readonly held: PatternRows;
  /** Columns of a match. */
  readonly schema: Schema;
  readonly keyColumns: number;
}

/** Rows of a key that the search needs, from the row it begins with on, and how many of them it has seen. */
interface Search {
  slots: number[];
  seen: number;
  attempt: Attempt | null;
}

/** When something is decided, and the event time that it gets. */
interface Moment {
  readonly nowMs: number;
  readonly eventTimeMs: number;
}

/**
 * One search per key at a time, from the earliest row on that may still begin a match. When it is decided, the next one
 * begins, and sees the rows that have come in the meantime.
 */
export class PatternLogic implements OrderedLogic {
  private readonly searches: Search[] = [];
  private readonly measures: PatternMeasures;
  private readonly pending: PendingMatches | null;
  private rules: AttemptRules | null = null;
  private beginning: Attempt | null = null;
  private readonly withinMs: number;

  constructor(private readonly options: PatternLogicOptions) {
    const { config, held, schema } = options;
    this.withinMs = config.withinMs ?? Infinity;
    this.measures = new PatternMeasures(config.measures, config.sequence, held);
    this.pending = config.absence === null ? null : new PendingMatches({ schema, held, guard: config.sequence.length });
  }

  resize(keyCount: number): void {
    while (this.searches.length < keyCount) this.searches.push({ slots: [], seen: 0, attempt: null });
    this.pending?.resize(keyCount);
  }

  row(key: number, slot: number, work: OrderedWork): void {
    const timeMs = work.rows.timeMs[slot]!;
    this.pending?.cancel(key, slot, work);
    this.searches[key]!.slots.push(slot);
    this.drive(key, { nowMs: timeMs, eventTimeMs: timeMs }, work);
  }

  deadline(key: number, deadlineMs: number, work: OrderedWork): void {
    this.drive(key, { nowMs: deadlineMs, eventTimeMs: deadlineMs }, work);
  }

  end(work: OrderedWork): void {
    this.searches.forEach(({ slots }, key) => {
      const last = slots.at(-1);
      if (last === undefined) return;
      this.drive(key, { nowMs: Infinity, eventTimeMs: Math.max(work.rows.timeMs[last]!, work.watermarkBeforeMs + 1) }, work);
    });
  }

  save(keyCount: number, work: OrderedWork, writer: SnapshotWriter): void {
    work.rows.save(Int32Array.from(this.searches.slice(0, keyCount).flatMap(({ slots }) => slots)), writer);
    this.pending?.save(keyCount, writer);
  }

  load(_keyCount: number, work: OrderedWork, reader: SnapshotReader): void {
    for (const slot of work.rows.load(reader)) this.searches[work.rows.keys[slot]!]!.slots.push(slot);
    for (const search of this.searches) if (search.slots.length > 0) this.look(search, work);
    this.pending?.load(reader);
  }

  private rulesFor(work: OrderedWork): AttemptRules {
    const { config, held } = this.options;
    this.rules ??= {
      quantifiers: config.sequence.map(({ min, max }) => ({ min, max: max ?? Infinity })),
      isRelaxed: config.contiguity === 'relaxed',
      referenced: [...new Set(held.guards.flatMap(guard => guard.references.map(({ variable }) => variable)))],
      fits: (variable, slot, lasts) => held.fits(variable, slot, lasts, work)
    };
    return this.rules;
  }

  /** Decides what can be decided at `moment`. */
  private drive(key: number, moment: Moment, work: OrderedWork): void {
    const search = this.searches[key]!;
    let looks = 0;
    for (this.passOver(search, work); search.slots.length > 0; this.passOver(search, work)) {
      looks -= search.seen;
      const isOpen = this.look(search, work) && moment.nowMs - work.rows.timeMs[search.slots[0]!]! < this.withinMs && moment.nowMs < Infinity;
      looks += search.seen;
      if (isOpen && search.slots.length <= PATTERN_LIMITS.rowsMax) break;
      const isStuck = looks > PATTERN_LIMITS.looksMax || search.attempt?.overflowed === true || (search.attempt?.best !== null && this.pending?.isFull(key) === true);
      if (isOpen || isStuck) this.giveUp(search, work);
      else this.decide(key, search, moment, work);
      search.seen = 0;
    }
    this.pending?.fire(key, moment.nowMs, moment.eventTimeMs, work);
    const first = search.slots[0];
    const searchMs = first === undefined ? Infinity : work.rows.timeMs[first]! + this.withinMs;
    work.deadlines.set(key, Math.min(searchMs, this.pending?.firstMs(key) ?? Infinity));
  }

  /** Rows go with which no match can begin. */
  private passOver(search: Search, work: OrderedWork): void {
    if (search.seen > 0) return;
    const { slots } = search;
    this.beginning ??= new Attempt(this.rulesFor(work));
    let first = 0;
    while (first < slots.length && !this.beginning.canBegin(slots[first]!)) work.release(slots[first++]!);
    if (first > 0) search.slots = first === slots.length ? [] : slots.slice(first);
  }

  /** Shows the search the rows that it has not seen; whether it is still open after them. */
  private look(search: Search, work: OrderedWork): boolean {
    const { rows } = work;
    const { slots } = search;
    const attempt = search.seen > 0 && search.attempt !== null ? search.attempt : new Attempt(this.rulesFor(work));
    search.attempt = attempt;
    while (attempt.isOpen && search.seen < slots.length) {
      const slot = slots[search.seen]!;
      if (rows.timeMs[slot]! - rows.timeMs[slots[0]!]! >= this.withinMs) return false;
      attempt.feed(slot, search.seen);
      search.seen += 1;
    }
    return attempt.isOpen;
  }

  /** A limit is exceeded: the search and its rows go, and one letter says so. */
  private giveUp(search: Search, work: OrderedWork): void {
    const { rowsMax, waysMax, looksMax, pendingMax } = PATTERN_LIMITS;
    const [first, ...others] = search.slots;
    assert(first !== undefined, 'a search has rows');
    work.refuse(first, { code: 'PATTERN_LIMIT', message: `a search of one key was open for more than ${rowsMax} rows or in more than ${waysMax} ways, one row ended so many that rows were looked at more than ${looksMax} times, or more than ${pendingMax} matches wait for an absence. Make the conditions stricter or the times shorter.` });
    for (const slot of others) work.drop(slot);
    search.slots = [];
  }

  private decide(key: number, search: Search, moment: Moment, work: OrderedWork): void {
    const { slots, attempt } = search;
    const best = attempt?.best ?? null;
    const next = best === null ? this.failedBeginnings(search, work) : this.nextAfter(best);
    if (best !== null) this.tell(key, search, best, moment, work);
    for (let index = 0; index < next; index++) work.release(slots[index]!);
    search.slots = slots.slice(next);
  }

  /**
   * How many rows from the first on begin no match, after the search from the first has failed. When the first variable takes any
   * number of rows, a search from its second row follows no way that the first search has not followed, too.
   */
  private failedBeginnings({ slots, seen, attempt }: Search, work: OrderedWork): number {
    const { quantifiers, referenced, fits } = this.rulesFor(work);
    const [first] = quantifiers;
    if (attempt?.isOpen !== false || referenced.length > 0 || first === undefined || first.min > 1 || first.max < Infinity) return 1;
    let count = 1;
    while (count < seen && fits(0, slots[count - 1]!, [])) count += 1;
    return count;
  }

  /** Place of the row with which the next search begins. */
  private nextAfter(last: Taken): number {
    const { skip, sequence } = this.options.config;
    if (!('variable' in skip)) return skip.to === 'nextRow' ? 1 : last.index + 1;
    const variable = sequence.findIndex(({ name }) => name === skip.variable);
    let found: Taken | null = null;
    for (let at: Taken | null = last; at !== null; at = at.before) if (at.variable === variable && (found === null || skip.to === 'firstOf')) found = at;
    return found === null ? last.index + 1 : Math.max(1, found.index);
  }

  private tell(key: number, search: Search, last: Taken, moment: Moment, work: OrderedWork): void {
    const { absence } = this.options.config;
    const endMs = work.rows.timeMs[last.slot]!;
    const write = (into: readonly AnyColumnBuilder[]): void => this.write(key, search.slots[0]!, last, into, work);
    if (this.pending === null || absence === null) {
      write(work.out.columns);
      work.out.endRow(moment.eventTimeMs, work.at);
    } else this.pending.add({ key, deadlineMs: endMs + absence.withinMs, last, after: search.slots.slice(last.index + 1), write }, work);
  }

  private write(key: number, first: number, last: Taken, into: readonly AnyColumnBuilder[], work: OrderedWork): void {
    const [startMs, endMs, ...measures] = into.slice(this.options.keyColumns);
    assert(startMs instanceof NumberBuilder && endMs instanceof NumberBuilder, 'the bounds of a match');
    work.appendKey(key, into);
    startMs.append(work.rows.timeMs[first]!);
    endMs.append(work.rows.timeMs[last.slot]!);
    this.measures.append(last, work.rows, measures);
  }
}
