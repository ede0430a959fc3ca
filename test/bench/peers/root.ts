import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package-lock.json')) ? folder : rootAbove(dirname(folder));
}

/** Root of the repository, also from a bundle in its cache. */
export const ROOT = rootAbove(import.meta.dirname);

/** Where the peers are installed. */
export const PEERS = join(ROOT, '.cache', 'peers');
