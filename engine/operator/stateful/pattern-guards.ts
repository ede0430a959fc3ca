import type { Batch, Column } from '../../batch/batch';
import type { AnyColumnBuilder } from '../../codec/column-builder';
import { columnBuilder } from '../../codec/column-builder';
import { assert } from '../../error';
import type { Expression } from '../../expression/ast';
import { columnsOf } from '../../expression/columns-of';
import type { PreparedExpression } from '../../expression/evaluate';
import type { PatternVariable } from '../../plan/nodes/pattern';
import type { Field, Schema } from '../../schema/schema';
import { fieldIndex } from '../../schema/schema';
import { prepareGuard } from './guard';

/** A column of the last row of an earlier variable. */
export interface Reference {
  readonly variable: number;
  readonly column: string;
}

/** What conditions of a pattern may name: columns of the row, and `NAME.column` of each variable, null where it has no row yet. */
export class GuardColumns {
  readonly schema: Schema;
  private readonly references = new Map<string, Reference>();

  constructor(
    readonly input: Schema,
    sequence: readonly Pick<PatternVariable, 'name'>[]
  ) {
    const fields: Field[] = [...input.fields];
    const taken = new Set(input.fields.map(({ name }) => name));
    sequence.forEach(({ name }, variable) => {
      for (const field of input.fields) {
        const full = `${name}.${field.name}`;
        if (taken.has(full)) continue;
        fields.push({ ...field, name: full, nullable: true });
        this.references.set(full, { variable, column: field.name });
      }
    });
    this.schema = { fields };
  }

  sourceOf(name: string): Source {
    return { field: this.schema.fields[fieldIndex(this.schema, name)]!, reference: this.references.get(name) ?? null };
  }
}

/** What a condition reads: columns of the row, and columns of earlier rows. */
interface Source {
  readonly field: Field;
  readonly reference: Reference | null;
}

/** Where the values that a condition reads come from. */
export interface GuardValues {
  row(column: string, into: AnyColumnBuilder): void;
  reference(reference: Reference, into: AnyColumnBuilder): void;
}

/** A condition of a pattern. */
export class PatternGuard {
  private readonly sources: readonly Source[];
  private readonly builders: readonly AnyColumnBuilder[];
  private readonly schema: Schema;
  private readonly prepared: PreparedExpression;

  constructor(
    when: Expression,
    private readonly columns: GuardColumns,
    path: string
  ) {
    prepareGuard(when, columns.schema, 'pattern', path);
    this.sources = columnsOf(when).map(name => columns.sourceOf(name));
    this.builders = this.sources.map(({ field }) => columnBuilder(field.type));
    this.schema = { fields: this.sources.map(({ field }) => field) };
    this.prepared = prepareGuard(when, this.schema, 'pattern', path);
  }

  get references(): readonly Reference[] {
    return this.sources.flatMap(({ reference }) => reference ?? []);
  }

  /** Columns of the row itself. */
  get rowColumns(): readonly string[] {
    return this.sources.flatMap(({ field, reference }) => (reference === null ? [field.name] : []));
  }

  /** One bool per row of `batch`, for conditions without references. */
  ofBatch(batch: Batch): Column {
    const columns = this.sources.map(({ field }) => batch.columns[fieldIndex(this.columns.input, field.name)]!);
    return this.prepared.evaluate({ ...batch, schema: this.schema, columns });
  }

  /** Whether it is true of one row. */
  isTrue(values: GuardValues): boolean {
    const columns = this.sources.map(({ field, reference }, index) => {
      const into = this.builders[index]!;
      if (reference === null) values.row(field.name, into);
      else values.reference(reference, into);
      const column = into.build();
      into.truncate(0);
      return column;
    });
    const truth = this.prepared.evaluate({ schema: this.schema, rowCount: 1, columns, eventTimeMs: ONE, at: ONE });
    assert(truth.kind === 'bool', 'a condition is bool');
    return truth.values[0] === 1 && (truth.validity === null || truth.validity[0] === 1);
  }
}

const ONE = new Float64Array(1);
