import type { Aggregate } from '../aggregate/aggregate';
import type { RevisionCount } from '../aggregate/revision-count';
import type { Batch } from '../batch/batch';
import { RowBuilder } from '../codec/row-builder';
import type { AnyColumnBuilder } from '../codec/column-builder';
import { NumberBuilder, Utf8Builder } from '../codec/column-builder';
import { assert } from '../error';
import type { Schema } from '../schema/schema';
import type { LiveKeys } from './live-keys';

export interface WindowResultsOptions {
  /** Key columns, windowStartMs, windowEndMs, `revision` if there are `revisions`, then one column per aggregate. */
  readonly schema: Schema;
  readonly keyColumnCount: number;
  readonly revisions: RevisionCount | null;
  readonly keys: Pick<LiveKeys, 'appendRun' | 'size'>;
  readonly aggregates: readonly Aggregate[];
}

/** Dictionaries of keys up to this size are never replaced. */
const KEY_TEXTS_MIN = 65_536;

const RUN_CELLS = 512;

/** Result rows of one chunk on their way to a Batch. Event time of a result is the window's last millisecond. */
export class WindowResults {
  private readonly rows: RowBuilder;
  private readonly keyBuilders: readonly AnyColumnBuilder[];
  private readonly startBuilder: NumberBuilder;
  private readonly endBuilder: NumberBuilder;
  private readonly revisionBuilder: NumberBuilder | null;
  private readonly resultBuilders: readonly AnyColumnBuilder[];
  private readonly keyRun = new Int32Array(RUN_CELLS);
  private readonly startRun = new Float64Array(RUN_CELLS);
  private readonly endRun = new Float64Array(RUN_CELLS);
  private eventTimeMs = new Float64Array(64);
  private at = new Float64Array(64);
  private count = 0;

  constructor(private readonly options: WindowResultsOptions) {
    this.rows = new RowBuilder(options.schema);
    const { columns } = this.rows;
    const first = options.keyColumnCount;
    this.keyBuilders = columns.slice(0, first);
    this.startBuilder = numberBuilder(columns[first]);
    this.endBuilder = numberBuilder(columns[first + 1]);
    this.revisionBuilder = options.revisions !== null ? numberBuilder(columns[first + 2]) : null;
    this.resultBuilders = columns.slice(first + (options.revisions !== null ? 3 : 2));
  }

  get rowCount(): number {
    return this.count;
  }

  /** Appends one row per cell; `keyOf` is the key of each. */
  append(window: { readonly startMs: number; readonly endMs: number }, cells: Int32Array, keyOf: Int32Array, at: number): void {
    const { count } = this;
    this.reserve(cells.length);
    this.eventTimeMs.fill(window.endMs - 1, count, count + cells.length);
    this.at.fill(at, count, count + cells.length);
    this.count += cells.length;
    this.startRun.fill(window.startMs);
    this.endRun.fill(window.endMs);
    for (let from = 0; from < cells.length; from += RUN_CELLS) this.appendRun(cells.length <= RUN_CELLS ? cells : cells.subarray(from, from + RUN_CELLS), keyOf);
  }

  /** A few cells at a time, so that their records stay in the processor's cache from one aggregate to the next. */
  private appendRun(cells: Int32Array, keyOf: Int32Array): void {
    const { keys, revisions, aggregates } = this.options;
    const count = cells.length;
    for (let i = 0; i < count; i++) this.keyRun[i] = keyOf[cells[i]!]!;
    keys.appendRun(this.keyRun, count, this.keyBuilders);
    this.startBuilder.appendRun(this.startRun, count);
    this.endBuilder.appendRun(this.endRun, count);
    if (revisions !== null) for (const cell of cells) this.revisionBuilder?.append(revisions.count(cell));
    for (let index = 0; index < aggregates.length; index++) aggregates[index]!.read(cells, count, this.resultBuilders[index]!);
  }

  /** The rows appended since the last call. */
  take(): Batch {
    this.keepKeyTexts();
    const batch = this.rows.build(this.eventTimeMs.slice(0, this.count), this.at.slice(0, this.count));
    this.count = 0;
    return batch;
  }

  /** The texts of the keys go out again and again: their dictionaries live as long as they are not much larger than the number of keys. */
  private keepKeyTexts(): void {
    const texts = Math.max(KEY_TEXTS_MIN, 2 * this.options.keys.size);
    for (const builder of this.keyBuilders) if (builder instanceof Utf8Builder) builder.dictionaryLimits = { texts, bytes: Infinity };
  }

  private reserve(rows: number): void {
    const needed = this.count + rows;
    if (needed <= this.at.length) return;
    const eventTimeMs = new Float64Array(needed * 2);
    const at = new Float64Array(needed * 2);
    eventTimeMs.set(this.eventTimeMs);
    at.set(this.at);
    this.eventTimeMs = eventTimeMs;
    this.at = at;
  }
}

function numberBuilder(builder: AnyColumnBuilder | undefined): NumberBuilder {
  assert(builder instanceof NumberBuilder, 'bounds and revisions are numbers');
  return builder;
}
