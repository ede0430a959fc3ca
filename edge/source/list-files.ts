import { promises as fs, type Stats } from 'node:fs';
import { join } from 'node:path';
import { topicMatches } from '../../engine/graph/topic-filter';

/** A regular file below the folder of a source. */
export interface FoundFile {
  /** Device and inode. */
  readonly id: string;
  /** Below the folder, levels separated by `/`. */
  readonly path: string;
  readonly file: string;
  readonly size: number;
  readonly modifiedMs: number;
  /** When it was made; null where the file system does not tell. */
  readonly bornMs: number | null;
  /** Whether the source asks for files of this name. */
  readonly wanted: boolean;
}

export interface FileFilter {
  readonly topic: string;
  readonly suffix?: string;
}

/** Files and folders of one source; beyond that the rest is not looked at, which its problem says. */
export const FILES_MAX = 10_000;
const DEPTH_MAX = 32;
/** Characters with a meaning in topics. */
const UNSAFE = /[+#%\0]/g;

/** The topic of messages of the file at `path`. */
export function topicOfPath(path: string): string {
  return path.replace(UNSAFE, encodeURIComponent);
}

/** Regular files below `root`, by path; links are not followed. `complete` is false when there are more than `FILES_MAX`. Rejects when `root` cannot be read. */
export async function listFiles(root: string, filter: FileFilter): Promise<{ readonly files: readonly FoundFile[]; readonly complete: boolean }> {
  const files: FoundFile[] = [];
  const folders: { readonly path: string; readonly depth: number }[] = [{ path: '', depth: 0 }];
  let seen = 0;
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    const entries = await entriesOf(join(root, folder.path), folder.depth === 0);
    for (const entry of entries) {
      if (++seen > FILES_MAX) return { files, complete: false };
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
      if (entry.isDirectory() && folder.depth < DEPTH_MAX) folders.push({ path, depth: folder.depth + 1 });
      if (!entry.isFile()) continue;
      const file = join(root, path);
      const stats = await statOf(file);
      if (stats?.isFile() !== true) continue;
      const wanted = (filter.suffix === undefined || path.endsWith(filter.suffix)) && topicMatches(filter.topic, topicOfPath(path));
      files.push({ id: `${stats.dev}-${stats.ino}`, path, file, size: stats.size, modifiedMs: stats.mtimeMs, bornMs: bornMs(stats), wanted });
    }
  }
  return { files, complete: true };
}

/** Node gives the time of the last change of the inode where the system knows no time of birth. */
function bornMs({ birthtimeMs, ctimeMs }: Stats): number | null {
  return birthtimeMs > 0 && birthtimeMs < ctimeMs ? Math.floor(birthtimeMs) : null;
}

async function entriesOf(folder: string, required: boolean): Promise<readonly { readonly name: string; isDirectory(): boolean; isFile(): boolean }[]> {
  try {
    const entries = await fs.readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (required || !isGone(error)) throw error;
    return [];
  }
}

async function statOf(file: string): Promise<Stats | null> {
  try {
    return await fs.lstat(file);
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/** Whether a file went away, or may not be read, between looking and opening. */
export function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'EPERM';
}
