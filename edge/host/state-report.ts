import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LittoralError } from '../../engine/error';
import { carryState } from '../../engine/graph/carry-state';
import { compareState, type StateCompatibility } from '../../engine/graph/state-compatibility';
import type { Plan } from '../../engine/plan/plan';
import { keptFiles } from '../agent/bundle-store';
import { runnableOf } from './evidence';

interface ReadOnlyDb {
  prepare(sql: string): { get(): Readonly<Record<string, unknown>> | undefined };
  close(): void;
}

/** What an agent's state would become under another Plan. */
export interface StateReport {
  readonly pipeline: string;
  /** The active release. */
  readonly release: number;
  readonly compatibility: StateCompatibility;
}

/**
 * What becomes of the state in the data folder of an agent when `plan` takes over: by the last checkpoint, so rows that came
 * since then are not in its numbers. Reads only, also while the agent runs. null: nothing is active there. Rejects with
 * `FOLDER_MISSING`, `STORE_UNREADABLE`, `STORE_BUNDLE`.
 */
export async function stateReport(dataDir: string, plan: Plan): Promise<StateReport | null> {
  if (!existsSync(dataDir)) throw new LittoralError('FOLDER_MISSING', `data folder "${dataDir}": there is none; the folder of an agent (\`littoral run --data\`) was expected. Check the path.`);
  const path = join(dataDir, 'agent.db');
  if (!existsSync(path)) return null;
  const found = await readActive(path);
  if (found === null) return null;
  const { pipeline, release, sha256, snapshot } = found;
  const running = runnableOf(await keptFiles(dataDir, sha256)).plan;
  const compatibility = running.name !== plan.name ? compareState({ ...running, nodes: [] }, plan, null) : snapshot === null ? compareState(running, plan, new Map()) : carryState(snapshot, running, plan).compatibility;
  return { pipeline, release, compatibility };
}

async function readActive(path: string): Promise<{ readonly pipeline: string; readonly release: number; readonly sha256: string; readonly snapshot: Uint8Array | null } | null> {
  const { DatabaseSync } = await import('@photostructure/sqlite');
  const db: ReadOnlyDb = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  try {
    const active = db.prepare('SELECT pipeline, release, sha256 FROM active').get();
    if (active === undefined) return null;
    const snapshot = db.prepare("SELECT value FROM state WHERE name = 'graph'").get()?.['value'];
    return { pipeline: String(active['pipeline']), release: Number(active['release']), sha256: String(active['sha256']), snapshot: snapshot instanceof Uint8Array ? snapshot : null };
  } catch (cause) {
    throw new LittoralError('STORE_UNREADABLE', `store "${path}": it cannot be read (${cause instanceof Error ? cause.message : String(cause)}); the state of an agent was expected. Check the folder.`, { cause });
  } finally {
    db.close();
  }
}
