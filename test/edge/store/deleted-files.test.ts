import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDb } from '../../../edge/store/db';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-deleted-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a store whose files are deleted under it', () => {
  it.each(['a.db', 'a.db-wal'])('promises nothing more when it was %s', async name => {
    const db = await openDb(join(folder, 'a.db'));
    expect(db.transaction(() => 1)).toBe(1);
    rmSync(join(folder, name));
    expect(() => db.transaction(() => 2)).toThrow(expect.objectContaining({ code: 'STORE_GONE', retryable: false }));
    db.close();
  });

  it('brings what was in a deleted log into the database', async () => {
    const db = await openDb(join(folder, 'a.db'));
    db.transaction(() => db.exec('CREATE TABLE t(x INT) STRICT; INSERT INTO t VALUES(7)'));
    rmSync(join(folder, 'a.db-wal'));
    expect(() => db.transaction(() => db.exec('INSERT INTO t VALUES(8)'))).toThrow(expect.objectContaining({ code: 'STORE_GONE' }));
    const next = await openDb(join(folder, 'a.db'));
    expect(next.prepare('SELECT x FROM t').all()).toEqual([{ x: 7 }, { x: 8 }]);
    next.close();
    db.close();
  });
});
