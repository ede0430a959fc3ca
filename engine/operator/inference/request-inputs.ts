import type { Batch } from '../../batch/batch';
import type { Schema } from '../../schema/schema';
import { fieldIndex, isList } from '../../schema/schema';
import { PLAN_LIMITS } from '../../plan/limits';
import type { InputTensor } from '../operator';
import { tensorOf, tensorTypeOf } from './tensor-columns';

/** Makes the input tensors of a model from rows. */
export class RequestInputs {
  private readonly names: readonly (readonly [string, readonly string[]])[];
  private readonly columns: readonly number[];
  /** Columns with lists that may differ in length from row to row. */
  private readonly variable: readonly number[];

  constructor(
    inputs: Readonly<Record<string, readonly string[]>>,
    private readonly schema: Schema,
    private readonly shapes: Readonly<Record<string, readonly (number | null)[]>> = {}
  ) {
    this.names = Object.entries(inputs);
    this.columns = [...new Set(this.names.flatMap(([, columns]) => columns))].map(name => fieldIndex(schema, name));
    this.variable = this.columns.filter(index => {
      const { type } = schema.fields[index]!;
      return isList(type) && type.size === undefined;
    });
  }

  /** The rows without a null input, and the others. */
  split(batch: Batch): { readonly complete: Int32Array; readonly incomplete: Int32Array } {
    const validities = this.columns.flatMap(index => batch.columns[index]!.validity ?? []);
    const rows = Int32Array.from({ length: batch.rowCount }, (_, row) => row);
    if (validities.length === 0) return { complete: rows, incomplete: new Int32Array(0) };
    const isComplete = (row: number): boolean => validities.every(validity => validity[row] === 1);
    return { complete: rows.filter(isComplete), incomplete: rows.filter(row => !isComplete(row)) };
  }

  /** `rows` in requests of at most `rowsMax`, each of rows whose lists are equally long. */
  requestRows(batch: Batch, rows: Int32Array, rowsMax: number = PLAN_LIMITS.requestRowsMax): Int32Array[] {
    const groups = this.variable.length === 0 ? [rows] : this.byLength(batch, rows);
    const requests: Int32Array[] = [];
    for (const group of groups) for (let from = 0; from < group.length; from += rowsMax) requests.push(group.subarray(from, from + rowsMax));
    return requests;
  }

  tensors(batch: Batch, rows: Int32Array): Record<string, InputTensor> {
    const tensors: Record<string, InputTensor> = {};
    for (const [name, columns] of this.names) {
      const tensor = tensorOf(batch, rows, columns, tensorTypeOf(this.schema, columns));
      const shape = this.shapes[name];
      tensors[name] = shape === undefined ? tensor : { ...tensor, dims: filled(shape, tensor.data.length) };
    }
    return tensors;
  }

  private byLength(batch: Batch, rows: Int32Array): Int32Array[] {
    const groups = new Map<string, number[]>();
    for (const row of rows) {
      const lengths = this.variable.map(index => lengthAt(batch, index, row)).join();
      const known = groups.get(lengths);
      if (known === undefined) groups.set(lengths, [row]);
      else known.push(row);
    }
    return [...groups.values()].map(group => Int32Array.from(group));
  }
}

/** `shape` with its open size filled; the runtime refuses what does not come out even. */
function filled(shape: readonly (number | null)[], count: number): readonly number[] {
  const fixed = shape.reduce<number>((product, size) => product * (size ?? 1), 1);
  return shape.map(size => size ?? Math.floor(count / fixed));
}

function lengthAt(batch: Batch, index: number, row: number): number {
  const column = batch.columns[index]!;
  return column.kind === 'list' ? column.offsets[row + 1]! - column.offsets[row]! : 1;
}
