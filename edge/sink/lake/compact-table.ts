import { LittoralError } from '../../../engine/error';
import { concatBatches } from '../../../engine/batch/concat';
import type { Batch } from '../../../engine/batch/batch';
import { planCompaction, type CompactionGroup, type CompactionOptions } from '../../../engine/lake/compaction-plan';
import type { DeltaSnapshot } from '../../../engine/lake/delta-snapshot';
import type { AddedFile } from '../../../engine/lake/delta-text';
import { fileSchema } from '../../../engine/lake/table-schema';
import type { Schema } from '../../../engine/schema/schema';
import type { Env } from '../../env/env';
import { createDataFile, readDataFile, storedColumns } from './data-file';
import type { DeltaLog } from './delta-log';
import { ParquetFile } from './parquet-file';
import type { LakeStorage } from './storage';

/** What compaction did to a table. */
export interface Compaction {
  readonly filesBefore: number;
  readonly filesAfter: number;
  readonly commits: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

interface Work {
  readonly storage: LakeStorage;
  readonly log: DeltaLog;
  readonly env: Env;
  /** Asked before each group. */
  readonly isStopped: () => boolean;
}

const LOST_RACES_MAX = 5;
/** Rows of a row group of a joined file: small enough that making it does not hold up the agent. */
const GROUP_ROWS = 25_000;

/**
 * Joins small files of a table, one group and one version at a time, with `dataChange` false: the rows stay the same. Old
 * files stay for older versions. Throws `LAKE_CONFLICT` when another writer keeps taking the files away.
 */
export async function compactTable({ storage, log, env, isStopped }: Work, options: CompactionOptions): Promise<Compaction> {
  await log.catchUp();
  const filesBefore = log.table.files.size;
  let [commits, bytesRead, bytesWritten, lostRaces] = [0, 0, 0, 0];
  for (;;) {
    const group = log.table.isEmpty || isStopped() ? undefined : planCompaction(log.table.files.values(), options)[0];
    if (group === undefined) break;
    const joined = await join({ storage, env }, log.table, group);
    const done = await log.commit(async table => (holdsAll(table, group) ? { change: changeOf(group, joined, env.nowMs()) } : null));
    if (done === null && ++lostRaces > LOST_RACES_MAX) {
      throw new LittoralError('LAKE_CONFLICT', `lake table "${log.table.table}": another writer took files away while they were joined, ${lostRaces} times. Compact it when less is written.`, { retryable: true });
    }
    if (done === null) continue;
    commits += 1;
    bytesRead += group.bytes;
    bytesWritten += joined.size;
  }
  return { filesBefore, filesAfter: log.table.files.size, commits, bytesRead, bytesWritten };
}

function holdsAll(table: DeltaSnapshot, { inputs }: CompactionGroup): boolean {
  return inputs.every(({ path }) => table.files.has(path));
}

function changeOf({ inputs }: CompactionGroup, joined: AddedFile, nowMs: number) {
  return {
    operation: 'OPTIMIZE' as const,
    parameters: { predicate: '[]', auto: 'false' },
    adds: [joined],
    removes: inputs.map(file => ({ path: file.path, partitionValues: file.partition, size: file.bytes })),
    dataChange: false,
    nowMs
  };
}

/** The rows of a group's files, one after the other, as one file. Holds one row group and the bytes of the new file. */
async function join({ storage, env }: Pick<Work, 'storage' | 'env'>, table: DeltaSnapshot, { partition, inputs }: CompactionGroup): Promise<AddedFile> {
  const { columns, partitionColumns } = table.metaData;
  const schema = fileSchema(table.table, columns, partitionColumns);
  const file = new ParquetFile(schema.fields);
  let waiting: Batch[] = [];
  let rows = 0;
  for (const input of inputs) {
    for await (const batch of readDataFile(storage, table.table, input, schema)) {
      waiting.push(batch);
      rows += batch.rowCount;
      if (rows < GROUP_ROWS) continue;
      flush(file, schema, waiting);
      await new Promise<void>(done => env.soon(done));
      [waiting, rows] = [[], 0];
    }
  }
  if (rows > 0) flush(file, schema, waiting);
  const stem = `compact-${String(table.version).padStart(10, '0')}`;
  return await createDataFile(storage, table.table, { partition, folder: null, stem }, file.finish());
}

function flush(file: ParquetFile, schema: Schema, batches: readonly Batch[]): void {
  const rows = concatBatches(schema, batches);
  file.add(rows.rowCount, storedColumns(rows, []));
}
