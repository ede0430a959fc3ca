import { LittoralError } from '../error';

/** A LittoralError `SNAPSHOT_CORRUPT` about what a snapshot of aggregates holds. */
export function corruptSnapshot(seen: string): LittoralError {
  return new LittoralError('SNAPSHOT_CORRUPT', `the snapshot holds ${seen}; it cannot be restored. Restore an older one or replay the inbox.`);
}
