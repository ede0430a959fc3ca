import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LittoralError } from '../../engine/error';

/** File of an agent's data folder that holds its state. */
const STORE_FILE = 'agent.db';

interface ReadOnlyDb {
  prepare(sql: string): { get(parameter: string): Readonly<Record<string, unknown>> | undefined };
  close(): void;
}

/** Highest release of `pipelineId` that the agent with this data folder has ever activated; null: none. Reads only, also while the agent runs. */
export async function installedRelease(dataDir: string, pipelineId: string): Promise<number | null> {
  if (!existsSync(dataDir)) throw new LittoralError('FOLDER_MISSING', `data folder "${dataDir}": there is none; the folder of an agent (\`littoral run --data\`) was expected. Check the path.`);
  const path = join(dataDir, STORE_FILE);
  if (!existsSync(path)) return null;
  const db = await openReadOnly(path);
  try {
    const release = db.prepare('SELECT release FROM release WHERE pipeline = ?').get(pipelineId)?.['release'];
    return release === undefined ? null : Number(release);
  } catch (cause) {
    throw new LittoralError('STORE_UNREADABLE', `store "${path}": it cannot be read (${cause instanceof Error ? cause.message : String(cause)}); the state of an agent was expected. Check the folder.`, { cause });
  } finally {
    db.close();
  }
}

async function openReadOnly(path: string): Promise<ReadOnlyDb> {
  const { DatabaseSync } = await import('@photostructure/sqlite');
  return new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
}
