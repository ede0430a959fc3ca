import type { Batch } from '../../batch/batch';
import type { AnyColumnBuilder } from '../../codec/column-builder';
import type { Schema } from '../../schema/schema';
import { ProgressBuilder } from '../../time/progress-builder';
import { firstRowAfter, saysNothing } from '../../time/progress-search';
import { newCounters } from '../counters';
import type { Chunk, Operator, Output, Progress, SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import { letter, rowLetter } from '../row-letter';
import { DropFacts } from './drop-facts';
import { Heap } from './heap';
import { HeldRows } from './held-rows';
import { KeyedRows } from './keyed-rows';
import { KeyedTimes } from './keyed-times';
import { STATEFUL_LIMITS } from './limits';
import { RowOutput } from './row-output';

/** What an operator does with the rows of each key in the order of their event time. */
export interface OrderedLogic {
  /** Room for the keys 0 … keyCount - 1. */
  resize(keyCount: number): void;
  /** The next row of `key`. It stays in its slot until the logic frees it. */
  row(key: number, slot: number, work: OrderedWork): void;
  /** The deadline of `key` has come: no row before it is missing. It is cleared already. */
  deadline?(key: number, deadlineMs: number, work: OrderedWork): void;
  /** The end of a bounded input. */
  end?(work: OrderedWork): void;
  /** State beside rows, deadlines and holds; rows by `work.rows.save`. */
  save(keyCount: number, work: OrderedWork, writer: SnapshotWriter): void;
  load(keyCount: number, work: OrderedWork, reader: SnapshotReader): void;
}

/** What a logic works with. */
export interface OrderedWork {
  readonly rows: HeldRows;
  /** When each key is to be told that time has passed. */
  readonly deadlines: KeyedTimes;
  /** Event time of the earliest row of each key that may still leave; the watermark that leaves stays below it. */
  readonly holds: KeyedTimes;
  /** Rows that leave. */
  readonly out: RowOutput;
  /** Input that releases what leaves now. */
  readonly at: number;
  /** The watermark before the one that is being worked on. */
  readonly watermarkBeforeMs: number;
  /** Appends the values of the key's columns to the first builders. */
  appendKey(key: number, into: readonly AnyColumnBuilder[]): void;
  /** Frees the slot; all that the row could do has been done, or the row leaves. */
  release(slot: number): void;
  /** Frees the slot; the row is dropped on purpose. */
  drop(slot: number): void;
  /** Frees the slot; the row goes to the dead letters. */
  refuse(slot: number, reason: { readonly code: string; readonly message: string }): void;
  /** The row in `slot` leaves with the columns of the input; values of further columns have been appended. */
  pass(slot: number): void;
}

export interface OrderedOptions {
  readonly node: string;
  readonly input: StreamType;
  readonly schema: Schema;
  readonly logic: OrderedLogic;
  /** `eventTime`: rows wait for the watermark. `arrival`: they are taken as they come. */
  readonly order: 'eventTime' | 'arrival';
  /** Whether a row at the very watermark is late. Default true. */
  readonly lateAtWatermark?: boolean;
  /** The columns that are held, of `batch`; default all as they are. */
  readonly held?: { readonly schema: Schema; of(batch: Batch): Batch };
  readonly keysMax?: number;
  readonly rowsMax?: number;
  readonly bytesMax?: number;
}

/**
 * Sorts rows by event time, ties by arrival, and gives them to a logic when the watermark reaches them; between them the
 * deadlines that the logic has set. A deadline at d comes before the rows at d, as soon as the watermark reaches d - 1.
 */
export class OrderedOperator implements Operator, OrderedWork {
  readonly counters = newCounters();
  readonly rows: HeldRows;
  readonly deadlines = new KeyedTimes();
  readonly holds = new KeyedTimes();
  readonly out: RowOutput;
  at = 0;
  watermarkBeforeMs = -Infinity;
  private watermarkMs = -Infinity;
  private readonly keyed: KeyedRows;
  private readonly waiting: Heap;
  private readonly steps = new ProgressBuilder();
  private readonly facts: DropFacts;
  private output: Output | null = null;

  constructor(private readonly options: OrderedOptions) {
    const { input, node, logic, schema, keysMax = STATEFUL_LIMITS.keysMax, rowsMax = STATEFUL_LIMITS.heldRowsMax } = options;
    this.rows = new HeldRows(options.held?.schema ?? input.schema, rowsMax, options.bytesMax);
    this.out = new RowOutput(schema);
    this.facts = new DropFacts(node);
    this.waiting = new Heap((a, b) => this.comesBefore(a, b));
    this.keyed = new KeyedRows({
      input,
      node,
      keysMax,
      counters: this.counters,
      resize: keyCount => {
        this.deadlines.resize(keyCount);
        this.holds.resize(keyCount);
        logic.resize(keyCount);
      }
    });
  }

  process({ batch, progress }: Chunk, _port: number, output: Output): void {
    this.output = output;
    this.facts.begin();
    this.counters.rowsIn += batch.rowCount;
    const admitted = this.keyed.admit(batch, output);
    const held = this.options.held?.of(admitted) ?? admitted;
    let from = 0;
    for (let step = 0; step < progress.count; step++) {
      const at = progress.at[step]!;
      const to = firstRowAfter(admitted.at, from, at);
      this.take(admitted, held, from, to, output);
      from = to;
      this.at = at;
      this.advance(progress.watermarkMs[step]!);
    }
    this.take(admitted, held, from, admitted.rowCount, output);
    this.finish(progress, output);
  }

  appendKey(key: number, into: readonly AnyColumnBuilder[]): void {
    this.keyed.appendKey(key, into);
  }

  release(slot: number): void {
    this.counters.rowsReleased += 1;
    this.rows.release(slot);
  }

  drop(slot: number): void {
    this.counters.dropped += 1;
    this.facts.tell('dropped', { at: this.at, eventTimeMs: this.rows.timeMs[slot]!, watermarkMs: this.watermarkMs }, this.output!);
    this.rows.release(slot);
  }

  refuse(slot: number, reason: { readonly code: string; readonly message: string }): void {
    const { node } = this.options;
    this.counters.deadLetters += 1;
    this.output!.deadLetter(letter(node, this.at, JSON.stringify({ eventTimeMs: this.rows.timeMs[slot]! }), { code: reason.code, message: `"${node}": ${reason.message}` }));
    this.rows.release(slot);
  }

  pass(slot: number): void {
    this.rows.append(slot, this.out.columns, this.options.input.schema.fields.length);
    this.out.endRow(this.rows.timeMs[slot]!, this.at);
    this.release(slot);
  }

  snapshot(writer: SnapshotWriter): void {
    const { keyCount } = this.keyed;
    writer.f64(this.watermarkMs);
    writer.f64(this.steps.watermarkMs);
    this.keyed.save(writer);
    this.rows.save(Int32Array.from(this.waiting.all).sort((a, b) => (this.comesBefore(a, b) ? -1 : 1)), writer);
    this.deadlines.save(keyCount, writer);
    this.holds.save(keyCount, writer);
    this.options.logic.save(keyCount, this, writer);
  }

  restore(reader: SnapshotReader): void {
    this.watermarkMs = reader.f64();
    this.steps.restore(reader.f64());
    this.keyed.load(reader);
    const { keyCount } = this.keyed;
    for (const slot of this.rows.load(reader)) this.waiting.push(slot);
    this.deadlines.load(keyCount, reader);
    this.holds.load(keyCount, reader);
    this.options.logic.load(keyCount, this, reader);
  }

  private comesBefore(a: number, b: number): boolean {
    const { timeMs, order } = this.rows;
    return timeMs[a]! < timeMs[b]! || (timeMs[a] === timeMs[b] && order[a]! < order[b]!);
  }

  /** Rows [from, to) have come, before any further progress. */
  private take(batch: Batch, held: Batch, from: number, to: number, output: Output): void {
    const { node, order, logic, lateAtWatermark = true, rowsMax = STATEFUL_LIMITS.heldRowsMax } = this.options;
    for (let row = from; row < to; row++) {
      const timeMs = batch.eventTimeMs[row]!;
      const isLate = order === 'eventTime' && (timeMs < this.watermarkMs || (lateAtWatermark && timeMs === this.watermarkMs));
      if (isLate) {
        this.counters.late += 1;
        this.facts.tellRow('late', batch, row, this.watermarkMs, output);
        continue;
      }
      const key = this.keyed.keys[row]!;
      const slot = this.rows.put(held, row, key);
      if (slot < 0) {
        this.counters.deadLetters += 1;
        output.deadLetter(rowLetter(node, batch, row, { code: 'ROW_LIMIT', message: `more than ${rowsMax} rows, or ${STATEFUL_LIMITS.heldBytesMax} bytes of texts and lists, wait in "${node}". Allow less disorder, shorten its times or use fewer keys.` }));
      } else if (order === 'eventTime') this.waiting.push(slot);
      else {
        this.at = batch.at[row]!;
        logic.row(key, slot, this);
      }
    }
  }

  private advance(watermarkMs: number): void {
    this.watermarkBeforeMs = this.watermarkMs;
    this.watermarkMs = watermarkMs;
    const { logic } = this.options;
    for (;;) {
      const slot = this.waiting.first;
      const rowMs = slot === undefined ? Infinity : this.rows.timeMs[slot]!;
      const deadlineMs = this.deadlines.firstMs;
      if (deadlineMs !== Infinity && deadlineMs <= rowMs && deadlineMs - 1 <= watermarkMs) {
        const key = this.deadlines.firstKey;
        this.deadlines.clear(key);
        logic.deadline?.(key, deadlineMs, this);
      } else if (slot !== undefined && rowMs <= watermarkMs) {
        this.waiting.pop();
        logic.row(this.rows.keys[slot]!, slot, this);
      } else break;
    }
    if (watermarkMs === Infinity) logic.end?.(this);
    this.steps.step(this.at, Math.min(watermarkMs, this.holds.firstMs - 1));
  }

  private finish(progress: Progress, output: Output): void {
    for (const { at, idle } of progress.idle ?? []) this.steps.mark(at, idle);
    const batch = this.out.take();
    const left = this.steps.take();
    this.counters.rowsInState = this.rows.count;
    this.counters.rowsOut += batch.rowCount;
    this.output = null;
    if (batch.rowCount > 0 || !saysNothing(left)) output.emit({ batch, progress: left });
  }
}
