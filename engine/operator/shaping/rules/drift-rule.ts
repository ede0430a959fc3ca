import type { Batch } from '../../../batch/batch';
import type { Chunk, SnapshotReader, SnapshotWriter } from '../../operator';
import type { Rule } from './rule';
import { BROKEN, withRoom } from './rule';

/** Broken while a column has been missing in so many rows of a key on end. */
export class DriftRule implements Rule {
  readonly keyed = true;
  private streaks: readonly Float64Array[];
  private keyCount = 0;

  constructor(private readonly options: { readonly columns: readonly { readonly name: string; readonly index: number }[]; readonly rows: number }) {
    this.streaks = options.columns.map(() => new Float64Array(0));
  }

  check({ batch }: Chunk, keys: Int32Array, verdicts: Uint8Array): number {
    for (let row = 0; row < batch.rowCount; row++) if (keys[row]! >= this.keyCount) this.keyCount = keys[row]! + 1;
    this.streaks = this.streaks.map(streaks => withRoom(streaks, this.keyCount, 0));
    this.options.columns.forEach(({ index }, position) => {
      const { validity } = batch.columns[index]!;
      const streaks = this.streaks[position]!;
      for (let row = 0; row < batch.rowCount; row++) {
        const key = keys[row]!;
        if (key < 0) continue;
        const missing = validity !== null && validity[row] === 0;
        streaks[key] = missing ? streaks[key]! + 1 : 0;
        if (streaks[key]! >= this.options.rows) verdicts[row] = BROKEN;
      }
    });
    return 0;
  }

  words(batch: Batch, row: number): string {
    const missing = this.options.columns.filter(({ index }) => batch.columns[index]!.validity?.[row] === 0);
    return `${missing.map(({ name }) => `"${name}"`).join(', ')} missing in ${this.options.rows} rows on end; expected the columns of the schema. The device may send other messages than before`;
  }

  snapshot(writer: SnapshotWriter): void {
    writer.u32(this.keyCount);
    for (const streaks of this.streaks) writer.f64s(streaks.subarray(0, this.keyCount));
  }

  restore(reader: SnapshotReader): void {
    this.keyCount = reader.u32();
    this.streaks = this.streaks.map(() => reader.f64s());
  }
}
