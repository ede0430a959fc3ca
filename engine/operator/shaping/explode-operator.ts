import type { Batch, Column, ListColumn } from '../../batch/batch';
import { gatherColumn, sameKind } from '../../batch/gather';
import { assert } from '../../error';
import type { ExplodeNode } from '../../plan/nodes/shaping';
import type { Schema } from '../../schema/schema';
import { isList } from '../../schema/schema';
import { saysNothing } from '../../time/progress-search';
import { splitProgress } from '../../time/split-progress';
import { WatermarkLog } from '../../time/watermark-log';
import { newCounters } from '../counters';
import type { Chunk, Operator, Output, Progress, SnapshotReader, SnapshotWriter } from '../operator';
import { rowLetter } from '../row-letter';

/** Rows of one chunk that leaves; a longer list is cut, so that memory does not grow with the lists. */
export const ELEMENTS_PER_CHUNK_MAX = 65_536;
const FACTS_PER_CHUNK_MAX = 100;

export interface ExplodeOptions {
  readonly config: ExplodeNode['config'];
  readonly node: string;
  readonly input: Schema;
  readonly schema: Schema;
}

/** Elements on their way out: for each its row in the batch, its position in the list and its event time. */
interface Elements {
  readonly rows: Int32Array;
  readonly positions: Int32Array;
  readonly eventTimeMs: Float64Array;
  count: number;
}

export class ExplodeOperator implements Operator {
  readonly counters = newCounters();
  private readonly log = new WatermarkLog();
  private readonly lists: readonly number[];
  private readonly elements: Elements = { rows: new Int32Array(ELEMENTS_PER_CHUNK_MAX), positions: new Int32Array(ELEMENTS_PER_CHUNK_MAX), eventTimeMs: new Float64Array(ELEMENTS_PER_CHUNK_MAX), count: 0 };

  constructor(private readonly options: ExplodeOptions) {
    this.lists = options.input.fields.flatMap(({ name, type }, index) => (isList(type) && Object.hasOwn(options.config.columns, name) ? [index] : []));
  }

  process({ batch, progress }: Chunk, _port: number, output: Output): void {
    this.counters.rowsIn += batch.rowCount;
    let left = progress;
    let facts = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      const length = this.lengthAt(batch, row);
      if (length === null) this.refuse(batch, row, output);
      else if (length === 0 && this.options.config.whenEmpty === 'drop') {
        this.counters.dropped += 1;
        const at = batch.at[row]!;
        if (facts++ < FACTS_PER_CHUNK_MAX) output.dropped({ at, node: this.options.node, reason: 'dropped', eventTimeMs: batch.eventTimeMs[row]!, watermarkMs: this.log.watermarkAt(progress, at), windowEndMs: null });
      } else {
        left = this.take(batch, row, length, left, output);
        this.counters.rowsReleased += 1;
      }
    }
    this.log.follow(progress);
    if (this.elements.count > 0 || !saysNothing(left)) this.flush(batch, left, output);
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.log.watermarkMs);
  }

  restore(reader: SnapshotReader): void {
    this.log.restore(reader.f64());
  }

  /** Elements of a row; null when its lists differ. A missing list counts as empty beside others that are. */
  private lengthAt(batch: Batch, row: number): number | null {
    let common: number | null = null;
    for (const index of this.lists) {
      const column = batch.columns[index]!;
      assert(column.kind === 'list', 'a list column');
      const length = column.validity !== null && column.validity[row] === 0 ? 0 : column.offsets[row + 1]! - column.offsets[row]!;
      if (common !== null && length !== common) return null;
      common = length;
    }
    return common;
  }

  private refuse(batch: Batch, row: number, output: Output): void {
    const names = this.lists.map(index => this.options.input.fields[index]!.name).join('", "');
    output.deadLetter(rowLetter(this.options.node, batch, row, { code: 'LIST_LENGTH', message: `the lists "${names}" of the row differ in length; expected one length` }));
    this.counters.deadLetters += 1;
  }

  /** Adds the elements of one row, and emits whenever there are enough; gives the progress that is still to be told. */
  private take(batch: Batch, row: number, length: number, progress: Progress, output: Output): Progress {
    const { config } = this.options;
    const { elements } = this;
    const step = config.everyMs ?? 0;
    const first = config.stamped === 'last' ? 1 - length : 0;
    let left = progress;
    for (let position = length === 0 ? -1 : 0; position < length; position++) {
      if (elements.count === ELEMENTS_PER_CHUNK_MAX) left = this.cut(batch, left, batch.at[row]!, output);
      elements.rows[elements.count] = row;
      elements.positions[elements.count] = position;
      elements.eventTimeMs[elements.count] = batch.eventTimeMs[row]! + (position < 0 ? 0 : Math.floor((first + position) * step));
      elements.count += 1;
      if (position < 0) break;
    }
    return left;
  }

  /** Emits what is there, with the progress before input `at`. */
  private cut(batch: Batch, progress: Progress, at: number, output: Output): Progress {
    const [before, after] = splitProgress(progress, at);
    this.flush(batch, before, output);
    return after;
  }

  private flush(batch: Batch, progress: Progress, output: Output): void {
    const { elements } = this;
    const { config, schema } = this.options;
    const { count } = elements;
    const columns = batch.columns.map((column, index) => (this.lists.includes(index) && column.kind === 'list' ? pickElements(column, elements) : gatherColumn(column, elements.rows, count)));
    if (config.index !== null) columns.push(indexColumn(elements));
    const eventTimeMs = elements.eventTimeMs.slice(0, count);
    if (config.timeColumn !== null) columns.push({ kind: 'timestampMs', values: eventTimeMs, validity: null });
    const at = new Float64Array(count);
    for (let i = 0; i < count; i++) at[i] = batch.at[elements.rows[i]!]!;
    elements.count = 0;
    this.counters.rowsOut += count;
    output.emit({ batch: { schema, rowCount: count, columns, eventTimeMs, at }, progress });
  }
}

function pickElements({ offsets, values }: ListColumn, { rows, positions, count }: Elements): Column {
  const picked = sameKind(values, count);
  const validity = missing(positions, count);
  for (let i = 0; i < count; i++) if (positions[i]! >= 0) picked[i] = values[offsets[rows[i]!]! + positions[i]!]!;
  if (picked instanceof Float64Array) return { kind: 'float64', values: picked, validity };
  return picked instanceof Float32Array ? { kind: 'float32', values: picked, validity } : { kind: 'int32', values: picked, validity };
}

function indexColumn({ positions, count }: Elements): Column {
  return { kind: 'int32', values: positions.slice(0, count), validity: missing(positions, count) };
}

/** Validity of elements of which those at position -1 stand for an empty list. */
function missing(positions: Int32Array, count: number): Uint8Array | null {
  let validity: Uint8Array | null = null;
  for (let i = 0; i < count; i++) {
    if (positions[i]! >= 0) continue;
    validity ??= new Uint8Array(count).fill(1);
    validity[i] = 0;
  }
  return validity;
}
