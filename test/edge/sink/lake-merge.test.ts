import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemEnv } from '../../../edge/env/system-env';
import { checkLake } from '../../../edge/host/lake/check-lake';
import { tableRows } from '../../../edge/host/lake/table-rows';
import { FolderStorage } from '../../../edge/sink/lake/folder-storage';
import { LakeTable } from '../../../edge/sink/lake/lake-table';
import { listLog, readSnapshot } from '../../../edge/sink/lake/read-snapshot';
import type { LakeStorage } from '../../../edge/sink/lake/storage';
import { deltaFields } from '../../../engine/lake/delta-schema';
import { creationActions, logText, versionFile } from '../../../engine/lake/delta-text';
import { epochOf, SCHEMA, type SampleRow } from './lake-samples';

let lake = '';
beforeEach(() => {
  lake = mkdtempSync(join(tmpdir(), 'littoral-merge-'));
});
afterEach(() => rmSync(lake, { recursive: true, force: true }));

const open = (table = 't'): Promise<LakeTable> => LakeTable.open(lake, table, systemEnv());
const storage = (): FolderStorage => new FolderStorage(lake, systemEnv());
async function rowsOf(table = 't', version?: number): Promise<Record<string, unknown>[]> {
  const rows = [];
  for await (const row of tableRows(storage(), await readSnapshot(storage(), table, version === undefined ? {} : { version }))) rows.push(row);
  return rows;
}
const sorted = (rows: readonly unknown[]): string[] => rows.map(row => JSON.stringify(row)).sort();
const fits = async (): Promise<void> => expect((await checkLake(lake, () => undefined)).findings).toEqual([]);

/** Every file below the lake with its content. */
function contents(): string[][] {
  return (readdirSync(lake, { recursive: true }) as string[]).filter(path => /\.\w+$/.test(path)).sort().map(path => [path, readFileSync(join(lake, path)).toString('base64')]);
}

/** A store whose first creation of a log entry finds that `rival` has just committed. */
function raced(rival: () => Promise<void>, from = 2): LakeStorage {
  const inner = storage();
  let raced = false;
  return {
    name: inner.name,
    list: prefix => inner.list(prefix),
    read: (path, bytesMax) => inner.read(path, bytesMax),
    freshen: path => inner.freshen(path),
    delete: path => inner.delete(path),
    async create(path, bytes) {
      const version = /_delta_log\/(\d{20})\.json$/.exec(path)?.[1];
      if (!raced && version !== undefined && Number(version) >= from) {
        raced = true;
        await rival();
      }
      return await inner.create(path, bytes);
    }
  };
}

describe('a table whose rows are merged', () => {
  it('keeps the last row of each key, null and empty text being one key of a folder', async () => {
    const table = await open();
    const mergeBy = ['device'];
    await table.write(epochOf({ epoch: 0, mergeBy, rows: [['a', 1], ['b', 2], ['a', 3], [null, 4]] }), 1_000);
    await table.write(epochOf({ epoch: 1, mergeBy, rows: [['b', null], ['c', 5], [null, 6]] }), 2_000);
    expect(sorted(await rowsOf())).toEqual(sorted([{ device: 'a', x: 3 }, { device: 'b', x: null }, { device: 'c', x: 5 }, { device: null, x: 6 }]));
    expect(sorted(await rowsOf('t', 1))).toEqual(sorted([{ device: 'a', x: 3 }, { device: 'b', x: 2 }, { device: null, x: 4 }]));
    await fits();
  });

  it('keeps the highest revision, and of equal ones the last to arrive', async () => {
    const table = await open();
    const mergeBy = ['device'];
    await table.write(epochOf({ epoch: 0, mergeBy, rows: [['a', 1, 2], ['b', 1, 0], ['a', 9, 1]] }), 1_000);
    await table.write(epochOf({ epoch: 1, mergeBy, rows: [['a', 2, 1], ['b', 2, 0], ['b', 3, 0]] }), 2_000);
    expect(sorted(await rowsOf())).toEqual(sorted([{ device: 'a', x: 1, revision: 2 }, { device: 'b', x: 3, revision: 0 }]));
  });

  it('moves a row whose partition has changed', async () => {
    const table = await open();
    const more = { mergeBy: ['device'], partitionBy: ['day'] };
    await table.write(epochOf({ epoch: 0, ...more, rows: [['a', 1], ['b', 1]] }), 1_000);
    await table.write(epochOf({ epoch: 1, ...more, rows: [['a', 2, undefined, 1]] }), 2_000);
    expect(sorted(await rowsOf())).toEqual(sorted([{ device: 'a', x: 2, day: '2026-01-02' }, { device: 'b', x: 1, day: '2026-01-01' }]));
    await fits();
  });

  it('leaves files alone whose folder or statistics rule the keys out', async () => {
    const table = await open();
    const more = { mergeBy: ['device', 'x'], partitionBy: ['device'] };
    await table.write(epochOf({ epoch: 0, ...more, rows: [['a', 1], ['a', 2], ['b', 1]] }), 1_000);
    await table.write(epochOf({ epoch: 1, ...more, rows: [['a', 100]] }), 2_000);
    const entry = readFileSync(join(lake, 't', '_delta_log', '00000000000000000002.json'), 'utf8');
    expect(entry).not.toContain('"remove"');
    await table.write(epochOf({ epoch: 2, ...more, rows: [['b', 1]] }), 3_000);
    expect(sorted(await rowsOf())).toEqual(sorted([{ x: 1, device: 'a' }, { x: 2, device: 'a' }, { x: 100, device: 'a' }, { x: 1, device: 'b' }]));
    await fits();
  });

  it('changes nothing when an epoch is written again, also when the sidecar was missing', async () => {
    const epochs = [0, 1, 2].map(epoch => epochOf({ epoch, mergeBy: ['device'], rows: [['a', epoch], [`d${epoch}`, epoch]] }));
    const table = await open();
    for (const epoch of epochs) await table.write(epoch, 1_000);
    const before = contents();
    rmSync(join(lake, 't', '_metadata', '0000000002.json'));
    await (await open()).write(epochs[2]!, 9_000);
    expect(contents()).toEqual(before);
  });

  it('has no row twice when two writers merge at the same time', async () => {
    const [mine, theirs] = [epochOf({ epoch: 1, mergeBy: ['device'], rows: [['a', 10], ['b', 10]] }), epochOf({ epoch: 1, shard: 1, mergeBy: ['device'], rows: [['a', 20], ['c', 20]] })];
    await (await open()).write(epochOf({ epoch: 0, mergeBy: ['device'], rows: [['a', 0]] }), 1_000);
    const table = await LakeTable.on(raced(async () => (await open()).write(theirs, 2_000)), 't', systemEnv());
    await expect(table.write(mine, 3_000)).rejects.toMatchObject({ code: 'LAKE_SIDECAR' });
    expect(sorted(await rowsOf())).toEqual(sorted([{ device: 'a', x: 10 }, { device: 'b', x: 10 }, { device: 'c', x: 20 }]));
  });

  it('is not append-only, and does not mix with appending or with other keys', async () => {
    const table = await open();
    await table.write(epochOf({ epoch: 0, mergeBy: ['device'], rows: [['a', 1]] }), 1_000);
    expect(readFileSync(join(lake, 't', '_delta_log', '00000000000000000000.json'), 'utf8')).toContain('"delta.appendOnly":"false"');
    expect(() => table.check(SCHEMA, [])).toThrowError(expect.objectContaining({ code: 'TABLE_CONFLICT', message: expect.stringContaining('merged by ["device"], but the sink wants them appended') as string }) as Error);
    expect(() => table.check(SCHEMA, [], ['x'])).toThrowError(/merged by \["x"\]/);
    await (await open('plain')).write(epochOf({ epoch: 0, rows: [['a', 1]] }), 1_000);
    expect((await open('plain')).check.bind(await open('plain'), SCHEMA, [], ['device'])).toThrowError(/its rows are appended/);
  });

  it('agrees with a map, whatever rows, partitions, compactions and reopenings', async () => {
    const row = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', null), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }));
    const step = fc.record({ rows: fc.array(row, { minLength: 1, maxLength: 6 }), compact: fc.boolean(), reopen: fc.boolean() });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), fc.constantFrom<string[]>([], ['day'], ['device'], ['day', 'device']), async (steps, partitionBy) => {
        const name = `t${run++}`;
        let table = await open(name);
        const model = new Map<string, Record<string, unknown>>();
        for (const [epoch, { rows, compact, reopen }] of steps.entries()) {
          await table.write(epochOf({ epoch, mergeBy: ['device'], partitionBy, rows }), 1_000 + epoch);
          for (const [device, x, revision, day] of rows) {
            const known = model.get(String(device));
            const wins = known === undefined || revision >= Number(known['revision']);
            if (wins) model.set(String(device), { device, x, revision, ...(partitionBy.includes('day') ? { day: `2026-01-0${day + 1}` } : {}) });
          }
          if (compact) await table.compact({ inputsMin: 2 });
          if (reopen) table = await open(name);
        }
        const columns = (each: Record<string, unknown>): unknown => Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1));
        expect(sorted((await rowsOf(name)).map(columns))).toEqual(sorted([...model.values()].map(columns)));
      }),
      { numRuns: 25 }
    );
    await fits();
  }, 60_000);
});

describe('compaction', () => {
  const day = (epoch: number): SampleRow[] => [[`d${epoch % 2}`, epoch, undefined, epoch % 2], ['all', epoch]];

  it('joins small files of a partition in their order, keeps rows, older versions and types', async () => {
    const table = await open();
    for (let epoch = 0; epoch < 8; epoch++) await table.write(epochOf({ epoch, partitionBy: ['day'], rows: day(epoch) }), 1_000 + epoch);
    const before = await rowsOf();
    expect(await table.compact()).toMatchObject({ filesBefore: 12, filesAfter: 5, commits: 1 });
    expect(sorted(await rowsOf())).toEqual(sorted(before));
    expect(sorted(await rowsOf('t', 8))).toEqual(sorted(before));
    expect((await table.compact()).commits).toBe(0);
    await table.write(epochOf({ epoch: 8, partitionBy: ['day'], rows: day(8) }), 2_000);
    expect(await rowsOf()).toHaveLength(before.length + 2);
    await fits();
  });

  it('makes the same file again after a kill before its commit', async () => {
    const table = await open();
    for (let epoch = 0; epoch < 5; epoch++) await table.write(epochOf({ epoch, rows: day(epoch) }), 1_000);
    await table.compact();
    const files = contents().map(([path]) => path);
    rmSync(join(lake, 't', '_delta_log', '00000000000000000006.json'));
    await (await open()).compact();
    expect(contents().map(([path]) => path)).toEqual(files);
  });

  it('goes on when rows were appended meanwhile, and gives way when its files are gone', async () => {
    const table = await open();
    for (let epoch = 0; epoch < 5; epoch++) await table.write(epochOf({ epoch, rows: day(epoch) }), 1_000);
    const appending = await LakeTable.on(raced(async () => (await open()).write(epochOf({ epoch: 5, rows: day(5) }), 2_000)), 't', systemEnv());
    expect((await appending.compact()).commits).toBe(1);
    expect(await rowsOf()).toHaveLength(12);
    for (let epoch = 6; epoch < 12; epoch++) await (await open()).write(epochOf({ epoch, rows: day(epoch) }), 3_000);
    const joined = await LakeTable.on(raced(async () => void (await (await open()).compact())), 't', systemEnv());
    expect((await joined.compact()).commits).toBe(0);
    expect(await rowsOf()).toHaveLength(24);
    await fits();
  });

  it('does not touch a file whose content is not what the log says', async () => {
    const table = await open();
    for (let epoch = 0; epoch < 5; epoch++) await table.write(epochOf({ epoch, rows: day(epoch) }), 1_000);
    const [file = ''] = (readdirSync(join(lake, 't'), { recursive: true }) as string[]).filter(path => path.endsWith('.parquet'));
    const damaged = readFileSync(join(lake, 't', file));
    damaged[20] = (damaged[20] ?? 0) ^ 1;
    rmSync(join(lake, 't', file));
    await storage().create(`t/${file}`, damaged);
    await expect(table.compact()).rejects.toMatchObject({ code: 'LAKE_FILE', message: expect.stringContaining('SHA-256') as string });
  });
});

describe('a checkpoint', () => {
  it('of every hundredth version lets a reader and a writer begin there', async () => {
    const table = await open();
    for (let epoch = 0; epoch < 102; epoch++) await table.write(epochOf({ epoch, mergeBy: ['device'], partitionBy: ['day'], rows: [[`d${epoch % 3}`, epoch]] }), Date.now());
    await fits();
    const expected = await rowsOf();
    for (let version = 0; version < 100; version++) rmSync(join(lake, 't', '_delta_log', `${String(version).padStart(20, '0')}.json`));
    expect(await rowsOf()).toEqual(expected);
    const again = await open();
    expect(again.lastEpoch).toBe(101);
    await again.write(epochOf({ epoch: 102, mergeBy: ['device'], partitionBy: ['day'], rows: [['d0', -1]] }), Date.now());
    expect((await rowsOf()).filter(row => row['device'] === 'd0')).toEqual([{ device: 'd0', x: -1, day: '2026-01-01' }]);
    await expect(rowsOf('t', 50)).rejects.toMatchObject({ code: 'LAKE_VERSION', message: expect.stringContaining('reaches back to version 100') as string });
  }, 60_000);

  it('comes as often as the table itself says', async () => {
    const creation = logText(creationActions({ id: 't', fields: deltaFields(SCHEMA, []), partitionBy: [], nowMs: 0 })).replace('"configuration":{', '"configuration":{"delta.checkpointInterval":"2",');
    await storage().create(`t/_delta_log/${versionFile(0)}`, Buffer.from(creation));
    const table = await open();
    for (let epoch = 0; epoch < 5; epoch++) await table.write(epochOf({ epoch, rows: [['a', epoch]] }), Date.now());
    expect([...(await listLog(storage(), 't')).checkpoints.keys()]).toEqual([2, 4]);
    expect(JSON.parse(readFileSync(join(lake, 't', '_delta_log', '_last_checkpoint'), 'utf8'))).toMatchObject({ version: 4, numOfAddFiles: 4 });
    await fits();
  });
});
