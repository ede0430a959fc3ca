import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DurableWriter } from '../../../edge/agent/durable-writer';
import { storageError } from '../../../edge/store/storage-error';
import { Store } from '../../../edge/store/store';
import { envAt } from '../env-at';

let folder = '';
let store: Store;
const words: string[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'littoral-writer-'));
  store = await Store.open(join(folder, 'a.db'));
  words.length = 0;
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const sqliteError = (errcode: number): Error => Object.assign(new Error('from SQLite'), { errcode });
const newWriter = (): DurableWriter => new DurableWriter({ env: envAt(() => 7), store, onFatal: error => words.push(`fatal ${(error as { code?: string }).code ?? String(error)}`), onBlocked: blocked => words.push(blocked ? 'blocked' : 'free') });
const failing = (errcode: number) => (): void => {
  store.setMeta('half', 'written');
  throw storageError(sqliteError(errcode), 'a.db');
};

describe('DurableWriter', () => {
  it('waits out a full disk: nothing half written, the same transaction again, one word at each turn', () => {
    const writer = newWriter();
    expect(writer.tryCommit(failing(13))).toBe(false);
    expect(writer.tryCommit(failing(13))).toBe(false);
    expect(writer.blocked).toBe(true);
    expect(store.meta('half')).toBeNull();
    expect(writer.tryCommit(() => store.setMeta('whole', '1'))).toBe(true);
    expect(words).toEqual(['blocked', 'free']);
    expect(writer.stats).toMatchObject({ durations: { count: 1 }, failures: 2, lastCommitMs: 7, blockedBy: null });
  });

  it.each([
    ['an input/output error', 10 | (3 << 8), 'DISK_IO'],
    ['a read-only file system', 8, 'DISK_READ_ONLY'],
    ['a damaged file', 11, 'STORE_CORRUPT']
  ])('ends the agent on %s and takes nothing more', async (_name, errcode, code) => {
    const writer = newWriter();
    expect(writer.tryCommit(failing(errcode))).toBe(false);
    expect(words).toEqual([`fatal ${code}`]);
    expect(writer.tryCommit(() => store.setMeta('late', '1'))).toBe(false);
    expect(store.meta('late')).toBeNull();
    await expect(writer.commit(() => undefined)).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });
});
