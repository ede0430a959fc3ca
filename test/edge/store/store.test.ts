import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LittoralError } from '../../../engine/error';
import type { GraphInput } from '../../../engine/graph/graph-api';
import { openDb } from '../../../edge/store/db';
import { decodeInputs, encodeInputs } from '../../../edge/store/inbox-codec';
import { lockFolder } from '../../../edge/store/lock';
import { Store } from '../../../edge/store/store';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const message = (text: string, arrivalTimeMs = 1_000): GraphInput => ({ kind: 'message', arrivalTimeMs, topic: 'plant/b1', payload: Buffer.from(text), source: 'in' });

function codeOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    if (error instanceof LittoralError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('openDb', () => {
  it('runs in WAL with every commit synced, on a version without the WAL-reset bug', async () => {
    const db = await openDb(join(folder, 'a.db'));
    expect(db.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 });
    expect(db.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' });
    expect(db.sqliteVersion.split('.').map(Number)[0]).toBe(3);
    db.close();
  });

  it('undoes a transaction whose body throws', async () => {
    const db = await openDb(join(folder, 'a.db'));
    db.exec('CREATE TABLE t(a INT) STRICT');
    expect(() =>
      db.transaction(() => {
        db.exec('INSERT INTO t VALUES(1)');
        throw new Error('no');
      })
    ).toThrow('no');
    expect(db.prepare('SELECT COUNT(*) AS n FROM t').get()).toEqual({ n: 0 });
    db.close();
  });

  it('says which file cannot be opened and what to do', async () => {
    await expect(openDb(join(folder, 'missing', 'a.db'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: false });
  });

  it('refuses a file that is no database instead of replacing it', async () => {
    const path = join(folder, 'a.db');
    writeFileSync(path, Buffer.alloc(8_192, 7));
    await expect(openDb(path)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});

describe('a full disk', () => {
  it('is a retryable error, leaves nothing half written, and writing goes on when there is room again', async () => {
    const store = await Store.open(join(folder, 'a.db'), { pagesMax: 40 });
    let seq = 0;
    const fill = (): void => {
      for (;;) {
        store.transaction(() => {
          store.appendInbox(seq, [message('x'.repeat(3_000))], 1);
          store.setCursor('written', seq);
        });
        seq++;
      }
    };
    expect(codeOf(fill)).toBe('DISK_FULL');
    expect(store.cursor('written')).toBe(seq - 1);
    expect([...store.inboxAfter(-1)]).toHaveLength(seq);
    store.trimInbox(seq - 1);
    store.transaction(() => store.appendInbox(seq, [message('room again')], 1));
    expect([...store.inboxAfter(seq - 1)]).toHaveLength(1);
    store.close();
  });
});

describe('lockFolder', () => {
  it('lets one agent in and names the way out to the second', async () => {
    const lock = await lockFolder(join(folder, 'lock.db'));
    await expect(lockFolder(join(folder, 'lock.db'))).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    lock.release();
    (await lockFolder(join(folder, 'lock.db'))).release();
  }, 20_000);
});

describe('the inbox', () => {
  it('gives inputs back as they came', () => {
    const inputs: GraphInput[] = [message('{"a":1}'), { kind: 'tick', arrivalTimeMs: 5.5 }, { kind: 'message', arrivalTimeMs: 2, topic: 'größe/°', payload: new Uint8Array(0) }, { kind: 'end' }];
    const back = decodeInputs(encodeInputs(inputs));
    expect(back.map(plain)).toEqual(inputs.map(plain));
  });

  it('keeps what came along with a message, and takes no room for it where nothing did', () => {
    const traced = { kind: 'message' as const, arrivalTimeMs: 1, topic: 'plant/b1', payload: Buffer.from('{"a":1}'), source: 'in', properties: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', größe: '°' } };
    const inputs: GraphInput[] = [message('before'), traced, { ...traced, properties: {} }, message('after')];
    expect(decodeInputs(encodeInputs(inputs)).map(plain)).toEqual(inputs.map(plain));
    expect(encodeInputs([message('x')]).length).toBe(1 + 8 + 2 + 'in'.length + 2 + 'plant/b1'.length + 4 + 1);
    const bytes = encodeInputs([traced]);
    for (let cut = 1; cut < bytes.length; cut++) expect(codeOf(() => decodeInputs(bytes.subarray(0, cut)))).toBe('STORE_CORRUPT');
  });

  it('says that a damaged row is unreadable', () => {
    const bytes = encodeInputs([message('{"a":1}')]);
    expect(codeOf(() => decodeInputs(bytes.subarray(0, bytes.length - 2)))).toBe('STORE_CORRUPT');
  });

  it('starts reading in the middle of a group and forgets only whole groups', async () => {
    const store = await Store.open(join(folder, 'a.db'));
    store.appendInbox(0, [message('0'), message('1'), message('2')], 1);
    store.appendInbox(3, [message('3')], 1);
    store.trimInbox(1);
    const groups = [...store.inboxAfter(1)];
    expect(groups.map(group => group.firstSeq)).toEqual([2, 3]);
    expect(groups.flatMap(group => group.inputs).map(plain)).toEqual([message('2'), message('3')].map(plain));
    expect(store.lastSeq()).toBe(3);
    store.trimInbox(3);
    store.setCursor('graph', 3);
    expect(store.lastSeq()).toBe(3);
    store.close();
  });
});

describe('Store', () => {
  it('keeps checkpoint, outbox, packets and the active release over a reopening', async () => {
    const path = join(folder, 'a.db');
    let store = await Store.open(path);
    store.transaction(() => {
      store.writeCheckpoint({ seq: 41, snapshot: Uint8Array.of(1, 2, 3), emitted: { 'p/1/out': 7 } });
      store.putSink('p/1/out', '{"x":1}');
      store.putOutbox({ sink: 'p/1/out', id: 5, count: 2, createdMs: 9, body: Uint8Array.of(9), context: '[1,2]' });
      store.putPacket('done', 'in', { id: 12, hash: 2 ** 52 + 1, seq: 40 });
      store.activate({ pipeline: 'p', release: 3, sha256: 'ab', sinceMs: 1 });
    });
    store.close();
    store = await Store.open(path);
    expect(store.checkpoint()).toEqual({ seq: 41, snapshot: Uint8Array.of(1, 2, 3), emitted: { 'p/1/out': 7 } });
    expect(store.outbox('p/1/out', -1, 10)).toEqual([{ sink: 'p/1/out', id: 5, count: 2, epoch: null, createdMs: 9, body: Uint8Array.of(9), context: '[1,2]' }]);
    expect(store.packets('done', 'in')).toEqual([{ id: 12, hash: 2 ** 52 + 1, seq: 40 }]);
    expect(store.active()).toEqual({ pipeline: 'p', release: 3, sha256: 'ab', sinceMs: 1 });
    expect(store.releaseOf('p')).toBe(3);
    expect(store.sinksWithRows()).toEqual([{ key: 'p/1/out', config: '{"x":1}' }]);
    store.deleteOutbox('p/1/out', 5);
    expect(store.sinksWithRows()).toEqual([]);
    store.close();
  });
});

function plain(input: GraphInput): unknown {
  return input.kind === 'message' ? { ...input, payload: Buffer.from(input.payload).toString('utf8') } : input;
}
