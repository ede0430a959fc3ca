import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDb } from '../../../edge/store/db';
import { STORE_FORMAT } from '../../../edge/store/migrate';
import { Store } from '../../../edge/store/store';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-migrate-'));
  path = join(folder, 'agent.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the format of a store', () => {
  it('is written into a new one', async () => {
    const store = await Store.open(path);
    expect(store.meta('format')).toBe(String(STORE_FORMAT));
    store.close();
  });

  it('is brought up to date in one that has none, and its rows stay', async () => {
    const db = await openDb(path);
    db.exec(`CREATE TABLE inbox(seq INTEGER PRIMARY KEY, count INT NOT NULL, recv_ms REAL NOT NULL, body BLOB NOT NULL) STRICT;
      CREATE TABLE cursor(name TEXT PRIMARY KEY, seq INT NOT NULL) STRICT;
      CREATE TABLE outbox(sink TEXT, id INTEGER, count INT NOT NULL, epoch INT, created_ms REAL NOT NULL, body BLOB NOT NULL, PRIMARY KEY(sink, id)) STRICT;
      INSERT INTO outbox(sink, id, count, created_ms, body) VALUES('p/1/out', 7, 1, 5, x'01');
      INSERT INTO cursor(name, seq) VALUES('graph', 41);`);
    db.close();
    for (let time = 0; time < 2; time++) {
      const store = await Store.open(path);
      expect(store.meta('format')).toBe(String(STORE_FORMAT));
      expect(store.outbox('p/1/out', -1, 10)).toMatchObject([{ id: 7, context: null }]);
      expect(store.lastSeq()).toBe(41);
      store.close();
    }
  });

  it('of a newer agent is refused with both numbers, and nothing is changed', async () => {
    const store = await Store.open(path);
    store.transaction(() => store.setMeta('format', String(STORE_FORMAT + 3)));
    store.close();
    await expect(Store.open(path)).rejects.toMatchObject({ code: 'STORE_NEWER', message: expect.stringContaining(`format ${STORE_FORMAT + 3}, written by a newer agent; this one knows formats up to ${STORE_FORMAT}`) as unknown });
    const db = await openDb(path);
    expect(db.prepare("SELECT value FROM meta WHERE key = 'format'").get()).toMatchObject({ value: String(STORE_FORMAT + 3) });
    db.close();
  });
});
