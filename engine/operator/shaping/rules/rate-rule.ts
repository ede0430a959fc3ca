import type { Batch } from '../../../batch/batch';
import { assert } from '../../../error';
import type { Chunk, SnapshotReader, SnapshotWriter } from '../../operator';
import { shownCell } from '../shown-cell';
import type { Rule } from './rule';
import { BROKEN, withRoom } from './rule';

/**
 * Bounds the change per second of each key. A value is held against the newest one that kept the rule, so that one spike does not
 * make its successor a second one; values that are not newer than that cannot be judged and pass.
 */
export class RateRule implements Rule {
  readonly keyed = true;
  private lastMs: Float64Array = new Float64Array(0);
  private lastValue: Float64Array = new Float64Array(0);
  private keyCount = 0;

  constructor(private readonly options: { readonly name: string; readonly index: number; readonly maxPerSecond: number }) {}

  check({ batch }: Chunk, keys: Int32Array, verdicts: Uint8Array): number {
    const column = batch.columns[this.options.index]!;
    const { validity } = column;
    assert(column.kind !== 'list' && column.kind !== 'binary' && column.kind !== 'utf8', 'a column of numbers');
    for (let row = 0; row < batch.rowCount; row++) {
      const key = keys[row]!;
      if (key < 0 || (validity !== null && validity[row] === 0)) continue;
      this.cover(key);
      const timeMs = batch.eventTimeMs[row]!;
      const value = Number(column.values[row]!);
      if (timeMs <= this.lastMs[key]!) continue;
      const seconds = (timeMs - this.lastMs[key]!) / 1000;
      const isFirst = this.lastMs[key] === -Infinity;
      const keeps = isFirst ? Number.isFinite(value) : Math.abs(value - this.lastValue[key]!) <= this.options.maxPerSecond * seconds;
      if (keeps) {
        this.lastMs[key] = timeMs;
        this.lastValue[key] = value;
      } else verdicts[row] = BROKEN;
    }
    return 0;
  }

  words(batch: Batch, row: number): string {
    const { name, index, maxPerSecond } = this.options;
    return `"${name}" is ${shownCell(batch, index, row)}, too far from the value before; expected a change of at most ${maxPerSecond} per second`;
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64s(this.lastMs.subarray(0, this.keyCount));
    writer.f64s(this.lastValue.subarray(0, this.keyCount));
  }

  restore(reader: SnapshotReader): void {
    this.lastMs = reader.f64s();
    this.lastValue = reader.f64s();
    this.keyCount = this.lastMs.length;
  }

  private cover(key: number): void {
    if (key < this.keyCount) return;
    this.keyCount = key + 1;
    this.lastMs = withRoom(this.lastMs, this.keyCount, -Infinity);
    this.lastValue = withRoom(this.lastValue, this.keyCount, 0);
  }
}
