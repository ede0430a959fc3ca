import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';

interface Action {
  readonly add?: { readonly path: string; readonly size: number; readonly partitionValues: Readonly<Record<string, string | null>> };
  readonly remove?: { readonly path: string };
}

/** Every row of a Delta table as its log has it, partition values included. Fails on a file that is added twice, or removed without being there. */
export async function lakeRows(tableDir: string): Promise<Record<string, unknown>[]> {
  const live = new Map<string, NonNullable<Action['add']>>();
  const seen = new Set<string>();
  const log = join(tableDir, '_delta_log');
  for (const name of readdirSync(log).filter(each => /^\d{20}\.json$/.test(each)).sort()) {
    for (const line of readFileSync(join(log, name), 'utf8').trim().split('\n')) {
      const { add, remove } = JSON.parse(line) as Action;
      if (remove !== undefined && !live.delete(remove.path)) throw new Error(`${remove.path} is removed and was not there`);
      if (add === undefined) continue;
      if (seen.has(add.path)) throw new Error(`${add.path} is in the log twice`);
      seen.add(add.path);
      live.set(add.path, add);
    }
  }
  const rows: Record<string, unknown>[] = [];
  for (const add of live.values()) {
    const path = join(tableDir, decodeURIComponent(add.path));
    if (statSync(path).size !== add.size) throw new Error(`${add.path} has another size than the log says`);
    for (const row of await parquetReadObjects({ file: await asyncBufferFromFile(path) })) rows.push({ ...row, ...add.partitionValues });
  }
  return rows;
}
