import type { Batch, Column } from '../../batch/batch';
import type { Schema } from '../../schema/schema';
import type { JoinedColumn } from './joined-type';
import type { RowStore } from './row-store';

const NONE = -1;

export interface JoinedRowsOptions {
  readonly schema: Schema;
  readonly columns: readonly JoinedColumn[];
  readonly left: RowStore;
  readonly right: RowStore;
  /** Columns that come from neither side, and behind how many of `columns` they stand. */
  readonly between?: { readonly after: number; readonly take: () => readonly Column[] };
}

/** Pairs of rows on their way out. They are put together at the end of a step, column by column, before the stores are swept. */
export class JoinedRows {
  private lefts = new Int32Array(64);
  private rights = new Int32Array(64);
  private times = new Float64Array(64);
  private ats = new Float64Array(64);
  private count = 0;

  constructor(private readonly options: JoinedRowsOptions) {}

  get rowCount(): number {
    return this.count;
  }

  /** A pair of slots; `right` null: the left row alone. */
  add(left: number, right: number | null, eventTimeMs: number, at: number): void {
    if (this.count === this.lefts.length) this.grow();
    this.lefts[this.count] = left;
    this.rights[this.count] = right ?? NONE;
    this.times[this.count] = eventTimeMs;
    this.ats[this.count++] = at;
  }

  /** The rows since the last call. */
  take(): Batch {
    const { count } = this;
    this.count = 0;
    const { schema, left, right, between } = this.options;
    const columns = this.options.columns.map(({ side, index }) => (side === 'left' ? left.gather(index, this.lefts, count) : right.gather(index, this.rights, count)));
    if (between !== undefined) columns.splice(between.after, 0, ...between.take());
    return { schema, rowCount: count, columns, eventTimeMs: this.times.slice(0, count), at: this.ats.slice(0, count) };
  }

  private grow(): void {
    const bigger = <T extends Int32Array | Float64Array>(values: T, grown: T): T => {
      grown.set(values);
      return grown;
    };
    this.lefts = bigger(this.lefts, new Int32Array(this.count * 2));
    this.rights = bigger(this.rights, new Int32Array(this.count * 2));
    this.times = bigger(this.times, new Float64Array(this.count * 2));
    this.ats = bigger(this.ats, new Float64Array(this.count * 2));
  }
}
