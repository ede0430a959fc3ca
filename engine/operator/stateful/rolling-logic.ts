import { aggregateInputs } from '../../aggregate/aggregate-inputs';
import type { Batch, Column } from '../../batch/batch';
import { columnBuilder } from '../../codec/column-builder';
import type { AnyColumnBuilder } from '../../codec/column-builder';
import type { AggregateUse } from '../../plan/nodes/aggregate-use';
import type { RollingNode } from '../../plan/nodes/stateful';
import type { Schema } from '../../schema/schema';
import { fieldIndex } from '../../schema/schema';
import type { SnapshotReader, SnapshotWriter } from '../operator';
import type { Refusal } from '../signal/row-features';
import { RowFeatures } from '../signal/row-features';
import type { ArrivalLogic, RowsAbout } from './arrival-operator';
import { HeldRows } from './held-rows';
import { STATEFUL_LIMITS } from './limits';

const ROW_LIMIT: Refusal = { code: 'ROW_LIMIT', message: `more rows are kept than the limit allows, ${STATEFUL_LIMITS.rowsMax} of one key, ${STATEFUL_LIMITS.heldRowsMax} with ${STATEFUL_LIMITS.heldBytesMax} bytes of texts and lists over all. Use a shorter span or fewer keys.` };

/** The rows of each key's span, and their aggregates whenever a row comes. */
export class RollingLogic implements ArrivalLogic {
  private readonly rows: HeldRows;
  private readonly features: RowFeatures;
  /** Columns of the input that aggregates read, as they are held. */
  private readonly held: readonly number[];
  private readonly schema: Schema;
  private readonly builders: readonly AnyColumnBuilder[];
  /** Held columns of each aggregate that must be present; none for counts. */
  private readonly counted: readonly (readonly number[])[];
  private readonly presentMins: readonly number[];
  private readonly rowsMax: number;
  private readonly sizeMs: number;
  /** Slots of each key, by arrival. */
  private readonly slots: number[][] = [];
  private places = new Float64Array(0);

  constructor({ span, aggregates, presentMin }: RollingNode['config'], input: Schema, path: string) {
    const columns = [...new Set(aggregates.flatMap(columnsOf))];
    this.held = columns.map(name => fieldIndex(input, name));
    this.schema = { fields: this.held.map(index => input.fields[index]!) };
    this.rows = new HeldRows(this.schema, STATEFUL_LIMITS.heldRowsMax);
    this.features = new RowFeatures(aggregateInputs(aggregates, this.schema, path));
    this.builders = this.schema.fields.map(field => columnBuilder(field.type));
    this.counted = aggregates.map(use => (use.fn === 'count' ? [] : columnsOf(use).map(name => columns.indexOf(name))));
    this.rowsMax = 'rows' in span ? span.rows : STATEFUL_LIMITS.rowsMax;
    this.sizeMs = 'sizeMs' in span ? span.sizeMs : Infinity;
    const least = presentMin ?? ('rows' in span ? span.rows : 1);
    this.presentMins = aggregates.map(use => Math.max(least, sampleMin(use)));
  }

  resize(keyCount: number): void {
    while (this.slots.length < keyCount) this.slots.push([]);
  }

  select(batch: Batch, keys: Int32Array, kept: Int32Array, about: RowsAbout): number {
    const held: Batch = { ...batch, schema: this.schema, columns: this.held.map(index => batch.columns[index]!) };
    let count = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      this.makeRoom(keys[row]!, about, row);
      const refusal = this.take(held, row, keys[row]!);
      if (refusal === null) kept[count++] = row;
      else about.refuse(row, refusal);
    }
    return count;
  }

  columns(): readonly Column[] {
    return this.features.build();
  }

  save(keyCount: number, writer: SnapshotWriter): void {
    this.rows.save(Int32Array.from(this.slots.slice(0, keyCount).flat()), writer);
  }

  load(_keyCount: number, reader: SnapshotReader): void {
    for (const slot of this.rows.load(reader)) this.slots[this.rows.keys[slot]!]!.push(slot);
  }

  private take(held: Batch, row: number, key: number): Refusal | null {
    const slots = this.slots[key]!;
    const timeMs = held.eventTimeMs[row]!;
    const slot = slots.length >= this.rowsMax ? -1 : this.rows.put(held, row, key);
    if (slot < 0) return ROW_LIMIT;
    slots.push(slot);
    const span = this.sizeMs === Infinity ? slots : slots.filter(each => this.rows.timeMs[each]! > timeMs - this.sizeMs && this.rows.timeMs[each]! <= timeMs);
    return this.features.append(this.batchOf(span), 0, span.length, index => this.isShort(index, span));
  }

  /** Forgets what no row to come needs: the oldest one, or what is sizeMs before the watermark. */
  private makeRoom(key: number, about: RowsAbout, row: number): void {
    const slots = this.slots[key]!;
    if (this.sizeMs === Infinity) {
      if (slots.length === this.rowsMax) this.rows.release(slots.shift()!);
      return;
    }
    const untilMs = about.watermarkAt(row) - this.sizeMs;
    if (!slots.some(slot => this.rows.timeMs[slot]! <= untilMs)) return;
    this.slots[key] = slots.filter(slot => {
      const isOld = this.rows.timeMs[slot]! <= untilMs;
      if (isOld) this.rows.release(slot);
      return !isOld;
    });
  }

  private isShort(index: number, span: readonly number[]): boolean {
    const columns = this.counted[index]!;
    if (columns.length === 0) return false;
    let present = 0;
    for (const slot of span) if (columns.every(column => this.rows.columns[column]!.has(slot))) present += 1;
    return present < this.presentMins[index]!;
  }

  private batchOf(span: readonly number[]): Batch {
    const eventTimeMs = new Float64Array(span.length);
    for (let i = 0; i < span.length; i++) {
      const slot = span[i]!;
      eventTimeMs[i] = this.rows.timeMs[slot]!;
      this.rows.append(slot, this.builders, this.builders.length);
    }
    const columns = this.builders.map(builder => {
      const column = builder.build();
      builder.truncate(0);
      return column;
    });
    return { schema: this.schema, rowCount: span.length, columns, eventTimeMs, at: this.ordinals(span.length) };
  }

  /** 0, 1, …, count - 1. */
  private ordinals(count: number): Float64Array {
    if (this.places.length < count) {
      this.places = new Float64Array(count * 2);
      for (let i = 0; i < this.places.length; i++) this.places[i] = i;
    }
    return this.places.subarray(0, count);
  }
}

function columnsOf({ column, otherColumn }: AggregateUse): readonly string[] {
  return [column, otherColumn].flatMap(name => name ?? []);
}

/** Values that a statistic corrected for a sample needs at least, as in pandas. */
function sampleMin({ fn, options }: AggregateUse): number {
  if (options?.['bias'] !== false) return 0;
  return fn === 'kurtosis' ? 4 : 3;
}
