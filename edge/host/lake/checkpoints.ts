import { LittoralError } from '../../../engine/error';
import { DeltaSnapshot } from '../../../engine/lake/delta-snapshot';
import { isRecord } from '../../../engine/lake/record';
import { readCheckpoint } from '../../sink/lake/checkpoint-read';
import type { LogListing } from '../../sink/lake/read-snapshot';
import type { LakeStorage } from '../../sink/lake/storage';
import type { DeltaTable } from './delta-log';
import type { FindingSink } from './finding';

/** Whether each checkpoint holds what the log says up to its version, and the hint names one that is there. */
export async function checkCheckpoints(storage: LakeStorage, table: string, { checkpoints }: LogListing, log: DeltaTable, findings: FindingSink): Promise<void> {
  for (const [version, paths] of checkpoints) {
    const expected = log.atCheckpoints.get(version);
    try {
      const snapshot = new DeltaSnapshot(table);
      snapshot.apply(await readCheckpoint(storage, table, version, paths), true);
      const held = [...snapshot.complete().files.keys()].sort();
      if (expected !== undefined && held.join('\n') !== expected.join('\n')) findings.add('CHECKPOINT', `the checkpoint of version ${version} has ${held.length} files; the log has ${expected.length} there, or others.`);
    } catch (error) {
      if (!(error instanceof LittoralError)) throw error;
      findings.add('CHECKPOINT', error.message);
    }
  }
  const bytes = await storage.read(`${table}/_delta_log/_last_checkpoint`);
  if (bytes === null) return;
  const version = hintedVersion(Buffer.from(bytes).toString('utf8'));
  if (version === null || !checkpoints.has(version)) findings.add('CHECKPOINT', `_last_checkpoint names version ${version ?? 'nothing that can be read'}, which has no whole checkpoint.`);
}

function hintedVersion(text: string): number | null {
  try {
    const hint: unknown = JSON.parse(text);
    return isRecord(hint) && typeof hint['version'] === 'number' ? hint['version'] : null;
  } catch {
    return null;
  }
}
