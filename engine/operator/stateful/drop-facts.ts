import type { Batch } from '../../batch/batch';
import type { DropFact, Output } from '../operator';

/** Facts that one chunk reports; the counters have all rows. */
export const FACTS_PER_CHUNK_MAX = 100;

/** Tells which rows an operator dropped, the first ones of each chunk. */
export class DropFacts {
  private told = 0;

  constructor(private readonly node: string) {}

  /** Begins a chunk. */
  begin(): void {
    this.told = 0;
  }

  tell(reason: DropFact['reason'], row: { readonly at: number; readonly eventTimeMs: number; readonly watermarkMs: number }, output: Output): void {
    if (this.told++ < FACTS_PER_CHUNK_MAX) output.dropped({ ...row, node: this.node, reason, windowEndMs: null });
  }

  tellRow(reason: DropFact['reason'], batch: Batch, row: number, watermarkMs: number, output: Output): void {
    if (this.told < FACTS_PER_CHUNK_MAX) this.tell(reason, { at: batch.at[row]!, eventTimeMs: batch.eventTimeMs[row]!, watermarkMs }, output);
  }
}
