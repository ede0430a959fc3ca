import type { Batch, Column } from '../../batch/batch';
import type { SnapshotReader, SnapshotWriter } from '../operator';
import type { NumberBuilder } from '../../codec/column-builder';
import type { ArrivalLogic } from './arrival-operator';
import { numberAt } from './input-column';
import { NumberState } from './number-state';
import { isNullAt } from './slots';

/** New columns computed from one column of numbers and a few numbers per key. */
export abstract class NumberColumnsLogic implements ArrivalLogic {
  protected readonly state: NumberState;

  constructor(
    private readonly columnIndex: number,
    empty: readonly number[],
    private readonly into: readonly NumberBuilder[]
  ) {
    this.state = new NumberState(empty);
  }

  /** Takes `value` into the state that begins at `from`, and appends to each new column. */
  protected abstract step(from: number, value: number): void;
  /** As `step`, where the value is null. */
  protected abstract skip(from: number): void;

  resize(keyCount: number): void {
    this.state.resize(keyCount);
  }

  columns(batch: Batch, keys: Int32Array): readonly Column[] {
    const column = batch.columns[this.columnIndex]!;
    for (let row = 0; row < batch.rowCount; row++) {
      const from = keys[row]! * this.state.width;
      if (isNullAt(column, row)) this.skip(from);
      else this.step(from, numberAt(column, row));
    }
    return this.into.map(builder => {
      const added = builder.build();
      builder.truncate(0);
      return added;
    });
  }

  save(keyCount: number, writer: SnapshotWriter): void {
    this.state.save(keyCount, writer);
  }

  load(keyCount: number, reader: SnapshotReader): void {
    this.state.load(keyCount, reader);
  }
}

/** Appends `value`, null when it is NaN. */
export function appendOrNull(into: NumberBuilder, value: number): void {
  if (Number.isNaN(value)) into.appendNull();
  else into.append(value);
}
