import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemEnv } from '../../../edge/env/system-env';
import { tableRows } from '../../../edge/host/lake/table-rows';
import { LakeTable } from '../../../edge/sink/lake/lake-table';
import { readSnapshot } from '../../../edge/sink/lake/read-snapshot';
import { s3Settings } from '../../../edge/sink/lake/s3-settings';
import { S3Storage } from '../../../edge/sink/lake/s3-storage';
import { startS3, type S3Server } from '../s3-server';
import { epochOf, quickEnv, SCHEMA } from './lake-samples';

let server: S3Server;
let folder = '';
beforeEach(async () => {
  server = await startS3();
  folder = mkdtempSync(join(tmpdir(), 'littoral-s3-'));
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const storageOf = (location = 's3://lakes/plant 1/(a)', more: Record<string, string> = {}): S3Storage => new S3Storage({ settings: s3Settings(location, { ...server.environment, ...more }), env: quickEnv() });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function rowsOf(storage: S3Storage, table: string): Promise<unknown[]> {
  const rows = [];
  for await (const row of tableRows(storage, await readSnapshot(storage, table))) rows.push(row);
  return rows;
}

describe('a lake in an S3-compatible store', () => {
  it('creates a file once, lists page by page, and keeps odd names apart', async () => {
    const storage = storageOf();
    const names = ["t/a+b &<c>.bin", 't/day=1/b%202=ü.bin', "t/it's (1)*!.bin", 't/z/1', 't/z/2', 't/z/3', 't/z/4'];
    for (const name of names) expect(await storage.create(name, bytes(name))).toBe(true);
    expect(await storage.create('t/z/1', bytes('other'))).toBe(false);
    expect(Buffer.from((await storage.read('t/z/1')) ?? []).toString()).toBe('t/z/1');
    expect((await storage.list('t/')).map(file => file.path)).toEqual([...names].sort());
    expect((await storage.list('t/z/')).map(file => [file.path, file.bytes])).toEqual([['t/z/1', 5], ['t/z/2', 5], ['t/z/3', 5], ['t/z/4', 5]]);
    await storage.delete('t/z/1');
    await storage.delete('t/z/1');
    expect(await storage.read('t/z/1')).toBeNull();
    await expect(storage.read('t/z/2', 4)).rejects.toMatchObject({ code: 'LAKE_FILE_SIZE' });
  });

  it.each(['status 503', 'connection lost before'] as const)('tries again after %s', async trouble => {
    server.troubles.push({ method: 'PUT', trouble }, { method: 'PUT', trouble });
    expect(await storageOf().create('a', bytes('a'))).toBe(true);
    expect(server.requests.filter(request => request.startsWith('PUT'))).toHaveLength(3);
  });

  it('says what is wrong when the store stays away, and that it may be tried again', async () => {
    for (let attempt = 0; attempt < 5; attempt++) server.troubles.push({ method: 'GET', trouble: 'status 503' });
    await expect(storageOf().read('a')).rejects.toMatchObject({ code: 'LAKE_STORE', retryable: true, message: expect.stringContaining('status 503 (SlowDown)') as string });
  });

  it('is refused with the wrong secret, without a word of it', async () => {
    const storage = storageOf('s3://lakes/x', { AWS_SECRET_ACCESS_KEY: 'not-the-secret' });
    await expect(storage.read('a')).rejects.toMatchObject({ code: 'LAKE_STORE', retryable: false, message: expect.stringMatching(/^(?!.*not-the-secret).*SignatureDoesNotMatch/) as string });
  });

  it('takes its credentials from files too', async () => {
    writeFileSync(join(folder, 'secret'), `${server.environment['AWS_SECRET_ACCESS_KEY'] ?? ''}\n`, { mode: 0o600 });
    expect(await storageOf('s3://lakes', { AWS_SECRET_ACCESS_KEY: '', AWS_SECRET_ACCESS_KEY_FILE: join(folder, 'secret') }).create('a', bytes('a'))).toBe(true);
  });

  it('is not written to when the store overwrites in spite of the condition', async () => {
    server.honoursConditions = false;
    await expect(storageOf().check()).rejects.toMatchObject({ code: 'LAKE_STORE', message: expect.stringContaining('expected status 412') as string });
    server.honoursConditions = true;
    await expect(storageOf().check()).resolves.toBeUndefined();
  });

  it.each([
    ['s3://', {}, /names no bucket/],
    ['s3://UPPER/x', {}, /names no bucket/],
    ['s3://lakes/x', { LITTORAL_S3_ENDPOINT: 'http://user:secret@store' }, /^(?!.*secret).*LITTORAL_S3_ENDPOINT/]
  ])('refuses %s %j', (location, more, message) => {
    expect(() => s3Settings(location, { ...server.environment, ...more })).toThrowError(expect.objectContaining({ code: 'LAKE_STORE', message: expect.stringMatching(message) as string }) as Error);
  });

  it('holds each row once although answers to commits were lost, appended, merged and compacted', async () => {
    const storage = storageOf();
    const table = await LakeTable.on(storage, 't', quickEnv());
    for (let epoch = 0; epoch < 6; epoch++) {
      server.troubles.push({ method: 'PUT', trouble: 'connection lost after' }, { method: 'PUT', trouble: 'connection lost after' });
      await table.write(epochOf({ epoch, rows: [['a', epoch], ['b', epoch]] }), 1_000);
    }
    const merged = await LakeTable.on(storage, 'm', quickEnv());
    for (let epoch = 0; epoch < 6; epoch++) await merged.write(epochOf({ epoch, mergeBy: ['device'], rows: [[`d${epoch % 2}`, epoch]] }), 1_000);
    server.troubles.length = 0;
    server.troubles.push({ method: 'PUT', trouble: 'connection lost after' }, { method: 'PUT', trouble: 'connection lost after' });
    expect(await table.compact()).toMatchObject({ filesBefore: 6, filesAfter: 1, commits: 1 });
    expect(await rowsOf(storage, 't')).toHaveLength(12);
    expect(await rowsOf(storage, 'm')).toEqual([{ device: 'd0', x: 4 }, { device: 'd1', x: 5 }]);
    const again = await LakeTable.on(storageOf(), 't', systemEnv());
    await again.write(epochOf({ epoch: 5, rows: [['a', 5], ['b', 5]] }), 9_000);
    expect(await rowsOf(storage, 't')).toHaveLength(12);
  });

  it('need not be there when the agent starts: rows are written once it is', async () => {
    for (let attempt = 0; attempt < 5; attempt++) server.troubles.push({ method: 'PUT', trouble: 'connection lost before' });
    const before = { ...process.env };
    Object.assign(process.env, server.environment);
    try {
      const table = await LakeTable.open('s3://lakes/late', 't', quickEnv());
      table.check(SCHEMA, []);
      await table.write(epochOf({ epoch: 0, rows: [['a', 1]] }), 1_000);
      expect(await rowsOf(storageOf('s3://lakes/late'), 't')).toEqual([{ device: 'a', x: 1 }]);
      server.honoursConditions = false;
      await expect(LakeTable.open('s3://lakes/careless', 't', quickEnv())).rejects.toMatchObject({ code: 'LAKE_STORE', retryable: false });
    } finally {
      process.env = before;
    }
  });
});
