import { createHash } from 'node:crypto';
import { join } from 'node:path';

const LEVEL_BYTES_MAX = 200;

/** Whether a level of a path would mean another folder, or nothing. */
export function isDots(level: string): boolean {
  return level === '' || level === '.' || level === '..';
}

/** `path`, whose levels may hold values of rows, below `root`: never outside it, no level longer than file names can be. */
export function pathBelow(root: string, path: string): string {
  return join(root, ...path.split('/').map(safeLevel));
}

function safeLevel(level: string): string {
  if (isDots(level)) return level.replaceAll('.', '%2E') || '%';
  const name = level.replaceAll('\\', '%5C');
  if (Buffer.byteLength(name) <= LEVEL_BYTES_MAX) return name;
  return `${Array.from(name).slice(0, 40).join('')}-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}
