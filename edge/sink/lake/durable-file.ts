import { constants, promises as fs } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Env } from '../../env/env';
import { storageError } from '../../store/storage-error';

/**
 * Writes `bytes` to `path` so that the file is either whole and on disk or not there: temporary file, fsync, link under
 * the final name, fsync of the folder. Gives false, and leaves the file, when one of that name exists.
 */
export async function createDurably(path: string, bytes: Uint8Array, env: Env): Promise<boolean> {
  try {
    const folder = dirname(path);
    await makeFolder(folder);
    const temporary = join(folder, `.${process.pid}-${env.randomHex(6)}.tmp`);
    const file = await fs.open(temporary, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o644);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    const created = await fs.link(temporary, path).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false;
        throw error;
      }
    );
    await fs.unlink(temporary);
    if (created) await syncFolder(folder);
    return created;
  } catch (error) {
    throw storageError(error, path);
  }
}

/** Creates `folder` and its parents, each entry on disk before the next. */
async function makeFolder(folder: string): Promise<void> {
  const first = await fs.mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let path = folder; path.length >= first.length; path = dirname(path)) await syncFolder(dirname(path));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what a killed process left behind. */
export async function removeTemporaries(folder: string): Promise<void> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw storageError(error, folder);
  });
  for (const entry of entries) if (entry.isFile() && /^\.\d+-[a-z0-9]+\.tmp$/.test(entry.name)) await fs.rm(join(entry.parentPath, entry.name), { force: true });
}
