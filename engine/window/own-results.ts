import type { Aggregate } from '../aggregate/aggregate';
import { growing, push } from '../aggregate/growing';
import type { Batch } from '../batch/batch';
import type { AnyColumnBuilder } from '../codec/column-builder';
import { NumberBuilder } from '../codec/column-builder';
import { RowBuilder } from '../codec/row-builder';
import { assert } from '../error';
import type { Chunk, Output } from '../operator/operator';
import type { OperatorCounters } from '../operator/operator';
import { saysNothing } from '../time/progress-search';
import type { LiveKeys } from './live-keys';
import type { WindowOptions } from './window-options';

/** Where a result belongs. */
export interface ResultPlace {
  readonly key: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly eventTimeMs: number;
  readonly at: number;
}

/** Result rows of one chunk, of windows that are each key's own, on their way to a Batch. */
export class OwnResults {
  /** The columns between the bounds of the window and the aggregates; filled by the caller, one value per result. */
  readonly more: readonly AnyColumnBuilder[];
  private readonly rows: RowBuilder;
  private readonly keyBuilders: readonly AnyColumnBuilder[];
  private readonly startBuilder: NumberBuilder;
  private readonly endBuilder: NumberBuilder;
  private readonly aggregates: readonly Aggregate[];
  private readonly resultBuilders: readonly AnyColumnBuilder[];
  private readonly eventTimeMs = growing();
  private readonly at = growing();

  constructor(
    { schema, input, aggregates }: Pick<WindowOptions, 'schema' | 'input' | 'aggregates'>,
    private readonly keys: LiveKeys
  ) {
    this.rows = new RowBuilder(schema);
    const { columns } = this.rows;
    const bounds = input.keys.length;
    const results = columns.length - aggregates.length;
    this.keyBuilders = columns.slice(0, bounds);
    this.startBuilder = numberBuilder(columns[bounds]);
    this.endBuilder = numberBuilder(columns[bounds + 1]);
    this.more = columns.slice(bounds + 2, results);
    this.resultBuilders = columns.slice(results);
    this.aggregates = aggregates;
  }

  /** Begins a result; `read` adds what is in its cell. */
  place({ key, startMs, endMs, eventTimeMs, at }: ResultPlace): void {
    this.keys.append(key, this.keyBuilders);
    this.startBuilder.append(startMs);
    this.endBuilder.append(endMs);
    push(this.eventTimeMs, eventTimeMs);
    push(this.at, at);
  }

  /** Appends the aggregates of the cells of the results placed since the last call. */
  read(cells: Int32Array, count: number): void {
    for (let index = 0; index < this.aggregates.length; index++) this.aggregates[index]!.read(cells, count, this.resultBuilders[index]!);
  }

  /** Emits the results since the last call with the progress of the chunk. */
  emit({ progress }: Chunk, counters: OperatorCounters, output: Output): void {
    const batch = this.take();
    counters.rowsOut += batch.rowCount;
    if (batch.rowCount > 0 || !saysNothing(progress)) output.emit({ batch, progress });
  }

  private take(): Batch {
    const batch = this.rows.build(this.eventTimeMs.values.slice(0, this.eventTimeMs.count), this.at.values.slice(0, this.at.count));
    this.eventTimeMs.count = 0;
    this.at.count = 0;
    return batch;
  }
}

/** A column of bounds or revisions. */
export function numberBuilder(builder: AnyColumnBuilder | undefined): NumberBuilder {
  assert(builder instanceof NumberBuilder, 'a column of numbers');
  return builder;
}
