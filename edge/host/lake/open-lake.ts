import { basename, dirname, resolve } from 'node:path';
import { LittoralError } from '../../../engine/error';
import { systemEnv } from '../../env/system-env';
import { openStorage } from '../../sink/lake/open-storage';
import type { LakeStorage } from '../../sink/lake/storage';

/** A lake and the names of its tables, in order. */
export interface OpenLake {
  readonly storage: LakeStorage;
  readonly tables: readonly string[];
}

const LOG = '_delta_log/';

/** The lake at `location`, a folder or `s3://bucket/prefix`; a single table is a lake of one. Rejects with `NOT_A_LAKE`. */
export async function openLake(location: string): Promise<OpenLake> {
  const storage = openStorage(location, systemEnv());
  const paths = (await storage.list('')).map(({ path }) => path);
  if (paths.some(path => path.startsWith(LOG))) return { storage: openStorage(parentOf(location), systemEnv()), tables: [nameOf(location)] };
  const tables = new Set<string>();
  for (const path of paths) {
    const at = path.indexOf(`/${LOG}`);
    if (at > 0 && !path.slice(0, at).split('/').some(part => part.startsWith('_') || part.startsWith('.'))) tables.add(path.slice(0, at));
  }
  if (tables.size > 0) return { storage, tables: [...tables].sort() };
  throw new LittoralError('NOT_A_LAKE', `"${location}": no folder with a _delta_log was found; a lake or one table of it was expected. Check the path.`);
}

/** The table called `name`, or the only one. Rejects with `NO_TABLE`. */
export async function openTable(location: string, name: string | undefined): Promise<{ readonly storage: LakeStorage; readonly table: string }> {
  const { storage, tables } = await openLake(location);
  const [only] = tables;
  if (name === undefined && tables.length === 1 && only !== undefined) return { storage, table: only };
  if (name !== undefined && tables.includes(name)) return { storage, table: name };
  throw new LittoralError('NO_TABLE', `lake "${location}": ${name === undefined ? `it has ${tables.length} tables and none was named` : `no table "${name}"`}; it has ${tables.map(each => `"${each}"`).join(', ')}. Name one of them.`);
}

function parentOf(location: string): string {
  return location.startsWith('s3://') ? location.replace(/\/+[^/]+\/*$/, '') : dirname(resolve(location));
}

function nameOf(location: string): string {
  return location.startsWith('s3://') ? (/\/([^/]+)\/*$/.exec(location)?.[1] ?? '') : basename(resolve(location));
}
