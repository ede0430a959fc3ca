import type { Batch } from '../batch/batch';
import type { Block } from './vector';
import { BLOCK_ROWS } from './vector';

/** The blocks of `batch`, in order. */
export function* blocksOf(batch: Batch): Iterable<Block> {
  for (let from = 0; from < batch.rowCount; from += BLOCK_ROWS) yield { batch, from, count: Math.min(BLOCK_ROWS, batch.rowCount - from) };
}
