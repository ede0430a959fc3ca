import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LakeTable } from '../../../edge/sink/lake/lake-table';
import { s3Settings } from '../../../edge/sink/lake/s3-settings';
import { S3Storage } from '../../../edge/sink/lake/s3-storage';
import { envAt } from '../env-at';
import { startS3, type S3Server } from '../s3-server';
import { epochOf, quickEnv } from '../sink/lake-samples';
import { documentOf, littoralUnderTest } from './littoral';

const littoral = littoralUnderTest();
const START_MS = Date.UTC(2026, 0, 1);
let server: S3Server;

beforeAll(async () => {
  server = await startS3();
  let nowMs = START_MS;
  const env = envAt(() => nowMs);
  const table = await LakeTable.open(littoral.path('lake'), 'curated', env);
  for (let epoch = 0; epoch < 6; epoch++) {
    await table.write(epochOf({ epoch, mergeBy: ['device'], rows: [['a', epoch], [`d${epoch}`, epoch]] }), nowMs);
    nowMs += 60_000;
  }
  const other = await LakeTable.open(littoral.path('lake'), 'plain', env);
  for (let epoch = 0; epoch < 5; epoch++) await other.write(epochOf({ epoch, rows: [['b', epoch]] }), nowMs);
  const stored = await LakeTable.on(new S3Storage({ settings: s3Settings('s3://lakes/plant', server.environment), env: quickEnv() }), 'far', quickEnv());
  for (let epoch = 0; epoch < 5; epoch++) await stored.write(epochOf({ epoch, rows: [['c', epoch]] }), nowMs);
});
afterAll(() => server.close());

const lake = async (...args: string[]): Promise<Record<string, unknown>> => {
  const ended = await littoral.run(['lake', ...args, '--json'], { env: { ...server.environment } });
  expect(ended.code, ended.stderr).toBe(0);
  return documentOf(ended);
};

describe('littoral lake', () => {
  it('shows a table at its newest version, at another, and at a time', async () => {
    expect(await lake('show', 'lake', 'curated')).toMatchObject({ table: 'curated', version: 6, rowCount: 7, rows: expect.arrayContaining([{ device: 'a', x: 5 }]) as unknown });
    expect(await lake('show', 'lake', '--table', 'curated', '--version', '1')).toMatchObject({ version: 1, rows: [{ device: 'a', x: 0 }, { device: 'd0', x: 0 }] });
    expect(await lake('show', 'lake', 'curated', '--at', '2026-01-01T00:01:30Z', '--limit', '1')).toMatchObject({ version: 2, rowCount: 3, rows: [{ device: 'a', x: 1 }] });
  });

  it('tells versions and changes', async () => {
    expect(await lake('history', 'lake', 'curated', '--limit', '1')).toMatchObject({ versions: [{ version: 6, committed: '2026-01-01T00:05:00.000Z', operation: 'MERGE', filesAdded: 2, filesRemoved: 1 }] });
    expect(await lake('changes', 'lake', 'curated', '--from', '2', '--to', '2')).toMatchObject({ versions: [{ version: 2, rowsRemoved: 1, rowsAdded: 2, removed: [{ device: 'a', x: 0 }], added: [{ device: 'a', x: 1 }, { device: 'd1', x: 1 }] }] });
    const words = await littoral.run(['lake', 'changes', 'lake', 'curated', '--from', '2', '--to', '2']);
    expect(words.stdout).toContain('- {"device":"a","x":0}\n+ {"device":"a","x":1}');
  });

  it('says what a compaction would do, does it, and all still fits', async () => {
    expect(await lake('compact', 'lake', '--dry-run')).toMatchObject({ dryRun: true, tables: [{ table: 'curated', filesBefore: 6, filesAfter: 1, commits: 0 }, { table: 'plain', filesBefore: 5, filesAfter: 1 }] });
    expect(await lake('compact', 'lake', '--table', 'plain')).toMatchObject({ tables: [{ table: 'plain', filesBefore: 5, filesAfter: 1, commits: 1 }] });
    expect(await lake('show', 'lake', 'plain')).toMatchObject({ version: 6, rowCount: 5 });
    expect(await lake('changes', 'lake', 'plain', '--from', '6')).toMatchObject({ versions: [{ version: 6, rowsRemoved: 0, rowsAdded: 0 }] });
    expect(await lake('check', 'lake')).toMatchObject({ ok: true });
  });

  it('vacuums only what is old enough', async () => {
    const files = (): number => (readdirSync(join(littoral.path('lake'), 'plain'), { recursive: true }) as string[]).filter(name => name.endsWith('.parquet')).length;
    expect(files()).toBe(6);
    expect(await lake('vacuum', 'lake', 'plain', '--older-than', '365d')).toMatchObject({ tables: [{ deleted: [] }] });
    expect((await littoral.run(['lake', 'vacuum', 'lake', '--older-than', '1min'])).code).toBe(2);
    expect(await lake('vacuum', 'lake', 'plain', '--older-than', '0s', '--force')).toMatchObject({ tables: [{ table: 'plain', kept: 0 }] });
    expect(files()).toBe(1);
    const gone = await littoral.run(['lake', 'show', 'lake', 'plain', '--version', '2', '--json']);
    expect(documentOf(gone)).toMatchObject({ ok: false, reason: 'LAKE_FILE' });
  });

  it('reads and tends a lake in a store', async () => {
    expect(await lake('show', 's3://lakes/plant', 'far')).toMatchObject({ version: 5, rowCount: 5 });
    expect(await lake('compact', 's3://lakes/plant')).toMatchObject({ tables: [{ table: 'far', filesBefore: 5, filesAfter: 1 }] });
    expect(await lake('check', 's3://lakes/plant/far')).toMatchObject({ ok: true, tables: [{ name: 'far', version: 6, files: 1, rows: 5, formerFiles: 5 }] });
  });

  it.each([
    [['lake', 'mend', 'lake'], 2],
    [['lake', 'check', 'lake', 'plain'], 2],
    [['lake', 'show', 'lake', 'curated', '--version', '1', '--at', '2026-01-01'], 2],
    [['lake', 'show', 'lake', 'curated', '--at', 'yesterday'], 2],
    [['lake', 'show', 'lake'], 1],
    [['lake', 'show', 'lake', 'none'], 1],
    [['lake', 'check', 'nowhere'], 1]
  ])('refuses %j with code %i', async (args, code) => {
    const ended = await littoral.run([...args, '--json']);
    expect(ended.code).toBe(code);
    expect(documentOf(ended)['ok']).toBe(false);
  });
});
