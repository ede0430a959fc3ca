import { openDb } from './db';

/** Holds the data folder for this process; the operating system lets go of it when the process dies, however it dies. */
export interface FolderLock {
  release(): void;
}

/** Rejects with `STORE_LOCKED` when another living agent uses the folder. */
export async function lockFolder(path: string): Promise<FolderLock> {
  const db = await openDb(path, { busyMs: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw error;
  }
  let held = true;
  return {
    release: () => {
      if (!held) return;
      held = false;
      db.exec('ROLLBACK');
      db.close();
    }
  };
}
