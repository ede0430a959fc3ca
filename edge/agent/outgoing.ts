import type { SinkEmission } from '../../engine/graph/graph-api';
import type { SinkNode } from '../../engine/plan/plan';
import type { Batch } from '../../engine/batch/batch';
import { sliceBatch } from '../../engine/batch/slice';
import { rowText } from '../../engine/rows/cell-text';
import { encodeBatch } from '../sink/batch-codec';
import { encodeEffects } from '../sink/effect-codec';
import { prepareTopic } from '../../engine/rows/topic-template';
import type { SinkBinding } from '../sink/sink-port';
import type { OutboxRow } from '../store/store';

/** Turns the rows of one sink into outbox rows, and leaves out those that were written before a restart. */
export class Outgoing {
  private readonly encode: (batch: Batch) => Uint8Array;

  private count: number;
  private repeated: number;

  /** `written` rows are in the outbox or have left it; the engine starts where it had given `atCheckpoint` of them. */
  constructor(
    private readonly key: string,
    binding: SinkBinding,
    progress: { readonly written: number; readonly atCheckpoint: number }
  ) {
    this.encode = encoderOf(binding.sink, binding);
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

  take(emission: SinkEmission, nowMs: number): Omit<OutboxRow, 'epoch'> | null {
    const known = Math.min(this.repeated, emission.batch.rowCount);
    const batch = sliceBatch(emission.batch, known, emission.batch.rowCount);
    this.repeated -= known;
    this.count += known;
    if (batch.rowCount === 0) return null;
    const row = { sink: this.key, id: this.count, count: batch.rowCount, createdMs: nowMs, body: this.encode(batch) };
    this.count += batch.rowCount;
    return row;
  }
}

function encoderOf(sink: SinkNode, binding: SinkBinding): (batch: Batch) => Uint8Array {
  if (sink.config.connector === 'lake') return encodeBatch;
  const topicOf = prepareTopic(sink.config.topic, binding.schema);
  return batch => encodeEffects(Array.from({ length: batch.rowCount }, (_none, row) => ({ topic: topicOf(batch, row), payload: rowText(batch, row) })));
}
