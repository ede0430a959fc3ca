import type { Batch } from '../../batch/batch';
import { identityText } from '../../batch/identity-text';
import { LittoralError } from '../../error';
import type { PredictNode } from '../../plan/nodes/predict';
import { fieldIndex } from '../../schema/schema';
import type { SnapshotReader, SnapshotWriter, StreamType, Tensor } from '../operator';

/** Keys whose states are kept; a row of a further key goes to the dead letters (`KEY_LIMIT`). */
export const RECURRENT_KEYS_MAX = 100_000;

type States = NonNullable<PredictNode['config']['state']>;

/** The state of a recurrent model for each key of a stream: what its state outputs gave last, zeros at first. */
export class RecurrentState {
  private readonly keyColumns: readonly number[];
  private readonly valuesOf = new Map<string, Float64Array>();
  private readonly width: number;

  constructor(
    private readonly states: States,
    input: StreamType
  ) {
    this.keyColumns = input.keys.map(name => fieldIndex(input.schema, name));
    this.width = Object.values(states).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  }

  /** Equal texts are equal keys. */
  keyOf(batch: Batch, row: number): string {
    return identityText(batch, row, this.keyColumns);
  }

  /** False when `key` is new and there is no room for its state. */
  admits(key: string): boolean {
    return this.valuesOf.has(key) || this.valuesOf.size < RECURRENT_KEYS_MAX;
  }

  /** The state inputs for the next row of `key`. */
  tensorsOf(key: string): Record<string, Tensor> {
    const values = this.valuesOf.get(key) ?? new Float64Array(this.width);
    const tensors: Record<string, Tensor> = {};
    let from = 0;
    for (const [name, { shape }] of Object.entries(this.states)) {
      const size = sizeOf(shape);
      tensors[name] = { type: 'float64', dims: shape, data: values.slice(from, from + size) };
      from += size;
    }
    return tensors;
  }

  /** Takes the state outputs of a run for `key`; the sentence that says why not, or null. */
  follow(key: string, outputs: Readonly<Record<string, Tensor>>): string | null {
    const next = new Float64Array(this.width);
    let from = 0;
    for (const { output, shape } of Object.values(this.states)) {
      const tensor = Object.hasOwn(outputs, output) ? outputs[output] : undefined;
      const size = sizeOf(shape);
      if (tensor === undefined || tensor.data.length !== size) return `its state output "${output}" has ${tensor?.data.length ?? 'no'} numbers, expected ${size} (${shape.join(' × ')}). Correct the state of predict.`;
      next.set(tensor.data instanceof BigInt64Array ? Float64Array.from(tensor.data, Number) : tensor.data, from);
      from += size;
    }
    this.valuesOf.set(key, next);
    return null;
  }

  save(writer: SnapshotWriter): void {
    writer.u32(this.valuesOf.size);
    for (const [key, values] of this.valuesOf) {
      writer.text(key);
      writer.f64s(values);
    }
  }

  load(reader: SnapshotReader): void {
    this.valuesOf.clear();
    const count = reader.u32();
    for (let i = 0; i < count; i++) {
      const key = reader.text();
      const values = reader.f64s();
      if (values.length !== this.width) throw new LittoralError('SNAPSHOT_CORRUPT', `the snapshot holds ${values.length} numbers of a model's state, expected ${this.width}; it cannot be restored. Restore an older one or replay the inbox.`);
      this.valuesOf.set(key, values);
    }
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
