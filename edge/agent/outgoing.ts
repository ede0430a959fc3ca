import type { SinkEmission } from '../../engine/graph/graph-api';
import type { Batch } from '../../engine/batch/batch';
import { sliceBatch } from '../../engine/batch/slice';
import { isEncrypted, sealBatch, type FieldSealer } from '../../engine/crypto/seal-batch';
import type { DeadLetter, StreamType } from '../../engine/operator/operator';
import { rowLetter } from '../../engine/operator/row-letter';
import { rowsEncoder } from '../sink/encode-rows';
import type { SinkBinding } from '../sink/sink-port';
import type { OutboxRow } from '../store/store';
import { encodeContext } from '../telemetry/effect-context';
import type { EffectOrigins } from './effect-origins';

/** Code of the dead letters of rows whose key is not there. */
export const KEY_MISSING = 'KEY_MISSING';

export interface OutgoingOptions {
  readonly key: string;
  readonly binding: SinkBinding;
  /** Of the rows before they are encrypted. */
  readonly type: StreamType;
  readonly sealer: FieldSealer;
  /** `written` rows are in the outbox or have left it; the engine starts where it had given `atCheckpoint` of them. */
  readonly progress: { readonly written: number; readonly atCheckpoint: number };
}

/** Rows of one step on their way out. */
export interface Leaving {
  /** null: none. */
  readonly row: Omit<OutboxRow, 'epoch'> | null;
  /** About rows that must not leave, because their key is not there. */
  readonly letters: readonly DeadLetter[];
}

/** Turns the rows of one sink into outbox rows, and leaves out those that were written before a restart. Each field is encrypted here and nowhere else. */
export class Outgoing {
  private readonly encode: (batch: Batch) => Uint8Array;
  private readonly seals: boolean;
  private count: number;
  private repeated: number;

  constructor(private readonly options: OutgoingOptions) {
    const { binding, type, progress } = options;
    this.encode = rowsEncoder(binding);
    this.seals = type.schema.fields.some(isEncrypted);
    this.count = progress.atCheckpoint;
    this.repeated = progress.written - progress.atCheckpoint;
  }

  /** Rows that the engine has given. */
  get given(): number {
    return this.count;
  }

  /** Rows that have been written; more than given while inputs are read again. */
  get written(): number {
    return this.count + this.repeated;
  }

  take(emission: SinkEmission, nowMs: number, origins: EffectOrigins): Leaving {
    const known = Math.min(this.repeated, emission.batch.rowCount);
    const batch = sliceBatch(emission.batch, known, emission.batch.rowCount);
    this.repeated -= known;
    this.count += known;
    if (batch.rowCount === 0) return { row: null, letters: [] };
    const { sealed, letters } = this.seal(batch, nowMs);
    const row = sealed.rowCount === 0 ? null : { sink: this.options.key, id: this.count, count: sealed.rowCount, createdMs: nowMs, body: this.encode(sealed), context: encodeContext(origins.contextOf(sealed)) };
    this.count += batch.rowCount;
    return { row, letters };
  }

  private seal(batch: Batch, nowMs: number): { readonly sealed: Batch; readonly letters: readonly DeadLetter[] } {
    if (!this.seals) return { sealed: batch, letters: [] };
    const { binding, type, sealer } = this.options;
    const { batch: sealed, refused } = sealBatch(batch, type, { pipelineId: binding.pipeline, sealer });
    const message = `sink "${binding.sink.config.name}": a key of its encrypted columns is not there; expected it in the key file. Start the agent with --keys.`;
    const letters = Array.from({ length: refused.rowCount }, (_none, row) => ({ ...rowLetter(binding.sink.id, refused, row, { code: KEY_MISSING, message }), arrivalTimeMs: nowMs }));
    return { sealed, letters };
  }
}
