import type { Batch } from '../../batch/batch';
import { assert } from '../../error';
import type { PatternNode } from '../../plan/nodes/pattern';
import type { Field, Schema } from '../../schema/schema';
import { fieldIndex } from '../../schema/schema';
import type { StreamType } from '../operator';
import { numberIn } from './number-slots';
import type { OrderedWork } from './ordered-operator';
import type { LastRows } from './pattern-attempt';
import type { Reference } from './pattern-guards';
import { GuardColumns, PatternGuard } from './pattern-guards';

/** What is held of rows for a pattern: columns that measures and conditions read, and whether simple conditions are true. */
export class PatternRows {
  readonly schema: Schema;
  /** Conditions of the variables, then that of the absence. */
  readonly guards: readonly PatternGuard[];
  private readonly columns: readonly number[];
  /** Place of the bool of each condition in the held row; -1 for conditions that refer to earlier rows. */
  private readonly truths: readonly number[];

  constructor(config: PatternNode['config'], input: StreamType, path: string) {
    const columns = new GuardColumns(input.schema, config.sequence);
    const conditions = [...config.sequence.map(({ when }) => when), ...(config.absence === null ? [] : [config.absence.when])];
    this.guards = conditions.map(when => new PatternGuard(when, columns, path));
    const dynamic = this.guards.filter(guard => guard.references.length > 0);
    const needed = new Set([
      ...config.measures.flatMap(measure => ('column' in measure ? [measure.column] : [])),
      ...dynamic.flatMap(guard => [...guard.rowColumns, ...guard.references.map(({ column }) => column)])
    ]);
    this.columns = [...needed].map(name => fieldIndex(input.schema, name));
    let next = this.columns.length;
    this.truths = this.guards.map(guard => (guard.references.length > 0 ? -1 : next++));
    const simple = this.truths.flatMap((place, index): readonly Field[] => (place < 0 ? [] : [{ name: `#${index}`, type: 'bool', nullable: true }]));
    this.schema = { fields: [...this.columns.map(index => input.schema.fields[index]!), ...simple] };
  }

  of(batch: Batch): Batch {
    const simple = this.guards.filter((_, index) => this.truths[index]! >= 0).map(guard => guard.ofBatch(batch));
    return { ...batch, schema: this.schema, columns: [...this.columns.map(index => batch.columns[index]!), ...simple] };
  }

  /** Place of an input column in the held row. */
  placeOf(column: string): number {
    const place = fieldIndex(this.schema, column);
    assert(place >= 0, `the column ${column} is held`);
    return place;
  }

  /** Whether condition `index` is true of the row, with the last rows of other variables. */
  fits(index: number, slot: number, lasts: LastRows, { rows }: OrderedWork): boolean {
    const place = this.truths[index]!;
    if (place >= 0) return numberIn(rows.columns[place]!, slot) === 1;
    return this.isTrue(index, slot, ({ variable, column }: Reference, into) => {
      const last = lasts[variable];
      if (last === undefined) into.appendNull();
      else rows.columns[this.placeOf(column)]!.append(last, into);
    }, rows);
  }

  /** Whether condition `index` is true of the row, with `reference` for columns of earlier rows. */
  isTrue(index: number, slot: number, reference: Parameters<PatternGuard['isTrue']>[0]['reference'], rows: OrderedWork['rows']): boolean {
    const place = this.truths[index]!;
    if (place >= 0) return numberIn(rows.columns[place]!, slot) === 1;
    return this.guards[index]!.isTrue({ row: (column, into) => rows.columns[this.placeOf(column)]!.append(slot, into), reference });
  }
}
