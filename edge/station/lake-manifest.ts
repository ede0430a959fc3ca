import { promises as fs } from 'node:fs';
import { join, posix } from 'node:path';

/** What a lake folder holds, because HTTP cannot list: paths relative to the lake, POSIX separators, sorted. */
export interface LakeManifest {
  readonly version: 1;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly modifiedMs: number }[];
}

export async function lakeManifest(lakeDir: string): Promise<LakeManifest> {
  const files: { path: string; bytes: number; modifiedMs: number }[] = [];
  const walk = async (relative: string): Promise<void> => {
    const entries = await fs.readdir(join(lakeDir, relative), { withFileTypes: true });
    for (const entry of entries) {
      const path = posix.join(relative, entry.name);
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile() && !entry.name.startsWith('.') && !entry.name.endsWith('.tmp')) {
        const stats = await fs.stat(join(lakeDir, path));
        files.push({ path, bytes: stats.size, modifiedMs: Math.floor(stats.mtimeMs) });
      }
    }
  };
  await walk('');
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { version: 1, files };
}
