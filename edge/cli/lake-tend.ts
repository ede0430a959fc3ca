import { systemEnv } from '../env/system-env';
import { openLake, openTable } from '../host/lake/open-lake';
import { vacuumTable, type Vacuum } from '../host/lake/vacuum-table';
import type { Compaction } from '../sink/lake/compact-table';
import { LakeTable } from '../sink/lake/lake-table';
import type { LakeStorage } from '../sink/lake/storage';
import { durationMs } from './duration';
import { UsageError } from './verb';
import type { Call, Outcome } from './verb';
import { bytesWords, grouped } from './words';

const OLDER_THAN = '7d';
/** A file that a running writer has not yet committed is younger than this. */
const OLDER_THAN_MS_MIN = 3_600_000;

type Compacted = Compaction & { readonly table: string; readonly groups: number };

/** `lake compact`: joins small files. */
export async function compactOutcome(call: Call): Promise<Outcome> {
  const { storage, tables } = await tablesOf(call);
  const isDryRun = call.flag('dry-run');
  const done: Compacted[] = [];
  for (const name of tables) {
    call.terminal.progress(name);
    const table = await LakeTable.on(storage, name, systemEnv());
    const groups = table.compaction();
    const planned = { filesBefore: table.files, filesAfter: groups.reduce((files, { inputs }) => files - inputs.length + 1, table.files), commits: 0, bytesRead: groups.reduce((sum, { bytes }) => sum + bytes, 0), bytesWritten: 0 };
    done.push({ table: name, groups: groups.length, ...(isDryRun ? planned : await table.compact()) });
  }
  return {
    ok: true,
    document: { ok: true, dryRun: isDryRun, tables: done },
    words: done.map(each => `${each.table}: ${grouped(each.filesBefore)} files ${isDryRun ? 'would be' : 'are'} ${grouped(each.filesAfter)}, ${bytesWords(each.bytesRead)} in ${grouped(each.groups)} groups.`)
  };
}

/** `lake vacuum`: deletes files that only old versions had. */
export async function vacuumOutcome(call: Call): Promise<Outcome> {
  const olderThanMs = durationMs(call.text('older-than') ?? OLDER_THAN, 'older-than');
  if (olderThanMs < OLDER_THAN_MS_MIN && !call.flag('force')) {
    throw new UsageError('littoral lake vacuum: --older-than is less than 1h, within which a running agent may have files that are not committed yet; take more, or add --force when nothing writes to the lake');
  }
  const { storage, tables } = await tablesOf(call);
  const done: Vacuum[] = [];
  for (const name of tables) {
    call.terminal.progress(name);
    done.push(await vacuumTable(storage, name, { nowMs: systemEnv().nowMs(), olderThanMs, dryRun: call.flag('dry-run') }));
  }
  return {
    ok: true,
    document: { ok: true, dryRun: call.flag('dry-run'), tables: done },
    words: done.map(({ table, deleted, bytes, kept }) => `${table}: ${grouped(deleted.length)} files, ${bytesWords(bytes)}, ${call.flag('dry-run') ? 'would be deleted' : 'deleted'}; ${grouped(kept)} of older versions stay.`)
  };
}

async function tablesOf(call: Call): Promise<{ readonly storage: LakeStorage; readonly tables: readonly string[] }> {
  const name = call.operands[2] ?? call.text('table');
  if (name === undefined) return await openLake(call.operand(1));
  const { storage, table } = await openTable(call.operand(1), name);
  return { storage, tables: [table] };
}
