import type { Batch } from '../../../batch/batch';
import { assert } from '../../../error';
import type { PreparedExpression } from '../../../expression/evaluate';
import { shownCell } from '../shown-cell';
import { BROKEN, RowRule } from './rule';

export class NotNullRule extends RowRule {
  constructor(private readonly columns: readonly { readonly name: string; readonly index: number }[]) {
    super();
  }

  protected mark(batch: Batch, verdicts: Uint8Array): void {
    for (const { index } of this.columns) {
      const { validity } = batch.columns[index]!;
      if (validity === null) continue;
      for (let row = 0; row < batch.rowCount; row++) if (validity[row] === 0) verdicts[row] = BROKEN;
    }
  }

  words(batch: Batch, row: number): string {
    const missing = this.columns.filter(({ index }) => batch.columns[index]!.validity?.[row] === 0);
    return `${missing.map(({ name }) => `"${name}"`).join(', ')} missing; expected a value`;
  }
}

export class RangeRule extends RowRule {
  private readonly min: number;
  private readonly max: number;

  constructor(private readonly options: { readonly name: string; readonly index: number; readonly min: number | null; readonly max: number | null }) {
    super();
    this.min = options.min ?? -Infinity;
    this.max = options.max ?? Infinity;
  }

  protected mark(batch: Batch, verdicts: Uint8Array): void {
    const { min, max } = this;
    const column = batch.columns[this.options.index]!;
    const { validity } = column;
    assert(column.kind !== 'utf8' && column.kind !== 'binary', 'a column of numbers');
    for (let row = 0; row < batch.rowCount; row++) {
      if (validity !== null && validity[row] === 0) continue;
      const last = column.kind === 'list' ? column.offsets[row + 1]! : row + 1;
      for (let i = column.kind === 'list' ? column.offsets[row]! : row; i < last; i++) {
        const value = Number(column.values[i]!);
        if (!(value >= min && value <= max)) verdicts[row] = BROKEN;
      }
    }
  }

  words(batch: Batch, row: number): string {
    const { name, index, min, max } = this.options;
    const expected = min === null ? `at most ${max}` : max === null ? `at least ${min}` : `${min} to ${max}`;
    return `"${name}" is ${shownCell(batch, index, row)}; expected ${expected}`;
  }
}

export class OneOfRule extends RowRule {
  private readonly allowed: ReadonlySet<string | number | bigint>;

  /** `values` are those that a column of its kind holds: texts, bigints for int64, else numbers. */
  constructor(private readonly options: { readonly name: string; readonly index: number; readonly values: readonly (string | number | bigint)[] }) {
    super();
    this.allowed = new Set(options.values);
  }

  protected mark(batch: Batch, verdicts: Uint8Array): void {
    const column = batch.columns[this.options.index]!;
    const { validity } = column;
    assert(column.kind !== 'list' && column.kind !== 'binary', 'a column of single values');
    for (let row = 0; row < batch.rowCount; row++) {
      if (validity !== null && validity[row] === 0) continue;
      const value = column.kind === 'utf8' ? column.dictionary.values[column.codes[row]!]! : column.values[row]!;
      if (!this.allowed.has(value)) verdicts[row] = BROKEN;
    }
  }

  words(batch: Batch, row: number): string {
    const { name, index, values } = this.options;
    return `"${name}" is ${shownCell(batch, index, row)}; expected one of the ${values.length} values of the rule`;
  }
}

export class ExpressionRule extends RowRule {
  constructor(private readonly predicate: PreparedExpression) {
    super();
  }

  protected mark(batch: Batch, verdicts: Uint8Array): void {
    const truth = this.predicate.evaluate(batch);
    assert(truth.kind === 'bool', 'a predicate is bool');
    const { values, validity } = truth;
    for (let row = 0; row < batch.rowCount; row++) if (values[row] === 0 && (validity === null || validity[row] === 1)) verdicts[row] = BROKEN;
  }

  words(): string {
    return 'its condition is false; expected true';
  }
}
