import { LittoralError } from '../../engine/error';
import type { Statement } from './db';

/** A connection as the drivers give it. */
export interface RawDb {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
  readonly isTransaction?: boolean;
}
interface RawModule {
  readonly DatabaseSync: new (path: string, options: { readonly timeout: number; readonly readOnly?: boolean }) => RawDb;
}

/** Older versions have the WAL-reset corruption bug (3.7.0 – 3.51.2). */
const SQLITE_VERSION_MIN = [3, 51, 3] as const;
const DRIVERS = ['node:sqlite', '@photostructure/sqlite'];

/** The version of SQLite behind `raw`. */
export function versionOf(raw: RawDb): string {
  return String(raw.prepare('SELECT sqlite_version() AS v').get()?.['v']);
}

function isNewEnough(version: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, least] of SQLITE_VERSION_MIN.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

/** Opens `path` with the first driver whose SQLite is sound. Rejects with `SQLITE_UNUSABLE` when there is none. */
export async function openRaw(path: string, busyMs: number, readOnly = false): Promise<RawDb> {
  let seen = '';
  for (const name of DRIVERS) {
    const module = await importDriver(name);
    if (module === null) continue;
    const raw = new module.DatabaseSync(path, { timeout: busyMs, ...(readOnly ? { readOnly } : {}) });
    let version = '';
    try {
      version = versionOf(raw);
    } finally {
      if (!isNewEnough(version)) raw.close();
    }
    if (isNewEnough(version)) return raw;
    seen = `${name} has SQLite ${version}`;
  }
  throw new LittoralError(
    'SQLITE_UNUSABLE',
    `store "${path}": no SQLite of at least ${SQLITE_VERSION_MIN.join('.')} (${seen || 'no driver could be loaded'}). Run \`npm ci\` again, or use Node 20.19 or newer with "@photostructure/sqlite".`
  );
}

async function importDriver(name: string): Promise<RawModule | null> {
  try {
    return (await import(name)) as RawModule;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ERR_UNKNOWN_BUILTIN_MODULE' || code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_DLOPEN_FAILED') return null;
    throw error;
  }
}
