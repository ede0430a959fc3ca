import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';

/** Every row of a Delta table as its log has it, partition values included. Fails on a file that is added twice. */
export async function lakeRows(tableDir: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  const seen = new Set<string>();
  const log = join(tableDir, '_delta_log');
  for (const name of readdirSync(log).filter(each => each.endsWith('.json')).sort()) {
    for (const line of readFileSync(join(log, name), 'utf8').trim().split('\n')) {
      const { add } = JSON.parse(line) as { add?: { path: string; size: number; partitionValues: Record<string, string | null> } };
      if (add === undefined) continue;
      if (seen.has(add.path)) throw new Error(`${add.path} is in the log twice`);
      seen.add(add.path);
      const path = join(tableDir, decodeURIComponent(add.path));
      if (statSync(path).size !== add.size) throw new Error(`${add.path} has another size than the log says`);
      for (const row of await parquetReadObjects({ file: await asyncBufferFromFile(path) })) rows.push({ ...row, ...add.partitionValues });
    }
  }
  return rows;
}
