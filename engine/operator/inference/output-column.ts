import type { Column } from '../../batch/batch';
import { nullColumn } from '../../batch/empty';
import { assert } from '../../error';
import type { PredictOutputType } from '../../plan/nodes/predict';
import { isList } from '../../schema/schema';
import type { Tensor } from '../operator';
import { columnOf } from './tensor-columns';

/** A column that answers of a model fill piece by piece; null where none has. */
export class OutputColumn {
  private readonly numbers: Column;
  private readonly lists: (Float64Array | Float32Array | Int32Array | null)[] = [];

  constructor(
    readonly type: PredictOutputType,
    private readonly rowCount: number
  ) {
    this.numbers = nullColumn(type, rowCount);
    if (isList(type)) this.lists = new Array<null>(rowCount).fill(null);
  }

  /** Puts the rows of `tensor` to `rows`; false, with nothing put, when they do not fit the type. */
  fill(tensor: Tensor, rows: Int32Array): boolean {
    if (isList(this.type)) return this.fillLists(tensor, rows, this.type.list, this.type.size);
    const column = columnOf(tensor, this.type, rows.length);
    if (column === null) return false;
    const { numbers } = this;
    assert(numbers.kind === column.kind && numbers.validity !== null && 'values' in numbers && 'values' in column, 'outputs are numbers');
    const target = numbers.values as Float64Array;
    const values = column.values as Float64Array;
    for (let i = 0; i < rows.length; i++) {
      target[rows[i]!] = values[i]!;
      numbers.validity[rows[i]!] = 1;
    }
    return true;
  }

  /** The same number in `rows`. */
  fillWith(value: number, rows: readonly number[]): void {
    const { numbers } = this;
    assert(numbers.validity !== null && 'values' in numbers, 'a fallback is for numbers');
    for (const row of rows) {
      if (numbers.kind === 'int64') numbers.values[row] = BigInt(value);
      else (numbers.values as Float64Array)[row] = value;
      numbers.validity[row] = 1;
    }
  }

  build(): Column {
    if (!isList(this.type)) {
      const { validity } = this.numbers;
      return validity !== null && !validity.includes(0) ? { ...this.numbers, validity: null } : this.numbers;
    }
    const offsets = new Int32Array(this.rowCount + 1);
    this.lists.forEach((list, row) => (offsets[row + 1] = offsets[row]! + (list?.length ?? 0)));
    const total = offsets[this.rowCount]!;
    const values = this.type.list === 'float64' ? new Float64Array(total) : this.type.list === 'float32' ? new Float32Array(total) : new Int32Array(total);
    this.lists.forEach((list, row) => list !== null && values.set(list, offsets[row]));
    const validity = this.lists.includes(null) ? Uint8Array.from(this.lists, list => (list === null ? 0 : 1)) : null;
    return { kind: 'list', offsets, values, validity };
  }

  private fillLists({ data }: Tensor, rows: Int32Array, element: 'int32' | 'float32' | 'float64', size: number | undefined): boolean {
    const width = data.length / rows.length;
    if (!Number.isSafeInteger(width) || (size !== undefined && width !== size) || data instanceof BigInt64Array || (element === 'int32') !== data instanceof Int32Array) return false;
    for (let i = 0; i < rows.length; i++) this.lists[rows[i]!] = data.slice(i * width, (i + 1) * width);
    return true;
  }
}
