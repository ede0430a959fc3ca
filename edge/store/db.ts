import { statSync } from 'node:fs';
import { LittoralError } from '../../engine/error';
import { openRaw, versionOf, type RawDb } from './driver';
import { storageError } from './storage-error';

export type SqlValue = number | bigint | string | Uint8Array | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface Statement {
  run(...parameters: SqlValue[]): unknown;
  get(...parameters: SqlValue[]): SqlRow | undefined;
  all(...parameters: SqlValue[]): readonly SqlRow[];
}

/** One SQLite connection, the only writer of its file. Every failure is a `LittoralError` of `storage-error.ts`. */
export interface Db {
  readonly path: string;
  readonly sqliteVersion: string;
  exec(sql: string): void;
  prepare(sql: string): Statement;
  /** Runs `body` in one immediate transaction: all of it is on disk when this returns, nothing when it throws; `STORE_GONE` means that the files are not the ones that were opened. */
  transaction<T>(body: () => T): T;
  close(): void;
}

const SYNCHRONOUS_FULL = 2;

/**
 * Opens or creates the database at `path`: WAL, `synchronous=FULL` verified after a write, because a driver built with
 * WAL defaults reports FULL until its first statement. `pagesMax` caps the file (pages of 4 KiB); at the cap writing
 * fails as on a full disk.
 */
export async function openDb(path: string, options: { readonly pagesMax?: number; readonly busyMs?: number } = {}): Promise<Db> {
  const raw = await openRaw(path, options.busyMs ?? 5_000).catch(error => {
    throw storageError(error, path);
  });
  const guard = <T>(body: () => T): T => {
    try {
      return body();
    } catch (error) {
      throw storageError(error, path);
    }
  };
  const wrap = (statement: Statement): Statement => ({
    run: (...parameters) => guard(() => statement.run(...parameters)),
    get: (...parameters) => guard(() => statement.get(...parameters)),
    all: (...parameters) => guard(() => statement.all(...parameters))
  });
  try {
    guard(() => prepareConnection(raw, path, options.pagesMax));
  } catch (error) {
    raw.close();
    throw error;
  }
  const begin = raw.prepare('BEGIN IMMEDIATE');
  const commit = raw.prepare('COMMIT');
  const files = [path, `${path}-wal`].map(name => ({ name, inode: inodeOf(name) }));
  return {
    path,
    sqliteVersion: versionOf(raw),
    exec: sql => guard(() => raw.exec(sql)),
    prepare: sql => wrap(guard(() => raw.prepare(sql))),
    transaction: body =>
      guard(() => {
        begin.run();
        try {
          const result = body();
          commit.run();
          for (const { name, inode } of files) if (inodeOf(name) !== inode) throw gone(raw, path, name);
          return result;
        } catch (error) {
          if (raw.isTransaction !== false) rollback(raw);
          throw error;
        }
      }),
    close: () => guard(() => raw.close())
  };
}

/** SQLite goes on writing to files that were deleted or replaced under it; nobody would find the commit again. */
function inodeOf(name: string): number | null {
  return statSync(name, { throwIfNoEntry: false })?.ino ?? null;
}

/** A log without a name is still open here: what it holds is moved into the database, where the next start finds it. */
function gone(raw: RawDb, path: string, name: string): LittoralError {
  if (name !== path) raw.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  return new LittoralError('STORE_GONE', `store "${path}": the file "${name}" was deleted or replaced while the agent ran; expected it to stay. The agent ends before it promises anything more; start it again.`);
}

/** SQLite rolls back by itself after some errors (disk full); a second ROLLBACK then says there is no transaction. */
function rollback(raw: RawDb): void {
  try {
    raw.exec('ROLLBACK');
  } catch (error) {
    if (!String(error).includes('no transaction')) throw error;
  }
}

function prepareConnection(raw: RawDb, path: string, pagesMax: number | undefined): void {
  raw.prepare('PRAGMA journal_mode=WAL').get();
  raw.exec('PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-4000');
  if (pagesMax !== undefined) raw.prepare(`PRAGMA max_page_count=${pagesMax}`).get();
  raw.exec('CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT) STRICT');
  raw.prepare(`INSERT INTO meta(key, value) VALUES('opened', '1') ON CONFLICT(key) DO UPDATE SET value = value + 1`).run();
  const synchronous = raw.prepare('PRAGMA synchronous').get()?.['synchronous'];
  const journal = raw.prepare('PRAGMA journal_mode').get()?.['journal_mode'];
  if (synchronous !== SYNCHRONOUS_FULL || journal !== 'wal') {
    throw new LittoralError(
      'STORE_NOT_DURABLE',
      `store "${path}": SQLite runs with journal_mode=${String(journal)}, synchronous=${String(synchronous)}; expected wal and 2 (FULL). Put the data folder on a local file system that supports WAL.`
    );
  }
}
