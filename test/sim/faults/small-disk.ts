import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BALLAST = 'ballast';
const CHUNK_BYTES = 4_096;

/** A file system of its own in memory. */
export interface SmallDisk {
  /** Takes all room that is left. */
  fill(): void;
  free(): void;
  unmount(): void;
}

/** Mounts one of `bytes` at `folder`. Throws when this user may not. */
export function mountSmallDisk(folder: string, bytes: number): SmallDisk {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'tmpfs', folder], { encoding: 'utf8' });
  if (made.error !== undefined || made.status !== 0) throw new Error(`no file system could be mounted: ${made.error?.message ?? made.stderr}`);
  return {
    fill: () => fill(join(folder, BALLAST)),
    free: () => rmSync(join(folder, BALLAST), { force: true }),
    unmount: () => void spawnSync('umount', [folder])
  };
}

/** Whether this user may mount file systems. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'littoral-mount-'));
  try {
    mountSmallDisk(folder, CHUNK_BYTES).unmount();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fill(path: string): void {
  const file = openSync(path, 'w');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  try {
    for (;;) writeSync(file, chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}
