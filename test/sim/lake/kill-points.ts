import type { LakeStorage } from '../../../edge/sink/lake/storage';

/** Moments at which a writer can be ended: before or after a file of a kind is created. */
export const KILL_POINTS = ['data', 'log', 'sidecar', 'compact', 'checkpoint', 'hint'].flatMap(kind => [`${kind}:before`, `${kind}:after`]);

function kindOf(path: string): string {
  if (path.endsWith('.checkpoint.parquet')) return 'checkpoint';
  if (path.endsWith('_last_checkpoint')) return 'hint';
  if (path.includes('/_delta_log/')) return 'log';
  if (path.includes('/_metadata/')) return 'sidecar';
  return path.includes('/compact-') ? 'compact' : 'data';
}

/** `inner`, whose `count`-th creation at `point` is not lived through. */
export function deadlyStorage(inner: LakeStorage, point: string, count: number, die: () => void): LakeStorage {
  let left = count;
  const pass = (path: string, moment: string): void => {
    if (`${kindOf(path)}:${moment}` === point && --left === 0) die();
  };
  return {
    name: inner.name,
    list: prefix => inner.list(prefix),
    read: (path, bytesMax) => inner.read(path, bytesMax),
    freshen: path => inner.freshen(path),
    delete: path => inner.delete(path),
    async create(path, bytes) {
      pass(path, 'before');
      const created = await inner.create(path, bytes);
      pass(path, 'after');
      return created;
    }
  };
}
